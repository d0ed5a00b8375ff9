import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../src/core/config.ts';
import { exact } from '../../../src/core/simulation/exact.ts';
import { layoutOf } from '../../../src/core/simulation/layout.ts';
import { makePlan } from '../../../src/core/simulation/plan.ts';
import type { Population } from '../../../src/core/simulation/population.ts';
import { montecarloResult, type SimulationResult } from '../../../src/core/simulation/result.ts';
import { gridOf, joinParts, Runner } from '../../../src/core/simulation/runner.ts';
import { simulate, simulation } from '../../../src/core/simulation/simulate.ts';
import { Payments } from '../../../src/core/simulation/tally.ts';
import { nextUnit } from '../../../src/core/stats/normal.ts';
import { quantile } from '../../../src/core/stats/quantile.ts';
import { Rng } from '../../../src/core/stats/rng.ts';
import { populationOf, randomShape, settingsOf } from './builders.ts';

type Simulation = NonNullable<ConfigInput['simulation']>;
const nodesOf = (result: SimulationResult) => [...result.models, ...result.evaluators];
const meansOf = (result: SimulationResult) => nodesOf(result).map(({ reward }) => reward.mean);

/** The same simulation, its slices dealt out to so many threads. */
function onThreads(population: Population, settings: ReturnType<typeof settingsOf>, threads: number) {
  const layout = layoutOf(makePlan(population, settings));
  const runners = Array.from({ length: threads }, () => new Runner(makePlan(population, settings), layout));
  for (let slice = layout.slices - 1; slice >= 0; slice--) for (const _ of runners[slice % threads]!.run(slice));
  const parts = runners.map((runner) => structuredClone(runner.part()));
  const plan = makePlan(population, settings);
  return { layout, result: montecarloResult(plan, layout, joinParts(plan, layout, parts)) };
}

