import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { exact } from '../../../src/core/simulation/exact.ts';
import { buildPopulation } from '../../../src/core/simulation/population.ts';
import { simulate } from '../../../src/core/simulation/simulate.ts';
import { captureChance } from '../../../src/core/simulation/subsets.ts';
import { populationOf, randomShape, settingsOf } from './builders.ts';

type Simulation = NonNullable<ConfigInput['simulation']>;
type Attack = NonNullable<Simulation['attacks']>[number];

/** Equal costs: rewards are quality and closeness alone. */
const FREE = { modelCosts: [1], evaluatorCosts: [1, 1, 1] };

/** The only round there is: all three evaluators score one answer 4, 6, 8. Rewards times ten. */
function round(attack: Attack, options: Simulation = {}, reward: ConfigInput['reward'] = {}) {
  const population = populationOf({ ...FREE, scores: [[[4, 6, 8]]] });
  const {
    models,
    evaluators,
    attack: told,
  } = exact(population, settingsOf({ k: 3, ...options, attacks: [attack] }, reward));
  const tenfold = (mean: number | null) => Math.round(mean! * 10 * 1e9) / 1e9;
  return { q: tenfold(models[0]!.reward.mean), closeness: evaluators.map((e) => tenfold(e.reward.mean)), told };
}

