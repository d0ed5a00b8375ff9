import { describe, expect, it } from 'vitest';
import { allSubsets, binomial, captureChance } from '../../../src/core/simulation/subsets.ts';

describe('subsets', () => {
  it('counts and lists them', () => {
    expect([binomial(8, 3), binomial(20, 9), binomial(5, 0), binomial(5, 6), binomial(52, 5)]).toEqual([
      56, 167_960, 1, 0, 2_598_960,
    ]);
    expect([...allSubsets(4, 2)]).toEqual([0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3]);
    expect([...allSubsets(3, 3)]).toEqual([0, 1, 2]);
    const all = allSubsets(8, 3);
    const seen = new Set(Array.from({ length: 56 }, (_, i) => all.slice(3 * i, 3 * i + 3).join()));
    expect(seen.size).toBe(56);
  });

  it.each([
    [4, [0.088, 0.032, 0.007]],
    [6, [0.202, 0.131, 0.078]],
    [8, [0.344, 0.296, 0.251]],
  ] as const)('with %i malicious of 20, K = 3, 5, 7 are captured this often', (bad, expected) => {
    expect([3, 5, 7].map((k) => Number(captureChance(20, bad, k).toFixed(3)))).toEqual(expected);
  });

  it('is certain at the ends', () => {
    expect(captureChance(20, 0, 3)).toBe(0);
    expect(captureChance(20, 20, 3)).toBe(1);
    // Half of the seats is no majority.
    expect(captureChance(4, 1, 2)).toBe(0);
  });
});
