import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng, splitmix64 } from '../../../src/core/stats/rng.ts';

describe('Rng', () => {
  it('gives the outputs of the reference xoshiro128** 1.1', () => {
    const rng = new Rng(1, 2, 3, 4);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(Array.from({ length: 10 }, () => rng.nextUint32())).toEqual(expected);
    const dense = new Rng(0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0);
    expect(Array.from({ length: 4 }, () => dense.nextUint32())).toEqual([
      0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70,
    ]);
  });

  it('fills states by the reference SplitMix64', () => {
    const next = splitmix64(1234567n);
    expect(Array.from({ length: 5 }, next)).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });

  it('refuses the all-zero state', () => {
    expect(() => new Rng(0, 0, 0, 0)).toThrow(/all zero/);
  });

  it('gives the same stream for the same seed, and another for every seed and stream', () => {
    const first = (seed: number, stream: number) => {
      const rng = Rng.stream(seed, stream);
      return [rng.nextUint32(), rng.nextUint32(), rng.nextUint32()].join();
    };
    expect(first(1, 0)).toBe(first(1, 0));
    const seen = new Set<string>();
    for (const seed of [-5, 0, 1, 7, 2 ** 32, 2 ** 53 - 1]) for (let s = 0; s < 200; s++) seen.add(first(seed, s));
    expect(seen.size).toBe(6 * 200);
  });

  it('draws integers below every bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer(), (bound, seed) => {
        const rng = Rng.stream(seed);
        for (let i = 0; i < 20; i++) {
          const value = rng.nextInt(bound);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        }
      }),
    );
  });

  it('draws integers evenly, also where a plain remainder or multiplication would be biased', () => {
    for (const bound of [7, 1000, 3_000_000_000]) {
      const rng = Rng.stream(11, bound);
      const bins = new Array<number>(7).fill(0);
      const draws = 70_000;
      for (let i = 0; i < draws; i++) bins[Math.floor((rng.nextInt(bound) / bound) * 7)]!++;
      const edges = Array.from({ length: 8 }, (_, i) => Math.ceil((i * bound) / 7));
      const chiSquare = bins.reduce((sum, count, i) => {
        const expected = (draws * (edges[i + 1]! - edges[i]!)) / bound;
        return sum + (count - expected) ** 2 / expected;
      }, 0);
      // 99.99 % quantile of chi-square with 6 degrees of freedom.
      expect(chiSquare).toBeLessThan(27.9);
    }
  });

  it('rejects the draws that would make small values too likely', () => {
    // With bound 2^21 - 1 the threshold is 2^32 mod bound = 2048: a draw of 0 must be passed over.
    const zeros = new Rng(1, 0, 0, 0);
    expect(new Rng(1, 0, 0, 0).nextUint32()).toBe(0);
    const plain = new Rng(1, 0, 0, 0);
    let draw = plain.nextUint32();
    const bound = 2 ** 21 - 1;
    while ((draw * bound) % 2 ** 32 < 2 ** 32 % bound) draw = plain.nextUint32();
    expect(zeros.nextInt(bound)).toBe(Math.floor((draw * bound) / 2 ** 32));
  });
});