describe('behaviours, in rounds computed by hand', () => {
  it('honest: Q is 6, closeness 8, 10, 8', () => {
    expect(round({ kind: 'boosting', nodes: ['e0'], strength: 0 })).toMatchObject({ q: 6, closeness: [8, 10, 8] });
  });

  it('boosting adds, up to 10: 4, 6, 10', () => {
    const { q, closeness, told } = round({ kind: 'boosting', nodes: ['e2'], strength: 5 });
    expect(q).toBeCloseTo(20 / 3, 8);
    expect(closeness).toEqual([10 - 8 / 3, 10 - 2 / 3, 10 - 10 / 3].map((c) => expect.closeTo(c, 8)));
    // The attacker had 0.8 when it was honest.
    expect(told).toMatchObject({ gain: expect.closeTo(1 - 1 / 3 - 0.8, 10), gainStderr: null, captured: 0 });
  });

  it('sabotage subtracts, down to 0: 0, 6, 8', () => {
    expect(round({ kind: 'sabotage', nodes: ['e0'], strength: 5 }).q).toBeCloseTo(14 / 3, 8);
  });

  it('intermittent: 4, 6, 8 or 4, 6, 10, half of the time each', () => {
    expect(round({ kind: 'intermittent', nodes: ['e2'] }).q).toBeCloseTo((6 + 20 / 3) / 2, 8);
  });

  it('lazy: 5 instead of 8, at a hundredth of the cost', () => {
    const reward = { evaluators: { beta: 1, cost: { normalize: { budget: 2 } } } };
    const { q, closeness } = round({ kind: 'lazy', nodes: ['e2'] }, {}, reward);
    expect(q).toBe(5);
    // Closeness 9, 9, 10 less 10 times 0.5, 0.5 and 0.005.
    expect(closeness).toEqual([4, 4, 9.95]);
  });

  it('a copier answers the mean of those before it, or its own score when it is first', () => {
    const attack: Attack = { kind: 'copier', nodes: ['e2'] };
    // First: 8. Second: 4 or 6. Third: 5. Q is 6, 14/3 or 16/3, and 5.
    const { q } = round(attack, { commitReveal: false });
    expect(q).toBeCloseTo((6 + (14 / 3 + 16 / 3) / 2 + 5) / 3, 8);
    expect(round(attack, { commitReveal: true })).toMatchObject({ q: 6, closeness: [8, 10, 8] });
  });

  it('collusion raises the favoured model alone, and shows what that model gains', () => {
    const population = populationOf({
      evaluatorCosts: [1, 1, 1],
      modelCosts: [1, 1],
      scores: [
        [
          [4, 6, 8],
          [4, 6, 8],
        ],
      ],
    });
    const attacks: Attack[] = [{ kind: 'collusion', nodes: ['e0', 'e1'], target: 'm1', strength: 3 }];
    const { models, attack } = exact(population, settingsOf({ k: 3, attacks }));
    expect(models.map(({ reward }) => reward.mean)).toEqual([0.6, 0.8].map((mean) => expect.closeTo(mean, 10)));
    expect(attack!.captured).toBe(1);
    const [favoured, ...colluders] = attack!.nodes;
    expect(favoured).toEqual({ id: 'm1', role: 'model', attacks: false, gain: expect.closeTo(0.2, 10) });
    expect(colluders.map(({ id, attacks }) => [id, attacks])).toEqual([
      ['e0', true],
      ['e1', true],
    ]);
  });

  it('a model that games one evaluator raises its score alone; panel and truth stay', () => {
    const population = populationOf({ ...FREE, scores: [[[4, 6, 8]]], truth: [[5]] });
    const attacks: Attack[] = [{ kind: 'gaming', nodes: ['m0'], target: 'e1', strength: 3 }];
    const { models, consensus, attack } = exact(population, settingsOf({ k: 3, attacks }));
    expect(models[0]!.reward.mean).toBeCloseTo(0.7, 10);
    expect(consensus.againstPanel.bias).toBeCloseTo(1, 10);
    expect(consensus.againstTruth.bias).toBeCloseTo(2, 10);
    expect(attack).toMatchObject({ gain: expect.closeTo(0.1, 10), captured: 0 });
  });

  it('false costs: the report counts, until an audit takes the pay and the stake', () => {
    const population = populationOf({ scores: [[[8], [8], [8]]], modelCosts: [0, 50, 100] });
    const attacks: Attack[] = [{ kind: 'false-cost', nodes: ['m2'], strength: 0.6 }];
    const lie = (audit: Simulation['audit']) => exact(population, settingsOf({ k: 1, audit, attacks }));
    // Reported 0, 50, 40: the liar seems cheaper than the honest m1.
    expect(lie({}).models.map(({ reward }) => reward.mean)).toEqual([0.8, 0.3, 0.4].map((r) => expect.closeTo(r, 10)));
    expect(lie({}).attack!.gain).toBeCloseTo(0.1, 10);
    const audited = lie({ probability: 0.25, stake: 2 });
    expect(audited.models[2]!.reward.mean).toBeCloseTo(0.75 * 0.4 - 0.25 * 2, 10);
    const sampled = simulate(
      population,
      settingsOf({ k: 1, rounds: 50_000, audit: { probability: 0.25, stake: 2 }, attacks }),
    );
    expect(sampled.models[2]!.reward).toMatchObject({ p05: -2, p50: expect.closeTo(0.4, 9) });
    expect(Math.abs(sampled.models[2]!.reward.mean! + 0.2)).toBeLessThan(5 * sampled.models[2]!.reward.stderr!);
  });

  it('audits deter exactly when p (R + S) exceeds what the lie saves', () => {
    const population = populationOf({ scores: [[[8], [8]]], modelCosts: [0, 100] });
    const gain = (probability: number) =>
      exact(
        population,
        settingsOf({
          k: 1,
          audit: { probability, stake: 1 },
          attacks: [{ kind: 'false-cost', nodes: ['m1'], strength: 1 }],
        }),
      ).attack!.gain!;
    // R = 0.8 with the lie, 0.3 without: C = 0.5, R + S = 1.8.
    expect(gain(0.5 / 1.8)).toBeCloseTo(0, 10);
    expect(gain(0.27)).toBeGreaterThan(0);
    expect(gain(0.28)).toBeLessThan(0);
  });

  it('collusion and gaming take the other party from `nodes` too', () => {
    const population = populationOf({
      evaluatorCosts: [1, 1, 1],
      scores: [
        [
          [4, 6, 8],
          [4, 6, 8],
        ],
      ],
    });
    const play = (...attacks: Attack[]) => exact(population, settingsOf({ k: 3, attacks })).models;
    const { models } = { models: play({ kind: 'collusion', nodes: ['e0', 'm1'], strength: 3 }) };
    expect(models.map(({ costBlind }) => costBlind)).toEqual([0.6, 0.7].map((q) => expect.closeTo(q, 10)));
    expect(play({ kind: 'gaming', nodes: ['m0', 'e1'], strength: 3 })[0]!.costBlind).toBeCloseTo(0.7, 10);
    expect(() => play({ kind: 'collusion', share: 0.5 })).toThrow(/attacks\[0\]\.target: is required: the model/);
    expect(() => play({ kind: 'gaming', nodes: ['e1'] })).toThrow(/attacks\[0\]\.nodes: names none of the models/);
    expect(() => play({ kind: 'gaming', nodes: ['m9', 'e1'] })).toThrow(/nodes\[0\]: there is no model "m9"/);
  });

  it('gaming a share of the answers, lying in a share of the reports', () => {
    const scores = Array.from({ length: 4000 }, () => [
      [4, 6, 8],
      [4, 6, 8],
    ]);
    const population = populationOf({ scores, evaluatorCosts: [1, 1, 1], modelCosts: [0, 100] });
    const attacks: Attack[] = [
      { kind: 'gaming', nodes: ['m0'], target: 'e1', strength: 3, probability: 0.25 },
      { kind: 'false-cost', nodes: ['e2'], probability: 0.5 },
    ];
    const audit = { probability: 0.4, stake: 1 };
    const { models, evaluators } = exact(population, settingsOf({ k: 3, attacks, audit }));
    expect(models[0]!.reward.mean).toBeCloseTo(0.6 + 0.25 * 0.1, 2);
    // Of m1's rounds and m0's honest ones closeness is 0.8, of the others 0.9; a fifth of the pay and a stake are lost.
    const closeness = 0.8 + 0.125 * 0.1;
    expect(evaluators[2]!.reward.mean).toBeCloseTo(0.8 * closeness - 0.2, 2);
  });

  it('noise has the spread of its strength', () => {
    const scores = [[[5, 5, 5]]];
    const attacks: Attack[] = [{ kind: 'noise', nodes: ['e0', 'e1', 'e2'], strength: 0.9 }];
    const found = simulate(populationOf({ ...FREE, scores }), settingsOf({ k: 3, rounds: 40_000, attacks }));
    expect(found.consensus.againstPanel.rmse! / (0.9 / Math.sqrt(3))).toBeCloseTo(1, 1);
    expect(Math.abs(found.consensus.againstPanel.bias!)).toBeLessThan(0.02);
  });
});

