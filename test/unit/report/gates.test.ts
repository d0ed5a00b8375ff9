import { describe, expect, it } from 'vitest';
import type { Config, ConfigInput } from '../../../src/core/config.ts';
import { RunAccumulator } from '../../../src/core/report/accumulator.ts';
import type { GateResult } from '../../../src/core/report/summary.ts';
import { answer, configOf, META, sample, score } from './builders.ts';

/** Model a: qualities 4, 6, 8, 6; latencies 100 to 400; one check of three passes; truth 10 throughout. Model b failed. */
function accumulatorOf(config: Config): RunAccumulator {
  const accumulator = new RunAccumulator({ config });
  for (const [i, quality] of [4, 6, 8, 6].entries()) {
    const id = `s${i}`;
    accumulator.addSample(sample(id));
    accumulator.addGeneration(answer(id, 'a', { latencyMs: 100 * (i + 1) }));
    accumulator.addGeneration(answer(id, 'b', { error: 'no such model', latencyMs: 1 }));
    accumulator.addScore(score(id, 'a', 'sts', quality));
    if (i < 3) accumulator.addCheck({ sample: id, model: 'a', repeat: 0, check: 'is-json', pass: i === 0 });
  }
  return accumulator;
}

function gates(list: ConfigInput['gates'], reward: ConfigInput['reward'] = {}): GateResult[] {
  return accumulatorOf(configOf({ modelIds: ['a', 'b'], gates: list, reward })).summary(META).gates;
}

const BUDGET = { models: { cost: { of: 'latency', normalize: { budget: 1000 } } } } as const;

describe('gates', () => {
  it('compare the mean with min and max, bounds included', () => {
    const results = gates([
      { metric: 'quality', model: 'a', min: 6 },
      { metric: 'quality', model: 'a', min: 6.01 },
      { metric: 'quality', model: 'a', max: 5.9 },
      { metric: 'truth', model: 'a', min: 10, max: 10 },
      { metric: 'p95Ms', model: 'a', max: 385 },
      { metric: 'p95Ms', model: 'a', max: 384 },
      { metric: 'checks', model: 'a', min: 0.3 },
      { metric: 'checks', model: 'a', min: 0.34 },
      { metric: 'errors', model: 'a', max: 0 },
      { metric: 'errors', model: 'b', max: 3 },
    ]);
    expect(results.map((r) => r.pass)).toEqual([true, false, false, true, true, false, true, false, true, false]);
    expect(results.map((r) => r.value)).toEqual([6, 6, 6, 10, 385, 385, 1 / 3, 1 / 3, 0, 4]);
    expect(results[0]).toMatchObject({ metric: 'quality', model: 'a', min: 6, on: 'mean', note: null });
  });

  it('without a model speak of every model', () => {
    const results = gates([{ metric: 'errors', max: 0 }]);
    expect(results.map(({ model, pass, value }) => [model, pass, value])).toEqual([
      ['a', true, 0],
      ['b', false, 4],
    ]);
  });

  it('on the interval ask that the whole of it keeps the bound', () => {
    const config = configOf({ modelIds: ['a', 'b'] });
    const { low, high } = accumulatorOf(config).summary(META).models[0]!.quality;
    expect(low).toBeGreaterThan(3);
    expect(high).toBeLessThan(9);
    const results = gates([
      { metric: 'quality', model: 'a', min: 5.9, on: 'interval' },
      { metric: 'quality', model: 'a', min: low!, on: 'interval' },
      { metric: 'quality', model: 'a', max: 6.1, on: 'interval' },
      { metric: 'quality', model: 'a', min: 1, max: high! - 0.01, on: 'interval' },
      { metric: 'truth', model: 'a', min: 10, on: 'interval' },
      { metric: 'checks', model: 'a', min: 0.3, on: 'interval' },
      { metric: 'errors', model: 'a', max: 0, on: 'interval' },
    ]);
    expect(results.map((r) => r.pass)).toEqual([false, true, false, false, true, false, true]);
    expect(results.slice(0, 4).map((r) => r.value)).toEqual([low, low, high, high]);
    expect(results[5]!.value).toBe(0);
  });

  it('on the reward need a budget', () => {
    const [relative] = gates([{ metric: 'reward', model: 'a', min: -5 }]);
    expect(relative).toMatchObject({ pass: false, value: null });
    expect(relative!.note).toMatch(/budget/);
    // 0.6 - 0.5 * 0.25.
    const absolute = gates([{ metric: 'reward', model: 'a', min: 0.47 }], BUDGET);
    expect(absolute[0]).toMatchObject({ pass: true });
    expect(absolute[0]!.value).toBeCloseTo(0.475, 12);
  });

  it('fail without data and say what is missing', () => {
    const results = gates([
      { metric: 'p95Ms', model: 'b', max: 1e9 },
      { metric: 'checks', model: 'b', min: 0 },
      { metric: 'quality', model: 'nobody', min: 0 },
      { metric: 'p95Ms', model: 'a', max: 1e9, on: 'interval' },
    ]);
    expect(results.map((r) => [r.pass, r.value])).toEqual(Array(4).fill([false, null]));
    expect(results.map((r) => r.note)).toEqual([
      expect.stringMatching(/^there is no fresh latency$/),
      expect.stringMatching(/^no check ran$/),
      expect.stringMatching(/no such model/),
      expect.stringMatching(/no interval/),
    ]);
    const [empty] = new RunAccumulator({
      config: configOf({ modelIds: ['a'], gates: [{ metric: 'errors', max: 0 }] }),
    }).summary(META).gates;
    expect(empty).toMatchObject({ pass: false, note: 'the model has no generations' });
  });
});
