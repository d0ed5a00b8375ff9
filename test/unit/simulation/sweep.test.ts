import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { advise } from '../../../src/core/simulation/advisor.ts';
import { buildPopulation } from '../../../src/core/simulation/population.ts';
import { finish, simulate } from '../../../src/core/simulation/simulate.ts';
import { sweep, withSettings } from '../../../src/core/simulation/sweep.ts';
import { populationOf, randomShape, settingsOf } from './builders.ts';

const NODES: NonNullable<NonNullable<ConfigInput['simulation']>['nodes']> = {
  swift: { kind: 'model', quality: 6, latencyMs: 100 },
  giant: { kind: 'model', quality: 8, latencyMs: 1000 },
  judge: { kind: 'evaluator', noise: 0.5, latencyMs: 10, count: 6 },
};

const source = (simulation: ConfigInput['simulation'] = {}) => ({
  config: settingsOf({ nodes: NODES, samples: 30, rounds: 200, ...simulation }),
  measured: null,
});

describe('sweep', () => {
  it('simulates every combination, each as if it stood in the config', () => {
    const { axes, cells } = finish(sweep(source(), { beta: { from: 0, to: 0.3, steps: 4 }, k: [1, 3] }));
    expect(axes[0]!.values).toEqual([0, 0.1, 0.2, 0.3]);
    expect(cells.map(({ settings }) => [settings.beta, settings.k])).toEqual(
      [0, 0.1, 0.2, 0.3].flatMap((beta) => [1, 3].map((k) => [beta, k])),
    );
    const { config } = source({ k: 3 });
    config.reward.models.beta = 0.2;
    config.reward.evaluators.beta = 0.2;
    const alone = simulate(buildPopulation({ config, measured: null }), config);
    const cell = cells[5]!;
    expect(cell.models[1]!.reward).toEqual({
      mean: alone.models[1]!.reward.mean,
      stderr: alone.models[1]!.reward.stderr,
    });
    expect(cell.consensus).toEqual(alone.consensus);
  });

  it('shows where the winner changes: 0.8 - beta falls below 0.6 between 0.1 and 0.3', () => {
    const exactly = { ...source({ k: 2 }), isExact: true };
    const { cells, changes } = finish(sweep(exactly, { 'reward.models.beta': [0, 0.1, 0.3, 0.5] }));
    expect(cells.map(({ winner }) => winner!.id)).toEqual(['giant', 'giant', 'swift', 'swift']);
    expect(cells[0]!.winner!.stderr).toBeNull();
    expect(changes).toEqual([
      {
        option: 'reward.models.beta',
        from: { 'reward.models.beta': 0.1 },
        to: { 'reward.models.beta': 0.3 },
        before: 'giant',
        after: 'swift',
      },
    ]);
    const both = finish(sweep(exactly, { k: [1, 2], 'reward.models.beta': [0, 0.5] }));
    expect(both.changes.map(({ option }) => option)).toEqual(['reward.models.beta', 'reward.models.beta']);
  });

  it('sweeps rules, shares, and what is inside lists', () => {
    const attacked = source({ k: 3, attacks: [{ kind: 'boosting', share: 0.2, strength: 4 }] });
    const { cells } = finish(sweep(attacked, { 'attacks[0].share': [0, 0.5], consensus: ['mean', { trimmed: 0.34 }] }));
    expect(cells.map((cell) => cell.consensus.rule)).toEqual(['mean', 'trimmed', 'mean', 'trimmed']);
    expect(cells.map((cell) => cell.attack !== null)).toEqual([false, false, true, true]);
    expect(cells[2]!.attack!.captured).toBeGreaterThan(0);
  });

  it.each([
    [{ betta: [1] }, /^simulation\.sweep\.betta: there is no such option/],
    [{ models: [1] }, /there is no such option/],
    [{ prompts: [1] }, /there is no such option/],
    [{ 'attacks[3].share': [1] }, /there is no such option/],
    [{ k: [1, 2.5] }, /^simulation\.k: must be a whole number.*\(with \{"k":2\.5\}\)/],
    [{ k: [0] }, /simulation\.k: must be more than 0|simulation\.k: must be at least 1/],
    [{ consensus: ['medain'] }, /simulation\.consensus: must be/],
    [{ k: [3, 7] }, /simulation\.k: 7 evaluators a round cannot be drawn from a population of 6/],
    [{ beta: { from: 0, to: 1, steps: 1000 }, seed: { from: 1, to: 1000, steps: 1000 } }, /makes 1000000 cells/],
  ])('refuses %j', (axes, message) => {
    expect(() => finish(sweep(source(), axes as never))).toThrow(message);
  });

  it('leaves the config as it was', () => {
    const { config } = source();
    const before = JSON.stringify(config);
    expect(withSettings(config, { k: 2, beta: 0 }).simulation.k).toBe(2);
    expect(JSON.stringify(config)).toBe(before);
  });
});

describe('advise', () => {
  const population = populationOf({
    ...randomShape(2, { rows: 20, models: 2, evaluators: 20, gaps: false }),
    evaluatorCosts: Array.from({ length: 20 }, () => 5),
  });
  const ask = (malicious: number, maxCapture: number, maxCost: number | null = null) =>
    finish(advise(population, settingsOf({ rounds: 300 }), { malicious, maxCapture, maxCost }));

  it('finds the smallest committee by the published figures', () => {
    // 4 of 20: K = 3 .088, 5 .032, 7 .007; of two seats both must be theirs: 6 / 190.
    expect(ask(0.2, 0.09).k).toBe(2);
    expect(ask(0.2, 0.0316).k).toBe(2);
    expect(ask(0.2, 0.031).k).toBe(4);
    expect(ask(0.2, 0.21).k).toBe(1);
    const { committees, rules, rule, reason } = ask(0.2, 0.007);
    expect(committees[6]).toMatchObject({ k: 7, capture: expect.closeTo(0.007, 3), cost: 35 });
    expect(rules.find((r) => r.rule === rule)!.worst).toBe(Math.min(...rules.map((r) => r.worst)));
    expect(reason).toMatch(/^With 4 of 20 evaluators malicious, 6 is the smallest/);
  });

  it('says when no committee will do, and why', () => {
    expect(ask(0.6, 0.05)).toMatchObject({
      k: null,
      rule: null,
      reason: expect.stringMatching(/the best has 2 evaluators/),
    });
    expect(ask(0.2, 0.01, 20).reason).toMatch(/no committee that costs at most 20 .* the best has 4 evaluators/);
    expect(ask(0.2, 0.5, 1).reason).toMatch(/Even one evaluator costs 5/);
  });
});
