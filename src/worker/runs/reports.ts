import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { latenciesOf } from '../../node/report-input.ts';
import { reportRows } from '../../node/run/rebuild.ts';
import type { RunReport } from '../../protocol/reader.ts';
import type { RunIndex } from './run-index.ts';
import { describeRun, winnerOf } from './stored-runs.ts';

/** Of a run that goes on: the figures are made in at most a quarter of the time, since models are measured meanwhile. */
const REST = 3;

interface Known {
  /** Of the rows that it tells of; null while it waits for its turn. */
  revision: string | null;
  report: Promise<RunReport>;
}

/** The figures of runs, kept as long as their rows stay the same. */
export class Reports {
  readonly #plain = new WeakMap<RunIndex, Known>();
  readonly #withIntervals = new WeakMap<RunIndex, Known>();
  /** When the next plain report of a run may be made, on the clock of `performance`. */
  readonly #notBefore = new WeakMap<RunIndex, number>();

  /** With intervals it may take seconds for a large run, in which nothing else is done. */
  get(index: RunIndex, intervals: boolean): Promise<RunReport> {
    const kept = intervals ? this.#withIntervals : this.#plain;
    const known = kept.get(index);
    if (known && (known.revision === null || known.revision === index.revision)) return known.report;
    const made: Known = {
      revision: null,
      report: this.#inTurn(index, intervals, () => (made.revision = index.revision)),
    };
    kept.set(index, made);
    return made.report;
  }

  async #inTurn(index: RunIndex, intervals: boolean, onTurn: () => void): Promise<RunReport> {
    const rest = (this.#notBefore.get(index) ?? 0) - performance.now();
    if (!intervals && index.state === 'running' && rest > 0) await sleep(rest);
    // Calls that came meanwhile go first.
    else await breathe();
    onTurn();
    const start = performance.now();
    const report = this.#make(index, intervals);
    const end = performance.now();
    if (!intervals) this.#notBefore.set(index, end + REST * (end - start));
    return report;
  }

  #make(index: RunIndex, intervals: boolean): RunReport {
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
