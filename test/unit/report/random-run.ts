import type { Config, ConfigInput } from '../../../src/core/config.ts';
import { RunAccumulator } from '../../../src/core/report/accumulator.ts';
import { RunTable, type SampleInfo } from '../../../src/core/report/table.ts';
import { Rng } from '../../../src/core/stats/rng.ts';
import type { CheckRow, GenerationRow, ScoreRow } from '../../../src/core/types.ts';
import { answer, configOf, sample, score } from './builders.ts';

export interface RandomRun {
  config: Config;
  samples: SampleInfo[];
  generations: GenerationRow[];
  scores: ScoreRow[];
  checks: CheckRow[];
}

/** A run of any shape that the config allows, all of it from the seed: mostly small, with gaps of every kind. */
export function randomRun(seed: number, over: Partial<ConfigInput> = {}): RandomRun {
  const rng = Rng.stream(seed, 77);
  const pick = <T>(...values: T[]): T => values[rng.nextInt(values.length)]!;
  const chance = (percent: number) => rng.nextInt(100) < percent;
  const config = configOf({
    modelIds: ['a', 'b', 'c', 'd'],
    generation: { repeats: pick(1, 2), seed },
    reward: {
      failures: pick('zero', 'exclude'),
      consensus: pick('mean', 'median'),
      models: {
        alpha: pick(1, 2, 0.3),
        beta: pick(0, 0.5, 1.7),
        cost: {
          of: pick('latency', 'tokens', 'money'),
          normalize: pick<'minmax' | { budget: number }>('minmax', { budget: 150 }),
        },
      },
    },
    ...over,
  });
  const run: RandomRun = { config, samples: [], generations: [], scores: [], checks: [] };
  const dead = pick(-1, -1, 0, 2);
  const complete = chance(40);
  const grouped = chance(50);
  for (let i = pick(0, 1, 2, 20, 25); i > 0; i--) {
    const { id } =
      run.samples[
        run.samples.push(
          sample(`s${i}`, { group: grouped && chance(80) ? `g${i % 4}` : null, task: pick(null, 'qa', 'sum') }),
        ) - 1
      ]!;
    for (const [m, model] of config.models.entries()) {
      for (let repeat = 0; repeat < config.generation.repeats; repeat++) {
        if (!complete && chance(8)) continue;
        const failed = m === dead || (!complete && chance(15));
        const latencyMs = !complete && chance(2) ? null : 50 * (m + 1) + rng.nextInt(60);
        const reused = chance(10);
        run.generations.push(answer(id, model.id, { repeat, latencyMs, reused, ...(failed ? { error: 'gone' } : {}) }));
        for (const check of ['contains "fox"', 'is-json']) {
          if (!failed && chance(60)) run.checks.push({ sample: id, model: model.id, repeat, check, pass: chance(70) });
        }
        for (const evaluator of config.evaluators) {
          if (failed || (!complete && chance(12))) continue;
          run.scores.push({ ...score(id, model.id, evaluator.id, rng.nextInt(1000) / 100), repeat });
        }
      }
    }
  }
  return run;
}

/** Hands the rows to whatever takes them. */
function fill<T extends RunAccumulator | RunTable>(target: T, run: RandomRun): T {
  for (const info of run.samples) target.addSample(info);
  for (const row of run.generations) target.addGeneration(row);
  for (const row of run.scores) target.addScore(row);
  for (const row of run.checks) target.addCheck(row);
  return target;
}

export const accumulatorOf = (run: RandomRun) => fill(new RunAccumulator({ config: run.config }), run);
export const tableOf = (run: RandomRun) => fill(new RunTable(run.config), run);
