import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { exact } from '../../../src/core/simulation/exact.ts';
import type { SimulatedNodeResult, SimulationResult } from '../../../src/core/simulation/result.ts';
import { simulate } from '../../../src/core/simulation/simulate.ts';
import { populationOf, randomShape, settingsOf } from './builders.ts';
import { referenceExact } from './reference.ts';

type Simulation = NonNullable<ConfigInput['simulation']>;

/** Every case in scope: rules, draws, behaviours, closeness, costs. */
const CASES: [string, Simulation, ConfigInput['reward']][] = [
  ['plain', { k: 2 }, {}],
  ['median', { k: 3, consensus: 'median' }, {}],
  ['median, error from the mean of the panel', { k: 3, consensus: 'median', panel: 'mean' }, {}],
  ['trimmed', { k: 4, consensus: { trimmed: 0.3 } }, {}],
  ['yuma', { k: 3, consensus: 'yuma' }, {}],
  ['within one SD', { k: 3, consensus: 'within-sd' }, {}],
  ['leave-one-out', { k: 3 }, { closeness: 'leave-one-out' }],
  ['leave-one-out, median', { k: 3, consensus: 'median' }, { closeness: 'leave-one-out' }],
  ['by stake', { k: 2, draw: 'stake' }, {}],
  ['failures excluded', { k: 2 }, { failures: 'exclude' }],
  ['weights', { k: 2 }, { models: { alpha: 2, beta: 0.1 }, evaluators: { alpha: 0.3, beta: 1.5 } }],
  [
    'budgets',
    { k: 2 },
    {
      models: { cost: { normalize: { budget: 200 } } },
      evaluators: { cost: { normalize: { budget: 20 } } },
    },
  ],
  ['boosting', { k: 3, attacks: [{ kind: 'boosting', nodes: ['e1'], strength: 3 }] }, {}],
  ['sabotage', { k: 3, attacks: [{ kind: 'sabotage', nodes: ['e0', 'e2'], strength: 3 }] }, {}],
  [
    'intermittent',
    { k: 3, attacks: [{ kind: 'intermittent', nodes: ['e1', 'e3'], strength: 3, probability: 0.3 }] },
    {},
  ],
  ['collusion', { k: 3, attacks: [{ kind: 'collusion', nodes: ['e0', 'e1'], target: 'm1' }] }, {}],
  ['lazy', { k: 3, attacks: [{ kind: 'lazy', nodes: ['e1'], guess: 6, strength: 0.8, probability: 0.5 }] }, {}],
  ['copier', { k: 3, commitReveal: false, attacks: [{ kind: 'copier', nodes: ['e1', 'e2'] }] }, {}],
  ['copier under commit-reveal', { k: 3, attacks: [{ kind: 'copier', nodes: ['e1', 'e2'], strength: 0 }] }, {}],
  ['gaming', { k: 3, attacks: [{ kind: 'gaming', nodes: ['m1'], target: 'e0', strength: 4 }] }, {}],
  [
    'false costs, audited',
    {
      k: 2,
      audit: { probability: 0.2, stake: 0.7 },
      attacks: [
        { kind: 'false-cost', nodes: ['m2'], strength: 0.9 },
        { kind: 'false-cost', nodes: ['e3'], of: 'evaluators', strength: 0.4 },
        { kind: 'sabotage', nodes: ['e3'], strength: 1 },
      ],
    },
    {},
  ],
];

const nodesOf = (result: SimulationResult): SimulatedNodeResult[] => [...result.models, ...result.evaluators];

