import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Price } from '../../../src/core/config.ts';
import { closeness, consensus } from '../../../src/core/reward/consensus.ts';
import { budgetCost, type CostKind, costFunction, minmaxCosts } from '../../../src/core/reward/cost.ts';
import { evaluatorReward, modelReward } from '../../../src/core/reward/reward.ts';

describe('consensus', () => {
  it('takes mean, median and trimmed mean', () => {
    expect(consensus([2, 9, 4], 'mean')).toBe(5);
    expect(consensus([2, 9, 4], 'median')).toBe(4);
    expect(consensus([2, 9, 4, 5], 'median')).toBe(4.5);
    // floor(5 * 0.2) = 1 cut on each side; floor(4 * 0.2) = 0.
    expect(consensus([0, 3, 4, 8, 10], { trimmed: 0.2 })).toBe(5);
    expect(consensus([0, 3, 4, 9], { trimmed: 0.2 })).toBe(4);
    expect(consensus([0, 3, 4, 9], { trimmed: 0.49 })).toBe(3.5);
    expect(consensus([10, 9, 100], { trimmed: 0.4 })).toBe(10);
  });

  it('sorts numbers as numbers and leaves its input alone', () => {
    const scores = [10, 9, 8.5];
    expect(consensus(scores, 'median')).toBe(9);
    expect(scores).toEqual([10, 9, 8.5]);
  });

  it('is null without scores and the score itself for one', () => {
    for (const rule of ['mean', 'median', { trimmed: 0.4 }] as const) {
      expect(consensus([], rule)).toBeNull();
      expect(consensus([3.25], rule)).toBe(3.25);
    }
  });

  it('lies between the lowest and highest score', () => {
    const score = fc.double({ min: 0, max: 10, noNaN: true });
    const rule = fc.oneof(
      fc.constantFrom('mean' as const, 'median' as const),
      fc.record({ trimmed: fc.double({ min: 0, max: 0.4999, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 12 }), rule, (scores, chosen) => {
        const q = consensus(scores, chosen)!;
        expect(q).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
        expect(q).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
      }),
    );
  });
});

describe('closeness', () => {
  it('compares with the consensus that includes the score, or with the others', () => {
    // Mean of all 6: |3 - 6| = 3. Mean of the others 7.5: |3 - 7.5| = 4.5.
    expect(closeness([3, 6, 9], 0, 'mean', 'inclusive')).toBeCloseTo(0.7, 12);
    expect(closeness([3, 6, 9], 0, 'mean', 'leave-one-out')).toBeCloseTo(0.55, 12);
    expect(closeness([3, 6, 9], 0, 'median', 'leave-one-out')).toBeCloseTo(0.55, 12);
  });

  it('is 1 inclusively and undefined without oneself where there is one score', () => {
    expect(closeness([2], 0, 'mean', 'inclusive')).toBe(1);
    expect(closeness([2], 0, 'mean', 'leave-one-out')).toBeNull();
  });
});

describe('costs', () => {
  it('puts mean costs on [0, 1] relative to their pool', () => {
    expect(minmaxCosts([100, 300, 150])).toEqual([0, 1, 0.25]);
    expect(minmaxCosts([100, Number.NaN, 200])).toEqual([0, Number.NaN, 1]);
    expect(minmaxCosts([70])).toEqual([0]);
    expect(minmaxCosts([5, 5, Number.NaN])).toEqual([0, 0, Number.NaN]);
    expect(minmaxCosts([])).toEqual([]);
  });

  it('does not change when all costs of a pool are scaled', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: -8, max: 8 }),
        (costs, exponent) => {
          // A power of two scales exactly.
          expect(minmaxCosts(costs.map((c) => c * 2 ** exponent))).toEqual(minmaxCosts(costs));
        },
      ),
    );
  });

  it('caps the share of a budget at 1', () => {
    expect(budgetCost(50, 200)).toBe(0.25);
    expect(budgetCost(900, 200)).toBe(1);
    expect(budgetCost(0, 200)).toBe(0);
  });

  it('prices tokens, hours or both, and nothing that is unknown', () => {
    const money = (price: Price | undefined, latencyMs = 36_000, input = 2_000_000, output = 500_000) =>
      costFunction('money', price)(latencyMs, input, output, Number.NaN);
    expect(money({ inputPerMTok: 0.15, outputPerMTok: 0.6 })).toBeCloseTo(0.6, 12);
    expect(money({ perHour: 2 })).toBeCloseTo(0.02, 12);
    expect(money({ perHour: 2 }, 36_000, Number.NaN, Number.NaN)).toBeCloseTo(0.02, 12);
    expect(money({ inputPerMTok: 0.15, outputPerMTok: 0.6, perHour: 2 })).toBeCloseTo(0.62, 12);
    expect(money({ perHour: 2 }, Number.NaN)).toBeNaN();
    expect(money({ inputPerMTok: 1, outputPerMTok: 1 }, 1, Number.NaN)).toBeNaN();
    expect(money({ inputPerMTok: 1 })).toBeNaN();
    expect(money({ inputPerMTok: 1 }, 1, 2_000_000, 0)).toBe(2);
    expect(money({ inputPerMTok: 0, outputPerMTok: 0 })).toBe(0);
    expect(money({})).toBeNaN();
    expect(money(undefined)).toBeNaN();
  });

  it('knows every kind', () => {
    const of = (kind: CostKind, output = 12, energy = 4) => costFunction(kind, undefined)(7, 30, output, energy);
    expect(of('latency')).toBe(7);
    expect(of('tokens')).toBe(42);
    expect(of('tokens', Number.NaN)).toBeNaN();
    expect(of('energy')).toBe(4);
    expect(of('energy', 12, Number.NaN)).toBeNaN();
    expect(of('money')).toBeNaN();
  });
});

describe('rewards', () => {
  it('weigh quality or closeness against cost', () => {
    expect(modelReward({ alpha: 1, beta: 0.5 }, 8, 0.4)).toBeCloseTo(0.6, 12);
    expect(evaluatorReward({ alpha: 2, beta: 0.5 }, 0.9, 1)).toBeCloseTo(1.3, 12);
  });

  it('need no cost where it has no weight', () => {
    expect(modelReward({ alpha: 1, beta: 0 }, 8, Number.NaN)).toBe(0.8);
    expect(modelReward({ alpha: 1, beta: 0.1 }, 8, Number.NaN)).toBeNaN();
  });
});
