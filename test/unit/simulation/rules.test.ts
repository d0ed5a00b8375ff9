import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulatedConsensus } from '../../../src/core/config-simulation.ts';
import { makeRule, ruleName } from '../../../src/core/simulation/rules.ts';
import { Rng } from '../../../src/core/stats/rng.ts';

function consensusOf(rule: SimulatedConsensus, scores: number[], stakes = scores.map(() => 1)): number {
  const seats = Int32Array.from(scores, (_, i) => i);
  return makeRule(rule, Float64Array.from(stakes), scores.length).value(
    Float64Array.from(scores),
    seats,
    scores.length,
  );
}

const RULES: SimulatedConsensus[] = ['mean', 'median', 'trust', 'yuma', 'within-sd', 'calibrated', { trimmed: 0.2 }];

describe('consensus rules', () => {
  it('settles the deployed oracle of the audit: 75, 80, 20, 25, 30 give 27.5', () => {
    expect(consensusOf('within-sd', [75, 80, 20, 25, 30])).toBe(27.5);
  });

  it('keeps both of two scores within one SD, whatever the rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10, noNaN: true }), fc.double({ min: 0, max: 10, noNaN: true }), (a, b) => {
        expect(consensusOf('within-sd', [a, b])).toBeCloseTo((a + b) / 2, 9);
      }),
    );
  });

  it.each([
    ['mean', [9, 1, 4, 2, 8], 4.8],
    ['median', [9, 1, 4, 2, 8], 4],
    ['median', [9, 1, 4, 2], 3],
    [{ trimmed: 0.2 }, [9, 1, 4, 2, 8], 14 / 3],
    [{ trimmed: 0 }, [9, 1, 4, 2, 8], 4.8],
    [{ trimmed: 0.45 }, [9, 1, 4, 2, 8], 4],
    ['trust', [9, 1, 4, 2, 8], 4.8],
    // Mean 4.6, variance 9.04: within one SD, 3.007, lie 4, 2 and 7.
    ['within-sd', [9, 1, 4, 2, 7], 13 / 3],
    // Three of five reach 4, so 9 and 8 are cut to it.
    ['yuma', [9, 1, 4, 2, 8], 3],
  ] as [SimulatedConsensus, number[], number][])('%j of %j', (rule, scores, expected) => {
    expect(consensusOf(rule, scores)).toBeCloseTo(expected, 12);
  });

  it('weighs Yuma by stake: the score that half of the stake reaches', () => {
    // Stakes 3, 1, 1: the first alone has 0.6.
    expect(consensusOf('yuma', [8, 2, 10], [3, 1, 1])).toBeCloseTo((3 * 8 + 2 + 8) / 5, 12);
    // kappa 0.9 needs all but less than a tenth.
    expect(consensusOf({ yuma: { kappa: 0.9 } }, [8, 2, 10], [3, 1, 1])).toBeCloseTo(2, 12);
    // kappa reached exactly, though a third has no exact double.
    expect(consensusOf({ yuma: { kappa: 2 / 3 } }, [9, 6, 0])).toBeCloseTo((6 + 6 + 0) / 3, 12);
  });

  it("learns trust by P2's update and stays within its bounds", () => {
    const rule = makeRule({ trust: { lambda: 0.4, min: 0.5, max: 1.5, start: 1 } }, new Float64Array(2), 2);
    const scores = Float64Array.of(9, 1);
    const seats = Int32Array.of(0, 1);
    expect(rule.value(scores, seats, 2)).toBe(5);
    rule.learn(scores, seats, 2, 9);
    // d = 0 and 0.8: 1 + 0.4 * 0.5 and 1 - 0.4 * 0.3.
    expect(rule.value(scores, seats, 2)).toBeCloseTo((1.2 * 9 + 0.88 * 1) / 2.08, 12);
    for (let i = 0; i < 50; i++) rule.learn(scores, seats, 2, 9);
    expect(rule.value(scores, seats, 2)).toBeCloseTo((1.5 * 9 + 0.5 * 1) / 2, 12);
  });

  it('lies between the lowest and highest score, does not depend on the order, gives the score that all give', () => {
    const scores = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 7 });
    for (const rule of RULES) {
      fc.assert(
        fc.property(scores, (list) => {
          const q = consensusOf(rule, list);
          expect(q).toBeGreaterThanOrEqual(Math.min(...list) - 1e-9);
          expect(q).toBeLessThanOrEqual(Math.max(...list) + 1e-9);
          expect(consensusOf(rule, [...list].reverse())).toBeCloseTo(q, 9);
          expect(
            consensusOf(
              rule,
              list.map(() => list[0]!),
            ),
          ).toBeCloseTo(list[0]!, 9);
        }),
      );
    }
  });

  it('has names', () => {
    expect([ruleName('yuma'), ruleName({ trimmed: 0.2 })]).toEqual(['yuma', 'trimmed']);
  });
});

describe('the calibrated rule', () => {
  const EVALUATORS = 7;
  /** Scores of an honest network: quality q, small errors that differ from round to round, no bias. */
  function trained(attack: (score: number, round: number) => number) {
    const rule = makeRule('calibrated', new Float64Array(EVALUATORS).fill(1), EVALUATORS);
    const seats = Int32Array.from({ length: EVALUATORS }, (_, e) => e);
    const rng = Rng.stream(3);
    for (let round = 0; round < 500; round++) {
      const quality = 3 + rng.nextInt(40) / 10;
      const scores = Float64Array.from(seats, (e) => {
        const score = quality + (rng.nextInt(101) - 50) / 50;
        return e < 2 ? attack(score, round) : score;
      });
      rule.learn(scores, seats, EVALUATORS, rule.value(scores, seats, EVALUATORS));
    }
    return (...scores: number[]) => rule.value(Float64Array.from(scores), seats, scores.length);
  }

  it('is the mean before it has learned anything', () => {
    expect(consensusOf('calibrated', [9, 1, 4, 2, 8])).toBeCloseTo(4.8, 12);
  });

  it('takes a learned bias back, in committees that the biased ones hold too', () => {
    const value = trained((score) => Math.min(10, score + 3));
    expect(value(8, 8, 5)).toBeGreaterThan(4.5);
    expect(value(8, 8, 5)).toBeLessThan(5.7);
  });

  it('gives erratic evaluators little weight', () => {
    const value = trained((score, round) => (round % 2 === 0 ? Math.min(10, score + 4) : Math.max(0, score - 4)));
    expect(Math.abs(value(9, 1, 5, 5, 5) - 5)).toBeLessThan(0.3);
    expect(Math.abs(value(9, 9, 5) - 5)).toBeLessThan(3);
  });

  it('stays close to the mean of honest scores', () => {
    const value = trained((score) => score);
    expect(Math.abs(value(4.5, 5, 5.7, 5.2) - 5.1)).toBeLessThan(0.15);
  });
});
