import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { Outcomes } from '../../../src/core/report/outcome.ts';
import { RunTable } from '../../../src/core/report/table.ts';
import type { GenerationRow } from '../../../src/core/types.ts';
import { answer, configOf, META, sample, score } from './builders.ts';
import { accumulatorOf, randomRun, tableOf } from './random-run.ts';

type Given = Partial<GenerationRow> & { quality?: number; check?: boolean };

/** A run of models a and b from what is said of each generation, by sample, model and repeat. */
function outcomesOf(given: Record<string, Record<string, Given[]>>, over: Partial<ConfigInput> = {}) {
  const config = configOf({ modelIds: ['a', 'b'], ...over });
  const table = new RunTable(config);
  for (const [id, models] of Object.entries(given)) {
    table.addSample(sample(id));
    for (const [model, repeats] of Object.entries(models)) {
      for (const [repeat, { quality, check, ...row }] of repeats.entries()) {
        table.addGeneration(answer(id, model, { repeat, ...row }));
        if (quality !== undefined) table.addScore({ ...score(id, model, 'sts', quality), repeat });
        if (check !== undefined) table.addCheck({ sample: id, model, repeat, check: 'contains "x"', pass: check });
      }
    }
  }
  return new Outcomes(table, config);
}

const budget = (over = {}): Partial<ConfigInput> => ({
  reward: { models: { alpha: 1, beta: 0.5, cost: { normalize: { budget: 200 } } }, ...over },
});

describe('the outcome of a sample', () => {
  it('passes where every model has the quality and passed all checks', () => {
    const of = (a: Given, b: Given) => outcomesOf({ s: { a: [a], b: [b] } }).of(0);
    expect(of({ quality: 5, check: true }, { quality: 9 })).toMatchObject({ id: 's', pass: true, minQuality: 5 });
    expect(of({ quality: 4.99 }, { quality: 9 }).pass).toBe(false);
    expect(of({ quality: 9, check: false }, { quality: 9 })).toMatchObject({
      pass: false,
      models: [
        { model: 'a', pass: false, failedChecks: ['contains "x"'] },
        { model: 'b', pass: true, failedChecks: [] },
      ],
    });
    expect(of({ error: 'gone' }, { quality: 9 })).toMatchObject({
      pass: false,
      models: [
        { error: 'gone', quality: 0, latencyMs: null, pass: false },
        { error: null, pass: true },
      ],
    });
  });

  it('is open while something is missing, unless a failure has decided', () => {
    const missing = outcomesOf({ s: { a: [{ quality: 8 }] } }).of(0);
    expect(missing).toMatchObject({
      pass: null,
      models: [{ pass: true }, { quality: null, reward: null, pass: null }],
    });
    expect(outcomesOf({ s: { a: [{ quality: 8 }], b: [{}] } }).of(0).pass).toBeNull();
    expect(outcomesOf({ s: { a: [{ quality: 1 }] } }).of(0).pass).toBe(false);
    const repeats = { generation: { repeats: 2 } };
    expect(
      outcomesOf({ s: { a: [{ quality: 8 }], b: [{ quality: 8 }, { quality: 9 }] } }, repeats).of(0).pass,
    ).toBeNull();
  });

  it('averages repeats; one that failed decides', () => {
    const repeats = { generation: { repeats: 2 } };
    const given = {
      a: [
        { quality: 3, latencyMs: 100 },
        { quality: 8, latencyMs: 300 },
      ],
      b: [{ quality: 9 }, { error: 'x' }],
    };
    const { models } = outcomesOf({ s: given }, repeats).of(0);
    expect(models[0]).toMatchObject({ quality: 5.5, latencyMs: 200, pass: true });
    expect(models[1]).toMatchObject({ quality: 4.5, latencyMs: 100, pass: false, error: 'x' });
  });

  it('follows the config in what a failure counts', () => {
    const given = { s: { a: [{ quality: 8 }], b: [{ error: 'gone' }] } };
    const reward = { failures: 'exclude' } as const;
    expect(outcomesOf(given, budget()).of(0).models[1]).toMatchObject({ quality: 0, reward: -0.25 });
    expect(outcomesOf(given, budget(reward)).of(0).models[1]).toMatchObject({
      quality: null,
      reward: null,
      pass: false,
    });
  });

  it('leaves reused generations out of the latency, not out of the reward', () => {
    const given = { s: { a: [{ quality: 8, reused: true, latencyMs: 100 }], b: [{ quality: 8, latencyMs: 50 }] } };
    const [a, b] = outcomesOf(given, budget()).of(0).models;
    expect(a).toMatchObject({ latencyMs: null, reward: expect.closeTo(0.8 - 0.25, 12) });
    expect(b).toMatchObject({ latencyMs: 50, reward: expect.closeTo(0.8 - 0.125, 12) });
  });

  it("takes the run's normalised cost under min-max, that of the generation under a budget", () => {
    const given = {
      s: { a: [{ quality: 10, latencyMs: 100 }], b: [{ quality: 10, latencyMs: 400 }] },
      t: { a: [{ quality: 5, latencyMs: 300 }], b: [{ quality: 5, latencyMs: 1000 }] },
    };
    const rewards = (outcomes: Outcomes) => [0, 1].map((s) => outcomes.of(s).models.map(({ reward }) => reward));
    expect(rewards(outcomesOf(given))).toEqual([
      [1, 0.5],
      [0.5, 0],
    ]);
    expect(rewards(outcomesOf(given, budget()))).toEqual([
      [0.75, 0.5],
      [0, 0],
    ]);
  });

  it('has no reward without a price, nor for a model outside the pool', () => {
    const money = { reward: { models: { cost: { of: 'money' as const } } } };
    const given = { s: { a: [{ quality: 8 }], b: [{ error: 'gone' }] } };
    expect(
      outcomesOf(given, money)
        .of(0)
        .models.map(({ reward }) => reward),
    ).toEqual([null, null]);
    const free = { reward: { models: { beta: 0, cost: { of: 'money' as const } } } };
    expect(
      outcomesOf(given, free)
        .of(0)
        .models.map(({ reward }) => reward),
    ).toEqual([0.8, null]);
    const outcomes = outcomesOf(given);
    expect(outcomes.of(0).models.map(({ reward }) => reward)).toEqual([0.8, null]);
    expect(outcomes.rewardOf(0, 0, 0)).toBe(0.8);
    expect(outcomes.rewardOf(0, 1, 0)).toBeNull();
    expect(outcomes.qualityOf(0, 1, 0)).toBe(0);
  });
});

