import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../../core/report/summary.ts';
import type { Weighing } from '../../core/report/weighing.ts';
import { RunFolder } from '../../node/store/run-folder.ts';
import { productVersions } from '../../node/versions.ts';
import type { RunReport } from '../../protocol/reader.ts';
import { isWritten, stateOf } from './run-state.ts';
import { describeRun, winnerOf } from './stored-runs.ts';

/** Bytes of rows: fewer are read in no time. */
const LARGE = 4 * 1024 * 1024;

/**
 * What a large finished run says of itself, at once: its stored summary, as long as nobody touched the rows that it was
 * made from. Without single latencies, and without what intervals under other weights are computed from. Null for every
 * other run.
 *
 * @param large so many bytes of rows make a run a large one
 * @throws InputError when the folder holds no run that this version reads
 */
export function storedReport(path: string, large = LARGE): RunReport | null {
  const written = isWritten(path);
  const record = new RunFolder(path).readRecord();
  const { config, versions, files = [] } = record;
  const state = stateOf(path, record, written);
  // Another version may have counted in another way.
  if (state === 'running' || state !== record.state || versions.poq !== productVersions().poq) return null;
  const rows = ['samples.jsonl', 'generations.jsonl', 'scores.jsonl', 'checks.jsonl'].map((name) =>
    statSync(join(path, name), { throwIfNoEntry: false }),
  );
  const summary = readSummary(
    path,
    rows.reduce((latest, stat) => Math.max(latest, stat?.mtimeMs ?? 0), 0),
  );
  const bytes = rows.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  const modelOrder = config.models.map(({ id }) => id);
  if (bytes < large || summary?.run !== record.id || summary.state !== state) return null;
  if (modelOrder.some((id) => !summary.models.some((model) => model.id === id))) return null;
  const attempts = summary.models.reduce((sum, { samples }) => sum + samples, 0);
  return {
    run: describeRun(path, record, state, { files, winner: winnerOf(summary) }),
    done: attempts,
    total: attempts,
    summary: { ...summary, path },
    weighing: weighingOf(summary, modelOrder),
    reward: config.reward,
    latencies: modelOrder.map((model) => ({ model, values: new Float64Array(0) })),
    modelOrder,
    passMinQuality: config.pass.minQuality,
    versions,
  };
}

/** Null where there is none, it is older than the rows, or somebody edited it into nonsense. */
function readSummary(path: string, rowsChanged: number): RunSummary | null {
  const file = join(path, 'summary.json');
  try {
    if (statSync(file).mtimeMs < rowsChanged) return null;
    const summary = JSON.parse(readFileSync(file, 'utf8')) as RunSummary;
    const lists = [summary.models, summary.pairs, summary.evaluators, summary.gates, summary.warnings];
    const isWhole = lists.every(Array.isArray) && summary.intervals.resamples > 0;
    return isWhole && summary.models.every((m) => m.quality && m.reward && m.latencyMs && m.byTask) ? summary : null;
  } catch {
    return null;
  }
}

/** Enough to rank models under other weights. Differences of pairs are not among the figures of a summary. */
function weighingOf({ models }: RunSummary, order: string[]): Weighing {
  const weighed = order.map((name) => {
    const { id, samples, errors, quality, normalizedCost, reward, rewardNote } = models.find((m) => m.id === name)!;
    const isOutside = normalizedCost === null && samples === errors;
    return {
      id,
      samples,
      errors,
      quality: Float64Array.of(quality.mean ?? Number.NaN),
      cost: normalizedCost === null ? null : Float64Array.of(normalizedCost),
      outside: isOutside,
      units: samples,
      note: reward.mean === null ? rewardNote : null,
    };
  });
  return { models: weighed, pairs: [] };
}
