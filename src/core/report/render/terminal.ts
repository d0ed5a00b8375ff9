import type { RunSummary } from '../summary.ts';
import type { Cell, Column } from './columns.ts';
import { evaluatorColumns, leaderboardColumns, ranked } from './columns.ts';
import { gateSentence, rewardNotes, verdicts } from './sentences.ts';
import { ellipsis, oneLine } from './visible.ts';

/** Colours come from the caller, who knows whether the terminal wants them. Each returns text of the same width. */
interface Painter {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

export interface TerminalOptions {
  painter?: Painter;
  /** Columns of the terminal; tables drop their least important columns to fit. */
  width?: number;
}

const same = (text: string) => text;
const PLAIN: Painter = { bold: same, dim: same, red: same, green: same, yellow: same };
const DEFAULT_WIDTH = 100;
const GAP = 2;
const LONGEST_NAME = 28;

const WIDE =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uFF01-\uFF60]/u;

/** Columns that a terminal needs for a text: two for East Asian and emoji characters, none for combining marks. */
function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text))
    width += WIDE.test(segment) ? 2 : 1;
  return width;
}

const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
const padEnd = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - displayWidth(text)));

interface Laid {
  header: string;
  cells: Cell[];
  text: number;
  aside: number;
  width: number;
  numeric: boolean;
  drop: number;
}

function lay<Row>(column: Column<Row>, rows: Row[]): Laid {
  const cells = rows.map((row) => {
    const cell = column.cell(row);
    return column.numeric ? cell : { ...cell, text: ellipsis(cell.text, LONGEST_NAME) };
  });
  const text = Math.max(...cells.map((c) => displayWidth(c.text)));
  const longest = Math.max(...cells.map((c) => displayWidth(c.aside ?? '')));
  const aside = longest === 0 ? 0 : longest + 1;
  const header = ellipsis(column.short, LONGEST_NAME);
  const width = Math.max(displayWidth(header), text + aside);
  return { header, cells, text, aside, width, numeric: column.numeric, drop: column.drop };
}

const total = (columns: Laid[]) => columns.reduce((sum, c) => sum + c.width, 0) + GAP * (columns.length - 1);

function paintCell(cell: Cell, column: Laid, painter: Painter): string {
  const tones = { strong: painter.bold, bad: painter.red, good: painter.green, dim: painter.dim };
  const tone = cell.tone === undefined ? same : tones[cell.tone];
  if (!column.numeric) return tone(cell.text) + ' '.repeat(Math.max(0, column.width - displayWidth(cell.text)));
  const aside = column.aside === 0 ? '' : painter.dim(padStart(cell.aside ?? '', column.aside));
  const lead = ' '.repeat(column.width - column.aside - displayWidth(cell.text));
  return lead + tone(cell.text) + aside;
}

function table<Row>(columns: Column<Row>[], rows: Row[], { painter = PLAIN, width = DEFAULT_WIDTH }: TerminalOptions) {
  let laid = columns.map((column) => lay(column, rows));
  const dropped: string[] = [];
  while (total(laid) > width) {
    const next = laid.reduce((most, c) => (c.drop >= most.drop ? c : most));
    if (next.drop === 0) break;
    dropped.push(next.header);
    laid = laid.filter((c) => c !== next);
  }
  const head = laid.map((c) => (c.numeric ? padStart(c.header, c.width) : padEnd(c.header, c.width)));
  const gap = ' '.repeat(GAP);
  const lines = [painter.dim(head.join(gap).trimEnd())];
  rows.forEach((_, i) => {
    lines.push(
      laid
        .map((c) => paintCell(c.cells[i]!, c, painter))
        .join(gap)
        .trimEnd(),
    );
  });
  if (dropped.length > 0)
    lines.push(...wrap(`Too narrow for: ${dropped.reverse().join(', ')}.`, width).map(painter.dim));
  return lines.join('\n');
}

/** Lines of at most `width` columns; the later ones are indented by `indent`. Words are never cut. */
function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** The models, ranked. Plain text, no trailing line end. */
export function leaderboard(summary: RunSummary, options: TerminalOptions = {}): string {
  if (summary.models.length === 0) return 'No model was run.';
  return table(leaderboardColumns(summary), ranked(summary), options);
}

/** The evaluators: correlation with truth, speed, reward. */
export function evaluatorsTable(summary: RunSummary, options: TerminalOptions = {}): string {
  if (summary.evaluators.length === 0) return 'No evaluator was run.';
  return table(evaluatorColumns(summary), summary.evaluators, options);
}

/** What the data does not decide, why a reward is missing, gates and warnings: a line or more each, or nothing. */
export function remarks(summary: RunSummary, { painter = PLAIN, width = DEFAULT_WIDTH }: TerminalOptions = {}): string {
  const lines: string[] = [];
  const say = (text: string, paint: (line: string) => string = same, indent = 0) =>
    lines.push(...wrap(text, width, indent).map(paint));
  for (const sentence of verdicts(summary)) say(sentence);
  for (const note of rewardNotes(summary)) say(note);
  for (const gate of summary.gates)
    say(
      `${gate.pass ? 'gate held' : 'GATE FAILED'}  ${gateSentence(gate)}`,
      gate.pass ? painter.green : painter.red,
      2,
    );
  for (const warning of summary.warnings) say(`warning: ${oneLine(warning)}`, painter.yellow, 2);
  return lines.join('\n');
}
