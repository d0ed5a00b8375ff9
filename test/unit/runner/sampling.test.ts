import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawToken, type SamplingOptions } from '../../../src/runner/sampling.ts';

/** The share of each token over an even grid of draws. */
function shares(probabilities: number[], options: SamplingOptions, draws = 1000): number[] {
  const logits = Float32Array.from(probabilities, (p) => Math.log(p));
  const counts = probabilities.map(() => 0);
  for (let i = 0; i < draws; i++) counts[drawToken(logits, options, (i + 0.5) / draws)]! += 1 / draws;
  return counts;
}

function expectShares(actual: number[], expected: number[]) {
  actual.forEach((share, i) => {
    expect(share).toBeCloseTo(expected[i]!, 2);
  });
}

describe('drawToken', () => {
  it('draws by the softmax of the logits', () => {
    expectShares(shares([0.5, 0.3, 0.2], { temperature: 1 }), [0.5, 0.3, 0.2]);
  });

  it('sharpens by a low temperature and flattens by a high one', () => {
    // p^(1/T), normalised: T = 0.5 squares, T = 2 takes the root
    expectShares(shares([0.5, 0.3, 0.2], { temperature: 0.5 }), [0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38]);
    expectShares(shares([0.64, 0.36], { temperature: 2 }), [0.8 / 1.4, 0.6 / 1.4]);
  });

  it('keeps the topK most likely', () => {
    expectShares(shares([0.1, 0.4, 0.2, 0.3], { temperature: 1, topK: 2 }), [0, 4 / 7, 0, 3 / 7]);
    expectShares(shares([0.1, 0.4, 0.2, 0.3], { temperature: 1, topK: 9 }), [0.1, 0.4, 0.2, 0.3]);
    expectShares(shares([0.1, 0.4, 0.2, 0.3], { temperature: 1, topK: 1 }), [0, 1, 0, 0]);
  });

  it('keeps the smallest set that reaches topP', () => {
    expectShares(shares([0.15, 0.5, 0.05, 0.3], { temperature: 1, topP: 0.75 }), [0, 0.625, 0, 0.375]);
    expectShares(shares([0.15, 0.5, 0.05, 0.3], { temperature: 1, topP: 0.81 }), [15 / 95, 50 / 95, 0, 30 / 95]);
    expectShares(shares([0.15, 0.5, 0.05, 0.3], { temperature: 1, topP: 0.01 }), [0, 1, 0, 0]);
    expectShares(shares([0.15, 0.5, 0.05, 0.3], { temperature: 1, topP: 1 }), [0.15, 0.5, 0.05, 0.3]);
  });

  it('applies topP to what topK has left', () => {
    // of 0.5, 0.3, 0.15 (sum 0.95), 0.8 * 0.95 = 0.76 needs the first two
    expectShares(shares([0.15, 0.5, 0.05, 0.3], { temperature: 1, topK: 3, topP: 0.8 }), [0, 0.625, 0, 0.375]);
  });

  it('never draws a token that cannot be', () => {
    const logits = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
    for (const uniform of [0, 0.5, 1 - 2 ** -53]) {
      expect(drawToken(logits, { temperature: 1 }, uniform)).toBe(1);
      expect(drawToken(logits, { temperature: 1, topP: 0.9 }, uniform)).toBe(1);
      expect(drawToken(logits, { temperature: 0.01, topK: 2 }, uniform)).toBe(1);
    }
  });

  it('agrees with a nucleus that is sorted in full, for any logits', () => {
    const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 60 });
    const topP = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(logits, topP, fc.double({ min: 0, max: 0.999999, noNaN: true }), (values, p, uniform) => {
        const row = Float32Array.from(values);
        const highest = Math.max(...row);
        const weights = Array.from(row, (l) => Math.exp(l - highest));
        const total = weights.reduce((a, b) => a + b, 0);
        const order = weights.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]! || a - b);
        let reached = 0;
        const nucleus = order.filter((i) => {
          const inside = reached < p * total * (1 + 1e-9);
          reached += weights[i]!;
          return inside;
        });
        expect(nucleus).toContain(drawToken(row, { temperature: 1, topP: p }, uniform));
      }),
    );
  });
});