describe('exact mode', () => {
  it.each(CASES)('%s: equals the sums written down plainly', (_, simulation, reward) => {
    for (const seed of [1, 2, 3]) {
      const population = populationOf(randomShape(seed));
      const settings = settingsOf(simulation, reward);
      const expected = referenceExact(population, settings);
      const actual = exact(population, settings);
      for (const { id, reward: found } of nodesOf(actual)) {
        expect(found.mean, id).toBeCloseTo(expected.nodes.get(id)!.mean, 10);
        expect(found.sd, id).toBeCloseTo(expected.nodes.get(id)!.sd, 7);
      }
      expect(actual.consensus.againstPanel.bias).toBeCloseTo(expected.bias, 10);
      expect(actual.consensus.againstPanel.rmse).toBeCloseTo(expected.rmse, 10);
      if (actual.attack) expect(actual.attack.captured).toBeCloseTo(expected.captured, 10);
    }
  });

  it.each(CASES)('%s: Monte Carlo converges to it, played and counted', (_, simulation, reward) => {
    const population = populationOf(randomShape(7));
    const truth = exact(population, settingsOf(simulation, reward));
    // With so few rounds they are played one by one, with so many they are counted where they can be.
    for (const rounds of [30, 40_000]) {
      const found = simulate(population, settingsOf({ ...simulation, rounds, seed: 5 }, reward));
      for (const [i, node] of nodesOf(found).entries()) {
        const { mean, sd } = nodesOf(truth)[i]!.reward;
        if (!node.rounds) continue;
        const error = sd! / Math.sqrt(node.rounds);
        expect(Math.abs(node.reward.mean! - mean!), node.id).toBeLessThanOrEqual(4.5 * error + 1e-12);
        if (rounds > 1000) expect(Math.abs(node.reward.sd! - sd!), node.id).toBeLessThan(0.05 * sd! + 1e-9);
      }
      const { againstPanel, againstTruth } = found.consensus;
      if (rounds < 1000) continue;
      expect(againstPanel.rmse).toBeCloseTo(truth.consensus.againstPanel.rmse!, 1);
      expect(againstPanel.bias).toBeCloseTo(truth.consensus.againstPanel.bias!, 1);
      expect(againstTruth.pearson).toBeCloseTo(truth.consensus.againstTruth.pearson!, 1);
      if (found.attack) {
        expect(found.attack.captured).toBeCloseTo(truth.attack!.captured, 1);
        const { gain, gainStderr } = found.attack;
        expect(Math.abs(gain! - truth.attack!.gain!)).toBeLessThanOrEqual(4.5 * gainStderr! + 1e-12);
      }
    }
  });

  it('lets all models answer one committee', () => {
    // Evaluators are paid the mean over the models; with one model that is what a draw of models pays.
    const shape = randomShape(4, { models: 1, gaps: false });
    const plain = exact(populationOf(shape), settingsOf({ k: 2 }));
    const all = exact(populationOf(shape), settingsOf({ k: 2, draw: 'all' }));
    expect(nodesOf(all)).toEqual(nodesOf(plain));
    const two = populationOf({
      scores: [
        [
          [4, 6],
          [0, 10],
        ],
      ],
      modelCosts: [1, 2],
      evaluatorCosts: [1, 1],
    });
    const found = exact(two, settingsOf({ k: 2, draw: 'all' }));
    expect(found.models.map(({ reward }) => reward.mean)).toEqual([0.5, 0]);
    // Closeness 0.9 and 0.5, of both evaluators.
    for (const { reward } of found.evaluators) expect(reward.mean).toBeCloseTo(0.7, 12);
    const sampled = simulate(two, settingsOf({ k: 2, draw: 'all', rounds: 100 }));
    expect(sampled.models.map(({ rounds }) => rounds)).toEqual([100, 100]);
    expect(sampled.evaluators.map(({ rounds }) => rounds)).toEqual([100, 100]);
    expect(sampled.evaluators[0]!.reward.mean).toBeCloseTo(0.7, 12);
  });

  it('follows closed forms: a committee mean of K of E without replacement has variance s^2 (1 - K/E) / K', () => {
    const scores = [1, 3, 4, 8, 9, 10];
    const mean = scores.reduce((a, b) => a + b) / 6;
    const variance = scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / 5;
    for (const k of [1, 2, 3, 6]) {
      const { models, consensus } = exact(populationOf({ scores: [[scores]] }), settingsOf({ k }));
      expect(models[0]!.reward.mean).toBeCloseTo(mean / 10, 12);
      const expected = Math.sqrt((variance * (1 - k / 6)) / k);
      expect(models[0]!.reward.sd).toBeCloseTo(expected / 10, 9);
      expect(consensus.againstPanel.rmse).toBeCloseTo(expected, 9);
    }
  });

  it.each([
    [{ consensus: 'trust' as const }, /"trust" depends on earlier rounds.*48 terms/],
    [{ attacks: [{ kind: 'lazy' as const, guess: 'running-mean' as const, nodes: ['e0'] }] }, /running mean.*48 terms/],
    [{ attacks: [{ kind: 'noise' as const, nodes: ['e0'] }] }, /continuum of outcomes/],
  ])('refuses what has no finite sum: %j', (simulation, message) => {
    const population = populationOf(randomShape(1));
    expect(() => exact(population, settingsOf({ k: 3, ...simulation }))).toThrow(message);
  });

  it('refuses more than 10^8 terms and tells how many there are', () => {
    const scores = [[Array.from({ length: 40 }, () => 5)]];
    expect(() => exact(populationOf({ scores }), settingsOf({ k: 20 }))).toThrow(/137,846,528,820 terms/);
  });

  it('counts no outcome of noise without strength', () => {
    const population = populationOf(randomShape(1));
    const honest = exact(population, settingsOf({ k: 2 }));
    const silent = exact(population, settingsOf({ k: 2, attacks: [{ kind: 'noise', nodes: ['e0'], strength: 0 }] }));
    expect(nodesOf(silent)).toEqual(nodesOf(honest));
    expect(silent.attack!.gain).toBe(0);
  });
});
