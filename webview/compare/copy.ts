import type { Column } from '../../src/core/report/render/columns.ts';
import { type CsvValue, csvLines } from '../../src/core/report/render/csv.ts';
import { duration, quality, UNKNOWN } from '../../src/core/report/render/format.ts';
import { escapeMarkdown, markdownTable } from '../../src/core/report/render/markdown.ts';
import { oneLine, visible } from '../../src/core/report/render/visible.ts';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { DetailText, OutputDetail, SampleDetail } from '../../src/protocol/reader.ts';
import { ABSENT, type CellFigures, cellOf, disagreementOf, FAILED, placeOf, taskOf } from './figures.ts';

/** Samples as text for the clipboard. */

/** Samples (by index, in this order) and these models (by index) as a Markdown table, figures as they are shown. */
export function samplesAsMarkdown(rows: RunRows, samples: Iterable<number>, models: number[]): string {
  const column = (title: string, numeric: boolean, text: (sample: number) => string): Column<number> => ({
    key: title,
    title,
    short: title,
    numeric,
    drop: 0,
    cell: (sample) => ({ text: text(sample) }),
  });
  const columns = [
    column('Sample', false, (s) => oneLine(rows.samples[s]!)),
    column('Task', false, (s) => oneLine(taskOf(rows, s) ?? UNKNOWN)),
    column('Where', false, (s) => oneLine(placeOf(rows, s))),
    ...models.flatMap((m) => [
      column(`${rows.models[m]}: quality`, true, (s) => qualityText(cellOf(rows, s, m))),
      column(`${rows.models[m]}: latency`, true, (s) => duration(cellOf(rows, s, m).latencyMs)),
    ]),
    column('Disagreement', true, (s) => quality(disagreementOf(rows, s, models))),
  ];
  return lines(markdownTable(columns, [...samples]));
}

function qualityText(cell: CellFigures): string {
  if (cell.state === FAILED) return 'failed';
  return quality(cell.quality);
}

/** The same as CSV, with all digits, truth and failed checks. */
export function samplesAsCsv(rows: RunRows, samples: Iterable<number>, models: number[]): string {
  const titles = [
    'sample',
    'task',
    'file',
    'line',
    ...models.flatMap((m) =>
      ['state', 'quality', 'truth_f1', 'latency_ms', 'failed_checks'].map((figure) => `${rows.models[m]} ${figure}`),
    ),
    'disagreement',
  ];
  const body = Array.from(samples, (s): CsvValue[] => [
    rows.samples[s]!,
    taskOf(rows, s),
    rows.files[rows.file[s]!] ?? null,
    rows.line[s]! || null,
    ...models.flatMap((m): CsvValue[] => {
      const cell = cellOf(rows, s, m);
      const state = cell.state === FAILED ? 'failed' : cell.state === ABSENT ? 'absent' : 'answered';
      return [state, cell.quality, cell.truth, cell.latencyMs, cell.failedChecks];
    }),
    disagreementOf(rows, s, models),
  ]);
  return csvLines([titles, ...body]);
}

/** One sample with its prompt, its references and the answers of these models, as Markdown. */
export function sampleAsMarkdown(sample: SampleDetail, models: string[]): string {
  const { file, line } = sample.source;
  const facts = [sample.task, line ? `${file}:${line}` : file].filter(Boolean).map((fact) => escapeMarkdown(fact!));
  return lines([
    `## ${escapeMarkdown(sample.id)}`,
    '',
    facts.join(' · '),
    ...sample.messages.flatMap((message) => ['', `**${message.role}**`, '', fenced(message)]),
    ...sample.references.flatMap((reference) => ['', '**reference**', '', fenced(reference)]),
    ...(sample.unanswerable ? ['', 'The empty answer is the right one.'] : []),
    ...models.flatMap((model) =>
      sample.outputs.filter((output) => output.model === model).flatMap((output) => answer(output)),
    ),
  ]);
}

function answer(output: OutputDetail): string[] {
  const repeat = output.repeat > 0 ? `, repeat ${output.repeat + 1}` : '';
  const scores = output.scores.map((s) => `${s.evaluator} ${s.error === null ? quality(s.quality) : 'failed'}`);
  const figures = [
    `quality ${quality(output.quality)}`,
    ...(output.truthF1 === null ? [] : [`truth F1 ${quality(output.truthF1)}`]),
    ...(output.latencyMs === null ? [] : [duration(output.latencyMs)]),
    ...scores,
    ...output.checks.map((c) => `check ${c.pass ? 'passed' : 'failed'}: ${c.label}`),
  ];
  return [
    '',
    `### ${escapeMarkdown(output.model)}${repeat}`,
    '',
    output.error === null ? fenced(output.text!) : `Failed: ${escapeMarkdown(output.error)}`,
    '',
    escapeMarkdown(figures.join(' · ')),
  ];
}

/** The text in a fence that is longer than any run of backticks in it. */
function fenced({ text, cut }: DetailText): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const note = cut === null ? '' : `\n\nThe first ${text.length} of ${cut} characters.`;
  return `${fence}text\n${visible(text)}\n${fence}${note}`;
}

const lines = (all: string[]): string => `${all.join('\n')}\n`;
