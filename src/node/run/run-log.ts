import type { RunAccumulator } from '../../core/report/accumulator.ts';
import type { RunSummary } from '../../core/report/summary.ts';
import type { CheckRow, Diagnostic, GenerationRow, ScoreRow } from '../../core/types.ts';
import type { RunEvent } from '../../protocol/run-events.ts';
import type { LoadedInfo } from '../ports.ts';
import type { RunFolder, RunRecord, RunWriter } from '../store/run-folder.ts';
import { Done } from './done.ts';
import { accumulatorOf, summarize } from './rebuild.ts';
import { Work } from './work.ts';

/** What was written is asked onto the disk this often: a power cut costs at most so much. */
const SYNC_EVERY_MS = 1000;

/** Everything that happens in a run comes by here: it is stored, counted and told, in this order. */
export class RunLog {
  /** Models and evaluators that could not be used, with the reason. */
  readonly unusable = new Map<string, string>();
  private syncedAt = performance.now();

  private constructor(
    private readonly folder: RunFolder,
    private readonly record: RunRecord,
    private readonly writer: RunWriter,
    private readonly emit: (event: RunEvent) => void,
    private readonly accumulator: RunAccumulator,
    private readonly work: Work,
    /** What the folder held already. */
    readonly done: Done,
  ) {}

  /** Reads what a run's folder holds and tells that the run starts. */
  static async open(
    folder: RunFolder,
    record: RunRecord,
    writer: RunWriter,
    retryErrors: boolean,
    emit: (event: RunEvent) => void,
  ): Promise<RunLog> {
    const { config } = record;
    const accumulator = await accumulatorOf(folder, config);
    const done = await Done.read(folder, config, retryErrors, {
      generation: (row) => accumulator.addGeneration(row),
      score: (row) => accumulator.addScore(row),
      check: (row) => accumulator.addCheck(row),
    });
    const work = await Work.of(folder, config, done);
    emit({
      type: 'started',
      run: record.id,
      path: folder.path,
      samples: record.samples,
      models: config.models.map((m) => m.id),
      evaluators: config.evaluators.map((e) => e.id),
    });
    for (const diagnostic of record.diagnostics) emit({ type: 'diagnostic', diagnostic });
    return new RunLog(folder, record, writer, emit, accumulator, work, done);
  }

  generation(row: GenerationRow, tookMs: number): void {
    this.writer.generations.append([row]);
    this.accumulator.addGeneration(row);
    this.emit({ type: 'generation', row });
    this.emit({ type: 'progress', progress: this.work.generated(row, tookMs) });
    this.syncNowAndThen();
  }

  checks(rows: CheckRow[]): void {
    this.writer.checks.append(rows);
    for (const row of rows) {
      this.accumulator.addCheck(row);
      this.emit({ type: 'check', row });
    }
  }

  /** `units`: scores that were asked for; some may have been skipped and have no row. */
  scores(evaluator: string, rows: ScoreRow[], units: number, tookMs: number): void {
    this.writer.scores.append(rows);
    for (const row of rows) {
      this.accumulator.addScore(row);
      this.emit({ type: 'score', row });
    }
    const model = rows[0]?.model ?? '';
    this.emit({ type: 'progress', progress: this.work.scored(evaluator, model, units, tookMs) });
    this.syncNowAndThen();
  }

  loading(node: string, message: string): void {
    this.emit({ type: 'loading', node, message });
  }

  loaded(node: string, info: LoadedInfo): void {
    this.record.nodes[node] = info;
    this.writer.writeRecord(this.record);
    this.emit({ type: 'loaded', node, info });
  }

  cannotUse(node: string, error: string): void {
    this.unusable.set(node, error);
    this.emit({ type: 'unusable', node, error });
  }

  /** Stored with the run, once. */
  diagnostic(diagnostic: Diagnostic): void {
    const text = JSON.stringify(diagnostic);
    if (this.record.diagnostics.some((d) => JSON.stringify(d) === text)) return;
    this.record.diagnostics.push(diagnostic);
    this.emit({ type: 'diagnostic', diagnostic });
  }

  finish(state: RunRecord['state']): RunSummary {
    this.writer.sync();
    this.record.state = state;
    this.record.finishedAt = new Date().toISOString();
    const summary = summarize(this.accumulator, this.folder, this.record);
    this.writer.writeSummary(summary);
    // Last: whoever sees the end of the run in its record finds its summary.
    this.writer.writeRecord(this.record);
    this.emit({ type: 'finished', summary });
    return summary;
  }

  /** Notes that the run broke off; when even that cannot be written, the rows are still there. */
  breakOff(): void {
    try {
      this.record.state = 'failed';
      this.writer.writeRecord(this.record);
    } catch {
      // The error that brought us here is the one to tell.
    }
  }

  private syncNowAndThen(): void {
    if (performance.now() - this.syncedAt < SYNC_EVERY_MS) return;
    this.writer.sync();
    this.syncedAt = performance.now();
  }
}
