import type { Config, EvaluatorConfig } from '../../core/config.ts';
import { hasReference, usesReference } from '../../core/evaluators.ts';
import type { Sample, ScoreRow } from '../../core/types.ts';
import { type EvaluatorNode, ModelUnusableError, type ScoreOutcome } from '../ports.ts';
import type { Done } from './done.ts';
import { scoreKey } from './done.ts';
import type { Hardware } from './hardware.ts';

/** A text that waits for its scores. */
export interface Scorable {
  sample: Sample;
  model: string;
  repeat: number;
  text: string;
}

/** Batches that may wait: enough that a model need not wait for the evaluators, few enough to stay small. */
const BACKLOG = 4;

/**
 * Scores what the models answer, batch by batch, one evaluator after the other, while the models go on. An encoder
 * has this machine's compute for itself meanwhile, so that neither its latency nor a local model's is distorted.
 */
export class Scorer {
  private readonly queue: Scorable[][] = [];
  private readonly unusable = new Map<string, string>();
  private working: Promise<void> = Promise.resolve();
  private waiting: (() => void)[] = [];
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly config: Config,
    private readonly nodes: Map<string, EvaluatorNode>,
    private readonly hardware: Hardware,
    private readonly done: Done,
    private readonly signal: AbortSignal,
    private readonly on: {
      rows(evaluator: string, rows: ScoreRow[], requested: number, tookMs: number): void;
      load(node: EvaluatorNode): Promise<void>;
      unusable(evaluator: string, error: string): void;
    },
  ) {}

  /** Hands over texts; waits while too many batches are queued. Throws what scoring threw. */
  async push(batch: Scorable[]): Promise<void> {
    this.rethrow();
    if (batch.length === 0) return;
    this.queue.push(batch);
    if (this.queue.length === 1) this.working = this.drain();
    while (this.queue.length > BACKLOG && !this.failure) {
      await new Promise<void>((resume) => this.waiting.push(resume));
    }
    this.rethrow();
  }

  /** Waits until everything handed over is scored. */
  async finish(): Promise<void> {
    await this.working;
    this.rethrow();
  }

  private rethrow(): void {
    if (this.failure) throw this.failure.error;
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      try {
        for (const evaluator of this.config.evaluators) {
          if (this.failure) break;
          await this.scoreBatch(evaluator, this.queue[0] as Scorable[]);
        }
      } catch (error) {
        this.failure ??= { error };
      }
      this.queue.shift();
      const waiting = this.waiting;
      this.waiting = [];
      for (const resume of waiting) resume();
    }
  }

  private async scoreBatch(evaluator: EvaluatorConfig, batch: Scorable[]): Promise<void> {
    const missing = batch.filter(
      (item) =>
        !(usesReference(evaluator) && !hasReference(item.sample)) &&
        !this.done.hasScore(
          scoreKey({ sample: item.sample.id, model: item.model, repeat: item.repeat, evaluator: evaluator.id }),
        ),
    );
    if (missing.length === 0) return;
    const start = performance.now();
    const outcomes = await this.outcomes(evaluator, missing);
    const rows = missing.flatMap((item, i) => toRow(item, evaluator.id, outcomes[i] as ScoreOutcome));
    this.on.rows(evaluator.id, rows, missing.length, performance.now() - start);
  }

  private async outcomes(evaluator: EvaluatorConfig, items: Scorable[]): Promise<ScoreOutcome[]> {
    const failed = (error: string) => items.map((): ScoreOutcome => ({ error, latencyMs: null }));
    const known = this.unusable.get(evaluator.id);
    if (known !== undefined) return failed(known);
    const node = this.nodes.get(evaluator.id) as EvaluatorNode;
    const work = async () => {
      await this.on.load(node);
      return node.score(items, this.signal);
    };
    try {
      return await (evaluator.kind === 'lexical' ? work() : this.hardware.alone(work));
    } catch (error) {
      if (!(error instanceof ModelUnusableError)) throw error;
      this.unusable.set(evaluator.id, error.message);
      this.on.unusable(evaluator.id, error.message);
      return failed(error.message);
    }
  }
}

function toRow(item: Scorable, evaluator: string, outcome: ScoreOutcome): ScoreRow[] {
  if ('skipped' in outcome) return [];
  const key = { sample: item.sample.id, model: item.model, repeat: item.repeat, evaluator };
  if ('error' in outcome) return [{ ...key, raw: null, error: outcome.error, latencyMs: outcome.latencyMs }];
  const { raw, quality, latencyMs, compared, batchSize, device } = outcome;
  return [{ ...key, raw, quality, latencyMs, compared, ...(batchSize > 1 && { batchSize }), device }];
}