describe('simulate', () => {
  it.each([
    ['played', { rounds: 9000, commitReveal: false, attacks: [{ kind: 'copier', nodes: ['e1'] }] }, false],
    ['played with noise', { rounds: 9000, attacks: [{ kind: 'noise', nodes: ['e1'], probability: 0.5 }] }, false],
    ['counted', { rounds: 200_000 }, true],
    [
      'played, so many that quantiles come from a grid',
      { rounds: 1_000_001, attacks: [{ kind: 'noise', nodes: ['e1'], probability: 0.1 }] },
      false,
    ],
  ] as [string, Simulation, boolean][])('%s: one seed, one result, on any number of threads', (_, options, counted) => {
    const population = populationOf(randomShape(2));
    const settings = settingsOf({ k: 2, ...options });
    const one = onThreads(population, settings, 1);
    expect(one.layout.isCounted).toBe(counted);
    for (const threads of options.rounds! > 500_000 ? [2] : [2, 3, 7]) {
      expect(onThreads(population, settings, threads).result).toEqual(one.result);
    }
    const alone = simulate(population, settings);
    expect({ ...alone, attack: null }).toEqual({ ...one.result, attack: null });
    expect(meansOf(simulate(population, settingsOf({ k: 2, ...options, seed: 2 })))).not.toEqual(meansOf(alone));
  });

  it('plays every round once', () => {
    for (const rounds of [1, 2, 49, 51, 5000, 20_000, 819_201]) {
      const population = populationOf(randomShape(3, { gaps: false, rows: rounds > 50 ? 60 : 4 }));
      const found = simulate(population, settingsOf({ k: 3, rounds }));
      const sum = (list: { rounds: number | null }[]) => list.reduce((total, node) => total + node.rounds!, 0);
      expect(sum(found.models)).toBe(rounds);
      expect(sum(found.evaluators)).toBe(3 * rounds);
      expect(found.overTime!.rounds.at(-1)).toBe(rounds);
    }
  });

  it('tells the quantiles of the rewards that were paid, played and counted alike', () => {
    const shape = randomShape(5, { rows: 1, models: 1, evaluators: 3, gaps: false });
    const population = populationOf(shape);
    const settings = settingsOf({ k: 1, rounds: 2 });
    // Two rounds are fewer than the three outcomes, so they are played; three are counted.
    expect(layoutOf(makePlan(population, settings)).isCounted).toBe(false);
    const scores = shape.scores[0]![0]! as number[];
    for (const rounds of [2, 1000]) {
      const found = simulate(population, settingsOf({ k: 1, rounds }));
      const counts = found.evaluators.map((node) => node.rounds!);
      const paid = counts.flatMap((count, e) => new Array<number>(count).fill(scores[e]! / 10)).sort((a, b) => a - b);
      const at = (p: number) => {
        const position = (paid.length - 1) * p;
        const low = paid[Math.floor(position)]!;
        return low + (position % 1) * (paid[Math.ceil(position)]! - low);
      };
      const { p05, p50, p95 } = found.models[0]!.reward;
      expect([p05, p50, p95]).toEqual([at(0.05), at(0.5), at(0.95)].map((q) => expect.closeTo(q, 12)));
      expect(found.quantiles).toEqual({ method: 'exact', width: null });
    }
  });

  it('takes quantiles from a grid beyond 10^6 played rounds, within its stated width', () => {
    const rng = Rng.stream(9);
    const values = Float64Array.from({ length: 5000 }, () => 1 - (nextUnit(rng) * 1.5) ** 2 / 1.5);
    const plan = makePlan(populationOf(randomShape(1)), settingsOf());
    const grid = gridOf(plan);
    expect(grid.width).toBeCloseTo(1.5 / 4096, 12);
    const payments = new Payments(1);
    for (const value of values) {
      payments.push(2, value, 0);
      grid.addAll(payments, 1);
      payments.count = 0;
    }
    for (const [i, p] of [0.05, 0.5, 0.95].entries()) {
      expect(Math.abs(grid.quantiles(2)[i]! - quantile(values, p)!)).toBeLessThanOrEqual(grid.width);
    }
    const options: Simulation = { k: 2, commitReveal: false, attacks: [{ kind: 'copier', nodes: ['e0'] }] };
    const found = simulate(populationOf(randomShape(5)), settingsOf({ ...options, rounds: 1_000_001 }));
    expect(found.quantiles).toEqual({ method: 'grid', width: grid.width });
  });

  it('reports its progress, and can be left at any time', () => {
    const work = simulation(populationOf(randomShape(1)), settingsOf({ k: 2, rounds: 200_000, consensus: 'trust' }));
    const shares: number[] = [];
    for (let i = 0; i < 5; i++) shares.push(work.next().value as number);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[4]).toBeGreaterThan(0);
    expect(shares[4]).toBeLessThan(1);
  });

  it('finds no spread in rewards that never change', () => {
    const scores = Array.from({ length: 3 }, () => [[7, 7, 7]]);
    const found = simulate(populationOf({ scores }), settingsOf({ k: 2, rounds: 4000, consensus: 'trust' }));
    expect(found.models[0]!.reward).toMatchObject({
      mean: expect.closeTo(0.7, 12),
      stderr: expect.closeTo(0, 15),
      sd: 0,
      p05: 0.7,
      p95: 0.7,
    });
  });

  it('normalises, shares out positive pay, and shows cost-blind pay beside it', () => {
    // Costs 0, 0.5, 1 of the pool; rewards 0.8, 0.55 and -0.1.
    const population = populationOf({ scores: [[[8], [8], [4]]], modelCosts: [10, 20, 30] });
    const { models } = exact(population, settingsOf({ k: 1 }));
    expect(models.map(({ reward }) => reward.mean)).toEqual([0.8, 0.55, -0.1].map((r) => expect.closeTo(r, 12)));
    expect(models.map((m) => m.normalized)).toEqual([1.3, 1.05, 0.4].map((r) => expect.closeTo(r / 1.5, 12)));
    expect(models.map((m) => m.payShare)).toEqual([0.8, 0.55, 0].map((r) => expect.closeTo(r / 1.35, 12)));
    expect(models.map((m) => m.costBlind)).toEqual([0.8, 0.8, 0.4]);
  });

  it('leaves rewards open whose cost is not known, and says why', () => {
    const population = populationOf(randomShape(1, { gaps: false }));
    population.modelMeanCosts[1] = Number.NaN;
    const found = simulate(population, settingsOf({ k: 2, rounds: 500 }));
    expect(found.models[1]!.reward).toEqual({ mean: null, stderr: null, p05: null, p50: null, p95: null, sd: null });
    expect(found.models[1]!.normalized).toBeNull();
    expect(found.models[1]!.costBlind).not.toBeNull();
    expect(found.models[0]!.reward.mean).not.toBeNull();
    expect(found.warnings.join()).toMatch(/m1: its reward is not known: .*cost in latency/);
    const free = simulate(population, settingsOf({ k: 2, rounds: 500 }, { models: { beta: 0 } }));
    expect(free.models[1]!.reward.mean).not.toBeNull();
  });

  it('counts what is missing and invents nothing', () => {
    // The second row failed; evaluator 1 never scored.
    const population = populationOf({ scores: [[[6, null, 8]], [null]] });
    const found = exact(population, settingsOf({ k: 2 }));
    expect(found.evaluators[1]!.reward.mean).toBeNull();
    // Committees {0,1}, {0,2}, {1,2}: 6, 7, 8; half of the time nothing.
    expect(found.models[0]!.reward.mean).toBeCloseTo(0.35, 12);
    expect(found.gaps.emptySeats).toBeCloseTo(0.5 * (2 / 3), 12);
    expect(found.warnings.join('\n')).toMatch(/1 of 2 generations failed.*\n1 of 3 scores are missing/);
    const left = exact(population, settingsOf({ k: 2 }, { failures: 'exclude' }));
    expect(left.models[0]!.reward.mean).toBeCloseTo(0.7, 12);
    expect(left.gaps.void).toBe(0.5);
    const alone = exact(population, settingsOf({ k: 1 }));
    expect(alone.gaps.unscored).toBeCloseTo(0.5 / 3, 12);
  });
});

