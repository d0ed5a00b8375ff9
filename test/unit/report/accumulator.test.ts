import { describe, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../../src/core/config.ts';
import { RunAccumulator } from '../../../src/core/report/accumulator.ts';
import type { Estimate } from '../../../src/core/report/summary.ts';
import { quantileSorted } from '../../../src/core/stats/quantile.ts';
import { Rng } from '../../../src/core/stats/rng.ts';
import { normalTail, t975 } from '../../../src/core/stats/student.ts';
import type { GenerationRow, ScoreRow } from '../../../src/core/types.ts';
import { answer, configOf, META, sample, score, summarize } from './builders.ts';
import { Reference, type Rows } from './reference.ts';

/** Random rows with failures, failed and missing scores, repeats, groups, missing generations and replaced rows. */
function randomRows(config: Config, seed: number, grouped: boolean): Rows {
  const rng = Rng.stream(seed);
  const chance = (percent: number) => rng.nextInt(100) < percent;
  const samples = Array.from({ length: 14 }, (_, i) =>
    sample(`s${i}`, { task: i % 2 === 0 ? 'qa' : 'sum', group: grouped && i < 11 ? `g${i % 4}` : null }),
  );
  const generations: GenerationRow[] = [];
  const scores: ScoreRow[] = [];
  for (const { id } of samples) {
    for (const [m, model] of config.models.entries()) {
      for (let repeat = 0; repeat < config.generation.repeats; repeat++) {
        if (chance(8)) continue;
        const latencyMs = 50 * (m + 1) + rng.nextInt(60);
        if (chance(10)) generations.push(answer(id, model.id, { repeat, latencyMs: 999 }));
        const failed = chance(15);
        generations.push(answer(id, model.id, { repeat, latencyMs, ...(failed ? { error: 'gone' } : {}) }));
        for (const [e, evaluator] of config.evaluators.entries()) {
          if (failed || chance(12)) continue;
          const quality = rng.nextInt(1000) / 100;
          const row = { ...score(id, model.id, evaluator.id, quality, (e + 1) * 3 + rng.nextInt(9)), repeat };
          if (chance(10)) scores.push({ ...row, quality: 1.25 });
          if (chance(90)) scores.push(row);
          else scores.push({ ...row, raw: null, quality: undefined, error: 'broken' });
        }
      }
    }
  }
  return { samples, generations, scores };
}

const close = (actual: number | null, expected: number) => {
  if (Number.isNaN(expected)) expect(actual).toBeNull();
  else expect(actual).toBeCloseTo(expected, 9);
};

describe('RunAccumulator against the slow reference', () => {
  const budget = { of: 'latency', normalize: { budget: 150 } } as const;
  const minmax = { of: 'latency', normalize: 'minmax' } as const;
  const cases: [string, ConfigInput['reward'], number, boolean][] = [
    ['minmax, mean, inclusive', {}, 1, false],
    ['minmax, groups, repeats, trimmed', { consensus: { trimmed: 0.34 } }, 2, true],
    ['budget, zero, median', { consensus: 'median', models: { cost: budget }, evaluators: { cost: budget } }, 2, false],
    [
      'budget, exclude, leave-one-out',
      {
        failures: 'exclude',
        closeness: 'leave-one-out',
        models: { alpha: 2, beta: 0.7, cost: budget },
        evaluators: { alpha: 0.5, beta: 2, cost: { of: 'latency', normalize: { budget: 8 } } },
      },
      3,
      true,
    ],
    ['minmax, exclude', { failures: 'exclude', models: { cost: minmax } }, 1, true],
  ];
  for (const [name, reward, repeats, grouped] of cases) {
    it(name, () => {
      for (const seed of [1, 2, 3]) {
        const config = configOf({ reward, generation: { repeats, seed } });
        const rows = randomRows(config, seed, grouped);
        const summary = summarize(config, rows, false);
        const reference = new Reference(config, rows);
        const ids = rows.samples.map((s) => s.id);
        const models = reference.models(ids);
        expect(summary.models).toHaveLength(3);
        for (const model of summary.models) {
          const expected = models.get(model.id)!;
          close(model.quality.mean, expected.quality);
          close(model.normalizedCost, expected.cost);
          close(model.reward.mean, expected.reward);
          const own = [...reference.generations.values()].filter((row) => row.model === model.id);
          expect(model.samples).toBe(own.length);
          expect(model.errors).toBe(own.filter((row) => row.error !== undefined).length);
        }
        expect(summary.pairs.map(({ a, b }) => a + b)).toEqual(['ab', 'ac', 'bc']);
        for (const pair of summary.pairs) {
          const expected = reference.pair(ids, pair.a, pair.b);
          expect(pair.samples).toBe(expected.samples);
          close(pair.quality.mean, expected.quality);
          close(pair.reward.mean, expected.reward);
        }
        for (const evaluator of summary.evaluators) {
          const expected = reference.evaluators(ids).get(evaluator.id)!;
          close(evaluator.quality.mean, expected.quality);
          close(evaluator.closeness, expected.closeness);
          close(evaluator.reward.mean, expected.reward);
        }
      }
    });
  }

  it('re-estimates everything, min-max costs included, in the same resamples for all', () => {
    const config = configOf({ generation: { seed: 5, repeats: 2 } });
    const rows = randomRows(config, 9, true);
    const summary = summarize(config, rows);
    const reference = new Reference(config, rows);
    const drawn = reference.resamples(summary.intervals.resamples, summary.intervals.seed);
    expect(drawn.length).toBeGreaterThanOrEqual(2000);
    expect(summary.intervals.unit).toBe('group');
    // Four groups and three lone samples. The few units push the percentiles outwards, to 0.41 % and 99.59 %.
    const tail = normalTail(Math.sqrt(7 / 6) * t975(6));
    expect(tail).toBeCloseTo(0.0041, 4);
    const expectInterval = (values: number[], { low, high }: Estimate) => {
      const sorted = values.filter((x) => !Number.isNaN(x)).sort((x, y) => x - y);
      expect(low).toBeCloseTo(quantileSorted(sorted, tail)!, 9);
      expect(high).toBeCloseTo(quantileSorted(sorted, 1 - tail)!, 9);
    };
    const rewards = drawn.map((ids) => reference.models(ids));
    for (const { id, quality, reward } of summary.models) {
      expectInterval(
        rewards.map((r) => r.get(id)!.quality),
        quality,
      );
      expectInterval(
        rewards.map((r) => r.get(id)!.reward),
        reward,
      );
    }
    for (const pair of summary.pairs.slice(0, 1)) {
      const differences = drawn.map((ids) => reference.pair(ids, pair.a, pair.b).reward);
      expectInterval(differences, pair.reward);
    }
    const evaluator = summary.evaluators[1]!;
    const evaluatorRewards = drawn.map((ids) => reference.evaluators(ids).get(evaluator.id)!.reward);
    expectInterval(evaluatorRewards, evaluator.reward);
  });

  it('does not depend on the order of rows, and permuting models permutes results', () => {
    const config = configOf({ generation: { repeats: 2 } });
    const { samples, generations, scores } = randomRows(config, 4, false);
    const latest = <T>(rows: T[], key: (row: T) => string) => [...new Map(rows.map((row) => [key(row), row])).values()];
    const rows: Rows = {
      samples,
      generations: latest(generations, (r) => `${r.sample} ${r.model} ${r.repeat}`),
      scores: latest(scores, (r) => `${r.sample} ${r.model} ${r.repeat} ${r.evaluator}`),
    };
    const forward = summarize(config, rows);
    const backward = new RunAccumulator({ config, samples });
    for (const row of [...rows.scores].reverse()) backward.addScore(row);
    for (const row of [...rows.generations].reverse()) backward.addGeneration(row);
    expect(backward.summary(META)).toEqual(forward);

    const permuted = summarize({ ...config, models: [...config.models].reverse() }, rows);
    for (const model of forward.models) {
      const twin = permuted.models.find((m) => m.id === model.id)!;
      expect(twin).toEqual(model);
    }
    const pair = forward.pairs.find((p) => p.a === 'a' && p.b === 'c')!;
    const mirrored = permuted.pairs.find((p) => p.a === 'c' && p.b === 'a')!;
    expect(mirrored.reward.mean).toBeCloseTo(-pair.reward.mean!, 12);
    expect(mirrored.reward.low).toBeCloseTo(-pair.reward.high!, 9);
  });
});
