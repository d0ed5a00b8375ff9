import type { Config } from '../../core/config.ts';
import { hasReference, usesReference } from '../../core/evaluators.ts';
import type { CheckRow, GenerationRow, Sample, ScoreRow } from '../../core/types.ts';
import type { RunFolder } from '../store/run-folder.ts';

/** A row's key as one string; the separator cannot occur in JSON text unescaped. */
export function generationKey(row: { sample: string; model: string; repeat: number }): string {
  return `${row.sample}\u0000${row.model}\u0000${row.repeat}`;
}

export function scoreKey(row: { sample: string; model: string; repeat: number; evaluator: string }): string {
  return `${generationKey(row)}\u0000${row.evaluator}`;
}

/** What a run's folder already holds, so that resuming does only what is missing. */
export class Done {
  /** Generations that need not be made again: succeeded, or failed and not to be retried. */
  private readonly generations = new Set<string>();
  private readonly scores = new Set<string>();
  private readonly checks = new Map<string, number>();
  /** Texts of stored generations that lack a score or a check. */
  private readonly texts = new Map<string, string>();

  private readonly perModel = new Map<string, number>();
  private readonly perEvaluator = new Map<string, number>();
  /** Stored generations that failed and are not to be retried. */
  failedCount = 0;

  generationCount(model: string): number {
    return this.perModel.get(model) ?? 0;
  }

  scoreCount(evaluator: string): number {
    return this.perEvaluator.get(evaluator) ?? 0;
  }

  hasGeneration(key: string): boolean {
    return this.generations.has(key);
  }

  hasScore(key: string): boolean {
    return this.scores.has(key);
  }

  /** Checks that are stored for a generation: they are written together, in the sample's order. */
  checkCount(key: string): number {
    return this.checks.get(key) ?? 0;
  }

  /** The text of a stored generation that something is missing for. */
  text(key: string): string | undefined {
    return this.texts.get(key);
  }

  /**
   * Streams a folder's rows. The later of two rows with one key counts. With `retryErrors` failed generations and
   * scores are missing again. `seen` gets every row, for the summary.
   */
  static async read(
    folder: RunFolder,
    config: Config,
    retryErrors: boolean,
    seen: { generation(row: GenerationRow): void; score(row: ScoreRow): void; check(row: CheckRow): void },
  ): Promise<Done> {
    const done = new Done();
    const ignore = () => {};
    const succeeded = new Set<string>();
    for await (const row of folder.generations(ignore)) {
      seen.generation(row);
      const key = generationKey(row);
      if (row.error === undefined) succeeded.add(key);
      else succeeded.delete(key);
      if (row.error === undefined || !retryErrors) done.generations.add(key);
      else done.generations.delete(key);
    }
    for await (const row of folder.scores(ignore)) {
      seen.score(row);
      const key = scoreKey(row);
      if (row.error === undefined || !retryErrors) done.scores.add(key);
      else done.scores.delete(key);
    }
    for await (const row of folder.checks(ignore)) {
      seen.check(row);
      const key = generationKey(row);
      done.checks.set(key, (done.checks.get(key) ?? 0) + 1);
    }
    done.count(succeeded);
    await done.collectTexts(folder, config, succeeded);
    return done;
  }

  private count(succeeded: Set<string>): void {
    const add = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const key of this.generations) {
      add(this.perModel, key.split('\u0000')[1] as string);
      if (!succeeded.has(key)) this.failedCount++;
    }
    for (const key of this.scores) add(this.perEvaluator, key.split('\u0000')[3] as string);
  }

  private async collectTexts(folder: RunFolder, config: Config, succeeded: Set<string>): Promise<void> {
    const ignore = () => {};
    const lacking = new Set<string>();
    for await (const sample of folder.samples(ignore)) {
      for (const model of config.models) {
        for (let repeat = 0; repeat < config.generation.repeats; repeat++) {
          const key = generationKey({ sample: sample.id, model: model.id, repeat });
          if (succeeded.has(key) && this.lacksSomething(key, sample, config)) lacking.add(key);
        }
      }
    }
    if (lacking.size === 0) return;
    for await (const row of folder.generations(ignore)) {
      const key = generationKey(row);
      if (row.text !== undefined && lacking.has(key)) this.texts.set(key, row.text);
    }
  }

  private lacksSomething(key: string, sample: Sample, config: Config): boolean {
    if (this.checkCount(key) < sample.checks.length) return true;
    return config.evaluators.some(
      (e) => !(usesReference(e) && !hasReference(sample)) && !this.scores.has(`${key}\u0000${e.id}`),
    );
  }
}
