import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/core/config.ts';
import { parseConfig } from '../../../src/core/config-parse.ts';
import { exact } from '../../../src/core/simulation/exact.ts';
import { buildPopulation, needsRun, type Population } from '../../../src/core/simulation/population.ts';
import type { SimulatedNodeResult } from '../../../src/core/simulation/result.ts';
import { finish } from '../../../src/core/simulation/simulate.ts';
import { sweep, withSettings } from '../../../src/core/simulation/sweep.ts';

/** The relations that the example populations were made for, and those that docs/simulation.md tells of them. */

function example(name: string): Config {
  const file = new URL(`../../../examples/${name}/poq.config.json`, import.meta.url);
  const { config, diagnostics } = parseConfig(readFileSync(file, 'utf8'), 'poq.config.json');
  expect(diagnostics).toEqual([]);
  expect(needsRun(config!.simulation)).toBe(false);
  return config!;
}

function outcome(config: Config, settings: Record<string, unknown> = {}) {
  const changed = withSettings(config, settings);
  const population = buildPopulation({ config: changed, measured: null });
  const result = exact(population, changed);
  expect(result.warnings).toEqual([]);
  return { population, ...result };
}

const mean = (values: Iterable<number>) => {
  const list = [...values];
  return list.reduce((sum, value) => sum + value, 0) / list.length;
};
const ranking = (nodes: SimulatedNodeResult[], of = (node: SimulatedNodeResult) => node.reward.mean!) =>
  [...nodes].sort((a, b) => of(b) - of(a)).map(({ id }) => id);

/** Mean quality, and mean of what all evaluators say of it, by model: from the population alone. */
function modelMeans({ models, evaluators, truth, scores }: Population) {
  return models.map((_, m) => ({
    truth: mean(truth.filter((_, cell) => cell % models.length === m)),
    panel: mean(scores.filter((_, at) => Math.floor(at / evaluators.length) % models.length === m)),
  }));
}

function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [a, b] = [Array.from(x), Array.from(y)];
  const [centreA, centreB] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
  return (
    sum((i) => (a[i]! - centreA) * (b[i]! - centreB)) /
    Math.sqrt(sum((i) => (a[i]! - centreA) ** 2) * sum((i) => (b[i]! - centreB) ** 2))
  );
}

describe.each([1, 2, 3])('examples/paper-shape, seed %i', (seed) => {
  const { population, models, evaluators } = outcome(example('paper-shape'), { seed });
  const pay = Object.fromEntries([...models, ...evaluators].map(({ id, reward }) => [id, reward.mean!]));

  it('pays the two best models most, which are also the fastest, and the slow weak one least', () => {
    const order = ['best', 'second', 'middle', 'slow', 'slow-weak'];
    expect(models.map(({ id }) => id)).toEqual(order);
    expect(ranking(models)).toEqual(order);
    const latency = [...population.modelMeanCosts];
    expect([...latency].sort((a, b) => a - b)).toEqual(latency);
    const quality = modelMeans(population).map(({ truth }) => truth);
    expect([...quality].sort((a, b) => b - a)).toEqual(quality);
  });

  it('pays the evaluator that sees quality like the best models, and more than the blind ones', () => {
    expect(Math.abs(pay.similarity! - pay.best!)).toBeLessThan(0.05);
    expect(Math.abs(pay.similarity! - pay.second!)).toBeLessThan(0.06);
    expect(ranking(evaluators)[0]).toBe('similarity');
    const correlations = population.evaluators.map((_, e) =>
      pearson(
        population.scores.filter((_, at) => at % population.evaluators.length === e),
        population.truth,
      ),
    );
    // Published: 0.66, and near zero or negative.
    expect(correlations[0]).toBeCloseTo(0.66, 1);
    for (const blind of correlations.slice(1)) expect(Math.abs(blind)).toBeLessThan(0.2);
  });

  it('gives the best two about seven times the quality per millisecond of the slow model', () => {
    const perMs = modelMeans(population).map(({ truth }, m) => truth / population.modelMeanCosts[m]!);
    for (const m of [0, 1]) {
      expect(perMs[m]! / perMs[3]!).toBeGreaterThan(6);
      expect(perMs[m]! / perMs[3]!).toBeLessThan(8);
    }
  });
});

