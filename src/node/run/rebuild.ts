import type { Config } from '../../core/config.ts';
import { RunAccumulator } from '../../core/report/accumulator.ts';
import type { RunSummary } from '../../core/report/summary.ts';
import type { Weighing } from '../../core/report/weighing.ts';
import { formatDiagnostic } from '../errors.ts';
import type { RunFolder, RunRecord } from '../store/run-folder.ts';

/** An accumulator that knows the samples of a run and none of its rows yet. */
export async function accumulatorOf(folder: RunFolder, config: Config): Promise<RunAccumulator> {
  const accumulator = new RunAccumulator({ config });
  for await (const sample of folder.samples(() => {})) accumulator.addSample(sample);
  return accumulator;
}

export function summarize(accumulator: RunAccumulator, folder: RunFolder, record: RunRecord): RunSummary {
  return reportRows(accumulator, folder, record).summary;
}

/**
 * What is told of a run from the rows that an accumulator has: the summary with everything that its reader must know
 * among the warnings, and what rewards under other weights are computed from.
 */
export function reportRows(
  accumulator: RunAccumulator,
  folder: RunFolder,
  record: RunRecord,
  { intervals = true, unreadable = [] }: { intervals?: boolean; unreadable?: string[] } = {},
): { summary: RunSummary; weighing: Weighing } {
  const { id, state, diagnostics } = record;
  const { summary, weighing } = accumulator.report({ run: id, path: folder.path, state, intervals });
  const warnings = [...diagnostics.map(formatDiagnostic), ...summary.warnings, ...unreadable];
  return { summary: { ...summary, warnings }, weighing };
}

/** The summary of a stored run, from its rows alone. Lines that cannot be read are named in its warnings. */
export async function rebuildSummary(folder: RunFolder): Promise<RunSummary> {
  const record = folder.readRecord();
  const unreadable: string[] = [];
  const report = (d: Parameters<typeof formatDiagnostic>[0]) => unreadable.push(formatDiagnostic(d));
  const accumulator = await accumulatorOf(folder, record.config);
  for await (const row of folder.generations(report)) accumulator.addGeneration(row);
  for await (const row of folder.scores(report)) accumulator.addScore(row);
  for await (const row of folder.checks(report)) accumulator.addCheck(row);
  return reportRows(accumulator, folder, record, { unreadable }).summary;
}