describe('rules and behaviours with state', () => {
  it('trust: colluding minorities lose weight, round by round', () => {
    const scores = [[[2, 2, 2, 10]]];
    const consensus = { trust: { lambda: 0.5, min: 0.01, max: 1, start: 1 } };
    const found = simulate(
      populationOf({ scores, evaluatorCosts: [1, 1, 1, 1] }),
      settingsOf({ k: 4, rounds: 100, consensus }),
    );
    const [first, ...later] = found.overTime!.models[0]!.reward;
    expect(found.overTime!.rounds).toHaveLength(50);
    // Two rounds each: weights 1, 1, 1, 1, then Q = 4 and 1.15 (cut to 1), 0.95.
    const second = (2 * 3 + 10 * (1 + 0.5 * (0.5 - 0.6))) / (3 + 0.95);
    expect(first).toBeCloseTo((0.4 + second / 10) / 2, 10);
    for (const [i, mean] of later.entries())
      expect(mean).toBeLessThanOrEqual((i === 0 ? first : later[i - 1])! + 1e-12);
    expect(later.at(-1)).toBeLessThan(0.25);
  });

  it('a lazy evaluator of the running mean starts at 5 and follows the network', () => {
    const attacks: Attack[] = [{ kind: 'lazy', guess: 'running-mean', nodes: ['e0'] }];
    const found = simulate(
      populationOf({ modelCosts: [1], evaluatorCosts: [1, 1], scores: [[[9, 9]]] }),
      settingsOf({ k: 2, rounds: 50, attacks }),
    );
    // 5 and 9: Q = 7; the mean of 5 and 7 is 6: Q = 7.5; of 5, 7, 7.5 is 6.5: Q = 7.75.
    expect(found.overTime!.models[0]!.reward.slice(0, 3)).toEqual([0.7, 0.75, 0.775].map((r) => expect.closeTo(r, 10)));
  });

  it('errors of means that hang together come from the spread over time', () => {
    const population = populationOf(randomShape(3, { rows: 30 }));
    const settings = settingsOf({ k: 3, rounds: 20_000, consensus: 'trust' });
    const means = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(
      (seed) => simulate(population, { ...settings, simulation: { ...settings.simulation, seed } }).models[0]!.reward,
    );
    const mean = means.reduce((sum, r) => sum + r.mean!, 0) / means.length;
    const spread = Math.sqrt(means.reduce((sum, r) => sum + (r.mean! - mean) ** 2, 0) / (means.length - 1));
    const told = means.reduce((sum, r) => sum + r.stderr!, 0) / means.length;
    expect(told / spread).toBeGreaterThan(0.5);
    expect(told / spread).toBeLessThan(2);
  });
});