describe('examples/giant', () => {
  const config = example('giant');
  const { population, models } = outcome(config);

  it('has a giant that is slightly better and ten times dearer', () => {
    const [giant, handy] = modelMeans(population);
    const [giantCost, handyCost] = population.modelMeanCosts;
    expect(giant!.truth - handy!.truth).toBeCloseTo(0.5, 0);
    expect(giantCost! / handyCost!).toBeCloseTo(10, 0);
  });

  it('crowns it where cost does not count, and pays it least where it does', () => {
    expect(ranking(models, ({ costBlind }) => costBlind!)).toEqual(['giant', 'handy', 'tiny']);
    expect(ranking(outcome(config, { beta: 0 }).models)).toEqual(['giant', 'handy', 'tiny']);
    expect(ranking(models)).toEqual(['handy', 'tiny', 'giant']);
  });

  it('passes the crown on at beta = 0.0558, where both earn the same', () => {
    // With K of the panel drawn at random, the expected consensus is the panel's mean.
    const [giant, handy] = modelMeans(population);
    const [dearest, second, cheapest] = population.modelMeanCosts;
    const costLead = (dearest! - second!) / (dearest! - cheapest!);
    const beta = (giant!.panel - handy!.panel) / 10 / costLead;
    expect(beta).toBeCloseTo(0.0558, 4);

    const tied = outcome(config, { beta }).models;
    expect(tied[0]!.reward.mean).toBeCloseTo(tied[1]!.reward.mean!, 10);
    expect(ranking(outcome(config, { beta: beta - 1e-6 }).models)[0]).toBe('giant');
    expect(ranking(outcome(config, { beta: beta + 1e-6 }).models)[0]).toBe('handy');
  });

  it('shows the change in its sweep, exactly and in rounds', () => {
    const { changes } = finish(sweep({ config, measured: null, isExact: true }, config.simulation.sweep));
    expect(changes).toEqual([
      { option: 'beta', from: { beta: 0.05 }, to: { beta: 0.06 }, before: 'giant', after: 'handy' },
    ]);
    const rounds = withSettings(config, { rounds: 200_000 });
    const { cells } = finish(sweep({ config: rounds, measured: null }, { beta: [0.04, 0.07] }));
    expect(cells.map(({ winner }) => winner!.id)).toEqual(['giant', 'handy']);
    for (const { winner } of cells) expect(winner!.lead).toBeGreaterThan(5 * winner!.stderr!);
  });

  describe('the pay of evaluators against K', () => {
    const ks = [1, 2, 3, 5, 7, 9];
    const results = (closeness: string) =>
      ks
        .filter((k) => k > 1 || closeness === 'inclusive')
        .map((k) => {
          const changed = withSettings(config, { k, 'reward.closeness': closeness });
          const result = exact(buildPopulation({ config: changed, measured: null }), changed);
          return {
            k,
            reward: mean(result.evaluators.map(({ reward }) => reward.mean!)),
            sd: mean(result.evaluators.map(({ reward }) => reward.sd!)),
            closeness: mean(result.evaluators.map(({ costBlind }) => costBlind!)),
            models: result.models.map(({ reward }) => reward.mean!),
          };
        });
    const inclusive = results('inclusive');
    const leaveOneOut = results('leave-one-out');
    const rises = (values: number[]) => values.slice(1).every((value, i) => value > values[i]!);
    const falls = (values: number[]) => rises(values.map((value) => -value));

    it('falls where closeness is inclusive and rises where it is leave-one-out', () => {
      expect(falls(inclusive.map(({ reward }) => reward))).toBe(true);
      expect(rises(leaveOneOut.map(({ reward }) => reward))).toBe(true);
      // Its spread goes the other way.
      expect(rises(inclusive.map(({ sd }) => sd))).toBe(true);
      expect(falls(leaveOneOut.map(({ sd }) => sd))).toBe(true);
    });

    it('follows the arithmetic of independent normal errors', () => {
      const sigma = 1.5;
      const away = (variance: number) => 1 - (sigma * Math.sqrt((2 * variance) / Math.PI)) / 10;
      // A few scores are cut at 0 or 10, which takes a little from the errors.
      for (const { k, closeness } of inclusive) expect(closeness).toBeCloseTo(away(1 - 1 / k), 2);
      for (const { k, closeness } of leaveOneOut) expect(closeness).toBeCloseTo(away(1 + 1 / (k - 1)), 2);
    });

    it('leaves the pay of models where it is', () => {
      for (const { models } of [...inclusive, ...leaveOneOut]) {
        for (const [m, reward] of models.entries()) expect(reward).toBeCloseTo(inclusive[0]!.models[m]!, 10);
      }
    });
  });
});
