import { setImmediate as breathe } from 'node:timers/promises';
import { latenciesOf } from '../../node/report-input.ts';
import { reportRows } from '../../node/run/rebuild.ts';
import type { RunReport } from '../../protocol/reader.ts';
import type { RunIndex } from './run-index.ts';
import { describeRun, winnerOf } from './stored-runs.ts';

interface Known {
  revision: string;
  report: Promise<RunReport>;
}

/** The figures of runs, kept as long as their rows stay the same. */
export class Reports {
  readonly #plain = new WeakMap<RunIndex, Known>();
  readonly #withIntervals = new WeakMap<RunIndex, Known>();

  /** With intervals it may take seconds for a large run, in which nothing else is done. */
  get(index: RunIndex, intervals: boolean): Promise<RunReport> {
    const kept = intervals ? this.#withIntervals : this.#plain;
    const known = kept.get(index);
    if (known?.revision === index.revision) return known.report;
    const made = { revision: index.revision, report: this.#make(index, intervals) };
    kept.set(index, made);
    return made.report;
  }

  async #make(index: RunIndex, intervals: boolean): Promise<RunReport> {
    // Calls that came meanwhile go first.
    if (intervals) await breathe();
    const { folder, record, state, table, unreadable, samplesOfFile } = index;
    const { config } = record;
    const { summary, weighing } = reportRows(index.accumulator, folder, record, { intervals, unreadable });
    const winner = winnerOf(summary);
    return {
      run: describeRun(folder.path, record, state, { files: [...samplesOfFile.keys()], winner }),
      ...index.progress(),
      summary,
      weighing,
      reward: config.reward,
      latencies: table.models.map((model, i) => ({ model, values: Float64Array.from(latenciesOf(table, i)) })),
      modelOrder: [...table.models],
      passMinQuality: config.pass.minQuality,
      versions: record.versions,
    };
  }
}