describe('what must hold of any population', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });
  const attackKinds = ['boosting', 'sabotage', 'noise', 'lazy', 'intermittent', 'copier'] as const;

  it('renaming and reordering nodes reorders results', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const shape = randomShape(seed);
        const order = [2, 0, 3, 1];
        const turned = populationOf({
          ...shape,
          scores: shape.scores.map((row) => row.map((answer) => answer && order.map((e) => answer[e]!))),
          evaluatorCosts: order.map((e) => shape.evaluatorCosts![e]!),
          stakes: { models: shape.stakes!.models!, evaluators: order.map((e) => shape.stakes!.evaluators![e]!) },
        });
        for (const consensus of ['mean', 'median', 'yuma', 'within-sd'] as const) {
          const before = exact(populationOf(shape), settingsOf({ k: 3, consensus })).evaluators;
          const after = exact(turned, settingsOf({ k: 3, consensus })).evaluators;
          for (const [at, e] of order.entries()) {
            const mean = before[e]!.reward.mean;
            if (mean === null) expect(after[at]!.reward.mean).toBeNull();
            else expect(after[at]!.reward.mean).toBeCloseTo(mean, 10);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('alpha and beta scale rewards, and a unit of cost changes nothing', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const shape = randomShape(seed);
        const weights = (factor: number) => ({
          models: { alpha: factor, beta: 0.5 * factor },
          evaluators: { alpha: factor, beta: 0.5 * factor },
        });
        const options: Simulation = { k: 2, rounds: 300, consensus: 'trust' };
        const once = simulate(populationOf(shape), settingsOf(options, weights(1)));
        const fourfold = simulate(populationOf(shape), settingsOf(options, weights(4)));
        expect(meansOf(fourfold)).toEqual(meansOf(once).map((mean) => mean && expect.closeTo(4 * mean, 9)));
        expect(fourfold.models.map((m) => m.normalized)).toEqual(
          once.models.map((m) => m.normalized && expect.closeTo(m.normalized, 9)),
        );
        const seconds = { ...shape, modelCosts: shape.modelCosts!.map((cost) => cost / 1000) };
        expect(meansOf(simulate(populationOf(seconds), settingsOf(options, weights(1))))).toEqual(
          meansOf(once).map((mean) => mean && expect.closeTo(mean, 9)),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('equal evaluators earn the same', () => {
    const scores = Array.from({ length: 5 }, (_, r) => [[r, r, r + 3, r + 3, r].map((s) => Math.min(s, 10))]);
    const population = populationOf({ scores, evaluatorCosts: [1, 1, 2, 2, 1] });
    const { evaluators } = exact(population, settingsOf({ k: 3, consensus: 'median' }));
    const means = evaluators.map(({ reward }) => reward.mean!);
    expect(means[0]).toBeCloseTo(means[1]!, 12);
    expect(means[0]).toBeCloseTo(means[4]!, 12);
    expect(means[2]).toBeCloseTo(means[3]!, 12);
    expect(means[2]).toBeLessThan(means[0]!);
  });

  it('an attack without strength, probability or nodes is honesty, to the last digit', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...attackKinds),
        fc.constantFrom('strength', 'probability', 'share'),
        (seed, kind, zero) => {
          const population = populationOf(randomShape(seed));
          const options: Simulation = { k: 3, rounds: 400, seed, consensus: 'trust', commitReveal: false };
          const honest = simulate(population, settingsOf(options));
          const attack = { kind, share: 0.5, strength: 1, probability: 0.7, [zero]: 0 } as never;
          const attacked = simulate(population, settingsOf({ ...options, attacks: [attack] }));
          expect(meansOf(attacked)).toEqual(meansOf(honest));
          expect(attacked.consensus).toEqual(honest.consensus);
          if (zero !== 'share') expect(attacked.attack!.gain ?? 0).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('rewards stay within [-beta, alpha]', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(...attackKinds), (seed, kind) => {
        const attacks = [{ kind, share: 0.5 } as never];
        const found = simulate(populationOf(randomShape(seed)), settingsOf({ k: 3, rounds: 200, attacks }));
        for (const { reward } of nodesOf(found)) {
          for (const value of [reward.mean, reward.p05, reward.p95]) {
            if (value === null) continue;
            expect(value).toBeGreaterThanOrEqual(-0.5 - 1e-12);
            expect(value).toBeLessThanOrEqual(1 + 1e-12);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