describe('results over samples', () => {
  it('are the means of the summary where all samples are asked for', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const run = randomRun(seed);
      const results = new Outcomes(tableOf(run), run.config).results(run.samples.keys());
      const { models } = accumulatorOf(run).summary({ ...META, intervals: false });
      expect(results.map(({ model }) => model).sort()).toEqual(
        models
          .filter(({ samples }) => samples > 0)
          .map(({ id }) => id)
          .sort(),
      );
      const close = (x: number | null) => (x === null ? null : expect.closeTo(x, 9));
      for (const { model, samples, ...means } of results) {
        const summary = models.find(({ id }) => id === model)!;
        expect(samples).toBeGreaterThan(0);
        expect(means).toMatchObject({ quality: close(summary.quality.mean), reward: close(summary.reward.mean) });
        if (run.config.generation.repeats === 1) expect(means.latencyMs).toEqual(close(summary.latencyMs.mean));
      }
    }
  });

  it('cover the chosen samples only, best first', () => {
    const outcomes = outcomesOf(
      {
        s: { a: [{ quality: 4 }], b: [{ quality: 8 }] },
        t: { a: [{ quality: 8 }], b: [{ quality: 2 }] },
        u: { b: [{ quality: 6 }] },
      },
      budget(),
    );
    const figures = (samples: number[]) => outcomes.results(samples).map((r) => [r.model, r.samples, r.quality]);
    expect(figures([0, 2])).toEqual([
      ['b', 2, 7],
      ['a', 1, 4],
    ]);
    expect(figures([1])).toEqual([
      ['a', 1, 8],
      ['b', 1, 2],
    ]);
    expect(figures([2])).toEqual([['b', 1, 6]]);
    expect(figures([])).toEqual([]);
  });
});