describe('who attacks', () => {
  const twenty = { rows: 1, models: 1, evaluators: 20, gaps: false };

  it.each([
    [0.2, 3, 0.088],
    [0.3, 5, 0.131],
    [0.4, 7, 0.251],
  ])('a share of %d of 20 captures committees of %i this often: %d', (share, k, expected) => {
    const population = populationOf(randomShape(1, twenty));
    const attacks: Attack[] = [{ kind: 'boosting', share }];
    const { attack } = exact(population, settingsOf({ k, attacks }));
    expect(Number(attack!.captured.toFixed(3))).toBe(expected);
    expect(attack!.captured).toBeCloseTo(captureChance(20, 20 * share, k), 10);
    const sampled = simulate(population, settingsOf({ k, attacks, rounds: 20_000 }));
    expect(Math.abs(sampled.attack!.captured - expected)).toBeLessThan(0.015);
  });

  it('is drawn from the seed, by name; a share that does not come out even is told', () => {
    const population = populationOf(randomShape(1, twenty));
    const who = (seed: number, share = 0.3) =>
      exact(population, settingsOf({ seed, k: 2, attacks: [{ kind: 'boosting', share }] }));
    const ids = (seed: number) => who(seed).attack!.nodes.map(({ id }) => id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).toHaveLength(6);
    expect(new Set([1, 2, 3, 4].map((seed) => ids(seed).join())).size).toBeGreaterThan(1);
    expect(who(1, 0.33).warnings.join()).toContain('a share of 0.33 of 20 evaluators is 7 for boosting');
    expect(who(1).warnings.join()).not.toContain('share');
  });

  it('several attacks at once go to different nodes', () => {
    const population = populationOf(randomShape(1, twenty));
    const attacks: Attack[] = [
      { kind: 'boosting', share: 0.5 },
      { kind: 'sabotage', share: 0.5 },
    ];
    expect(exact(population, settingsOf({ k: 2, attacks })).attack!.nodes).toHaveLength(20);
  });
});

describe('closeness and the size of the committee', () => {
  it('inclusive closeness falls with K, leave-one-out closeness rises', () => {
    // Independent errors of equal spread: the figures are 1.000, .904, .891 and, from K = 3 on, .856, .872.
    const config = settingsOf({
      samples: 3000,
      nodes: {
        m: { kind: 'model', quality: 5, latencyMs: 1 },
        e: { kind: 'evaluator', noise: 1.475, latencyMs: 1, count: 9 },
      },
    });
    const population = buildPopulation({ config, measured: null });
    const pay = (k: number, closeness: 'inclusive' | 'leave-one-out') => {
      const settings = settingsOf({ k, rounds: 60_000 }, { closeness });
      const { evaluators } = simulate(population, settings);
      return evaluators.reduce((sum, { costBlind }) => sum + costBlind!, 0) / evaluators.length;
    };
    expect(pay(1, 'inclusive')).toBe(1);
    expect(pay(3, 'inclusive')).toBeCloseTo(0.904, 2);
    expect(pay(7, 'inclusive')).toBeCloseTo(0.891, 2);
    expect(pay(3, 'leave-one-out')).toBeCloseTo(0.856, 2);
    expect(pay(7, 'leave-one-out')).toBeCloseTo(0.872, 2);
  });
});
