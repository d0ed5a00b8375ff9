import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reweigh } from '../../../src/core/report/weighing.ts';
import type { Weights } from '../../../src/core/reward/reward.ts';
import { answer, configOf, META } from './builders.ts';
import { accumulatorOf, type RandomRun, randomRun } from './random-run.ts';

/** The same run under other weights, summed up from the start. */
function under(run: RandomRun, weights: Weights): RandomRun {
  const { reward } = run.config;
  return { ...run, config: { ...run.config, reward: { ...reward, models: { ...reward.models, ...weights } } } };
}

function expectSame(run: RandomRun, weights: Weights, intervals: boolean): void {
  const { weighing } = accumulatorOf(run).report({ ...META, intervals });
  // What crosses a process boundary has lost every identity that a cache could know.
  const reweighed = reweigh(structuredClone(weighing), weights);
  const expected = accumulatorOf(under(run, weights)).summary({ ...META, intervals });
  expect(reweighed.models).toEqual(expected.models.map(({ id, reward, rewardNote }) => ({ id, reward, rewardNote })));
  expect(reweighed.pairs).toEqual(expected.pairs);
}

describe('reweigh', () => {
  it("gives the summary's own rewards, notes, ranking and pairs, bit for bit", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const run = randomRun(seed);
      expectSame(run, run.config.reward.models, seed % 3 !== 0);
    }
  });

  it('gives what a summary under other weights gives', () => {
    const weight = fc.constantFrom(0, 0.1, 0.5, 1, 3.7);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), weight, weight, (seed, alpha, beta) => {
        fc.pre(alpha + beta > 0);
        expectSame(randomRun(seed), { alpha, beta }, seed % 4 === 0);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('leaves a model without a success outside the pool, whatever the weights', () => {
    const config = configOf({ modelIds: ['a', 'dead'] });
    const run: RandomRun = { ...randomRun(3), config, checks: [], scores: [] };
    const { samples } = randomRun(4);
    run.samples = samples;
    expect(samples.length).toBeGreaterThan(1);
    run.generations = samples.flatMap(({ id }) => [
      answer(id, 'a', {}),
      answer(id, 'dead', { error: 'gone', text: undefined }),
    ]);
    run.scores = samples.map(({ id }) => ({
      sample: id,
      model: 'a',
      repeat: 0,
      evaluator: 'sts',
      raw: 0.2,
      quality: 2,
      latencyMs: 1,
    }));
    const { weighing } = accumulatorOf(run).report(META);
    for (const beta of [0, 0.5]) {
      const { models, pairs } = reweigh(weighing, { alpha: 1, beta });
      expect(models.map((model) => model.id)).toEqual(['a', 'dead']);
      expect(models[0]!.reward).toEqual({ mean: 0.2, low: 0.2, high: 0.2 });
      expect(models[0]!.rewardNote).toBeNull();
      expect(models[1]!.reward.mean).toBeNull();
      expect(models[1]!.rewardNote).toContain('no generation succeeded');
      expect(pairs[0]).toMatchObject({ on: 'quality', verdict: 'a', reward: { mean: null, low: null, high: null } });
    }
  });

  it('ranks anew', () => {
    const arrays = (...values: number[]) => values.map((value) => Float64Array.of(value));
    const [high, low, dear, cheap] = arrays(8, 6, 1, 0);
    const model = { samples: 5, errors: 0, outside: false, units: 5, note: null };
    const weighing = {
      models: [
        { ...model, id: 'cheap', quality: low!, cost: cheap! },
        { ...model, id: 'good', quality: high!, cost: dear! },
        { ...model, id: 'unpriced', quality: high!, cost: null, note: 'no price' },
      ],
      pairs: [],
    };
    const ranking = (weights: Weights) => reweigh(weighing, weights).models.map(({ id }) => id);
    expect(ranking({ alpha: 1, beta: 0.1 })).toEqual(['good', 'cheap', 'unpriced']);
    expect(ranking({ alpha: 1, beta: 0.5 })).toEqual(['cheap', 'good', 'unpriced']);
    expect(ranking({ alpha: 1, beta: 0 })).toEqual(['good', 'unpriced', 'cheap']);
    const notes = reweigh(weighing, { alpha: 1, beta: 0.1 }).models.map(({ rewardNote }) => rewardNote);
    expect(notes).toEqual([null, null, 'no price']);
  });

  it('holds one value of each where there are no intervals', () => {
    const run = randomRun(8);
    const { weighing } = accumulatorOf(run).report({ ...META, intervals: false });
    for (const { quality, cost } of [...weighing.models, ...weighing.pairs]) {
      expect(quality).toHaveLength(1);
      if (cost) expect(cost).toHaveLength(1);
    }
  });
});
