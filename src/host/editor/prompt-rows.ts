import type { PromptFormat } from '../../core/config.ts';
import type { PromptContents, SampleHead } from '../../protocol/reader.ts';

/** The samples that stand on one line of a prompt file. */
export interface PromptRow {
  /** As it was read, counted from 0. */
  line: number;
  samples: SampleHead[];
}

/** `one-prompt`: a prompt with test rows below it, written by hand. `rows`: every row is a prompt of its own. */
export type Layout = 'one-prompt' | 'rows';

export function layoutOf(format: PromptFormat | null): Layout {
  return format === 'prompt-yml' || format === 'prompty' || format === 'promptfoo' ? 'one-prompt' : 'rows';
}

/** The rows of a file by line. Samples whose text stands in another file (a table of tests) have no row here. */
export function rowsOf(path: string, { samples }: Pick<PromptContents, 'samples'>): PromptRow[] {
  const rows = new Map<number, PromptRow>();
  for (const sample of samples) {
    if (sample.source.file !== path) continue;
    const line = Math.max(0, (sample.source.line ?? 1) - 1);
    const row = rows.get(line);
    if (row) row.samples.push(sample);
    else rows.set(line, { line, samples: [sample] });
  }
  return [...rows.values()].sort((a, b) => a.line - b.line);
}

/** The last row at or above a line; null above the first. Lines are those of the reading. */
export function rowAt(rows: readonly PromptRow[], line: number, now: (line: number) => number): PromptRow | null {
  const next = firstFrom(rows, line + 1, now);
  return rows[next - 1] ?? null;
}

/** The rows that lie on the lines of a range (both included) as the text is now. */
export function rowsWithin(
  rows: readonly PromptRow[],
  first: number,
  last: number,
  now: (line: number) => number,
): PromptRow[] {
  return rows.slice(firstFrom(rows, first, now), firstFrom(rows, last + 1, now));
}

/** Index of the first row at or below a line. Edits keep the rows' order. */
function firstFrom(rows: readonly PromptRow[], line: number, now: (line: number) => number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (now(rows[middle]!.line) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lines of a row that are looked at. */
const MOST_LINES = 20;

/**
 * The line beside which the figures of a row are seen best. Rows of one line: that line. Records of a table end where the
 * next one begins: the last line. Test rows of YAML, whose further lines stand further right: the shortest. Lines count
 * from 0; `next` is where the next row begins, or the number of lines.
 */
export function figuresLine(
  format: PromptFormat | null,
  line: number,
  next: number,
  lineAt: (line: number) => string,
): number {
  const table = format === 'csv' || format === 'tsv';
  if (!table && layoutOf(format) !== 'one-prompt') return line;
  const indent = (text: string) => text.length - text.trimStart().length;
  const first = indent(lineAt(line));
  let best = line;
  for (let at = line + 1; at < Math.min(next, line + MOST_LINES); at++) {
    const text = lineAt(at);
    if (text.trim() === '') continue;
    if (table) best = at;
    else if (indent(text) <= first) break;
    else if (text.length <= lineAt(best).length) best = at;
  }
  return best;
}

/** Where the prompt itself begins in a file of the layout `one-prompt`; lines count from 0. */
export function promptLine(format: PromptFormat | null, lineCount: number, lineAt: (line: number) => string): number {
  let fences = 0;
  for (let line = 0; line < lineCount; line++) {
    const text = lineAt(line);
    if (format === 'prompty') {
      if (fences === 2 && text.trim() !== '') return line;
      if (/^---[ \t]*$/.test(text)) fences++;
    } else if (/^(messages|prompts)\s*:/.test(text) || /^\s*"prompts"\s*:/.test(text)) return line;
  }
  return 0;
}
