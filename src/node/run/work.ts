import type { Config } from '../../core/config.ts';
import { hasReference, usesReference } from '../../core/evaluators.ts';
import type { GenerationRow } from '../../core/types.ts';
import type { RunProgress } from '../../protocol/run-events.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { Done } from './done.ts';
import { ProgressMeter } from './progress.ts';

/** How much work a run is: a unit per generation, and one per score that each evaluator will give. */
export class Work {
  private readonly meter = new ProgressMeter();
  /** Samples that reference-based evaluators skip. */
  private readonly withoutReference = new Set<string>();

  private constructor(private readonly config: Config) {}

  static async of(folder: RunFolder, config: Config, done: Done): Promise<Work> {
    const work = new Work(config);
    const { models, evaluators, generation } = config;
    let samples = 0;
    for await (const sample of folder.samples(() => {})) {
      samples++;
      if (!hasReference(sample)) work.withoutReference.add(sample.id);
    }
    for (const m of models) work.meter.expect(m.id, samples * generation.repeats, done.generationCount(m.id));
    for (const e of evaluators) {
      const scored = usesReference(e) ? samples - work.withoutReference.size : samples;
      const units = scored * models.length * generation.repeats;
      work.meter.expect(evaluatorKey(e.id), units, done.scoreCount(e.id) + done.failedCount);
    }
    return work;
  }

  generated(row: GenerationRow, tookMs: number): RunProgress {
    this.meter.complete(row.model, 1, tookMs);
    if (row.error !== undefined) this.forgoScores(row.sample);
    return this.meter.report(`${row.model} answers`);
  }

  scored(evaluator: string, model: string, units: number, tookMs: number): RunProgress {
    this.meter.complete(evaluatorKey(evaluator), units, tookMs);
    return this.meter.report(`${evaluator} scores ${model}`);
  }

  /** A failed generation is not scored. */
  private forgoScores(sample: string): void {
    for (const e of this.config.evaluators) {
      if (usesReference(e) && this.withoutReference.has(sample)) continue;
      this.meter.forgo(evaluatorKey(e.id), 1);
    }
  }
}

/** A model and an evaluator may have the same id. */
function evaluatorKey(id: string): string {
  return `evaluator ${id}`;
}
