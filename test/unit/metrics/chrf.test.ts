import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chrf } from '../../../src/core/metrics/chrf.ts';
import { expectAllEqual, textVectors } from './vectors.ts';

describe('chrF against sacrebleu', () => {
  it('is the same on every pair', () => {
    expectAllEqual(
      textVectors(),
      (v) => chrf(v.text, v.references),
      (v) => v.chrf,
    );
  });
});

describe('chrf', () => {
  it('agrees with a value worked out by hand', () => {
    // Order 1: 2 of 3 and 2 of 2; order 2: 1 of 2 and 1 of 1; the reference has no longer ones.
    const precision = (2 / 3 + 1 / 2) / 2;
    expect(chrf('abc', ['ab'])).toBeCloseTo((5 * precision) / (4 * precision + 1), 12);
  });
  it('leaves white space out and counts characters, not halves of surrogate pairs', () => {
    expect(chrf('a b\u00a0c\n', ['abc'])).toBe(1);
    expect(chrf('😀', ['😁'])).toBe(0);
    expect(chrf('😀', ['😀'])).toBe(1);
  });
  it('is null without a reference and 0 without characters', () => {
    expect(chrf('a', [])).toBeNull();
    expect(chrf('', ['a'])).toBe(0);
    expect(chrf('a', [' '])).toBe(0);
    expect(chrf('', [''])).toBe(0);
  });
  it('starts afresh for every pair', () => {
    const first = chrf('the quick brown fox', ['the quick red fox']);
    for (let i = 0; i < 50; i++) chrf(`the quick brown fox ${i}`, ['the lazy dog', 'fox']);
    expect(chrf('the quick brown fox', ['the quick red fox'])).toBe(first);
  });
  it('takes long texts', () => {
    const long = Array.from({ length: 30_000 }, (_, i) => (i * i).toString(36)).join('');
    expect(chrf(long, [long])).toBe(1);
    const short = chrf(long, ['short'])!;
    expect(short).toBeGreaterThanOrEqual(0);
    expect(short).toBeLessThan(0.01);
    // A long text of few different n-grams against one of many, both ways round.
    const plain = 'ab'.repeat(50_000);
    expect(chrf(plain, [plain])).toBe(1);
    expect(chrf(plain, [long])).toBeLessThan(0.1);
    expect(chrf(long, [plain])).toBeLessThan(0.1);
  });

  /** The definition, with a map of substrings. */
  function byDefinition(text: string, reference: string): number {
    const grams = (s: string, n: number) => {
      const points = [...s].filter((c) => c !== ' ');
      const counts = new Map<string, number>();
      for (let i = 0; i + n <= points.length; i++) {
        const gram = points.slice(i, i + n).join('');
        counts.set(gram, (counts.get(gram) ?? 0) + 1);
      }
      return counts;
    };
    const total = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
    let [p, r, orders] = [0, 0, 0];
    for (let n = 1; n <= 6; n++) {
      const [a, b] = [grams(text, n), grams(reference, n)];
      if (a.size === 0 || b.size === 0) continue;
      let common = 0;
      for (const [gram, count] of a) common += Math.min(count, b.get(gram) ?? 0);
      p += common / total(a);
      r += common / total(b);
      orders++;
    }
    return p + r === 0 ? 0 : (5 * (p / orders) * (r / orders)) / (4 * (p / orders) + r / orders);
  }
  const text = fc.oneof(
    fc.array(fc.constantFrom('a', 'b', ' ', '😀'), { maxLength: 40 }).map((c) => c.join('')),
    fc.string({ unit: fc.constantFrom(...'abcdefgh é東 '), maxLength: 60 }),
  );
  it('equals its definition', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(chrf(a, [b])).toBeCloseTo(byDefinition(a, b), 12);
      }),
      { numRuns: 500 },
    );
  });
  it('lies in [0, 1], is 1 for the same text and does not depend on the order of references', () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 3 }), (a, references) => {
        const value = chrf(a, references)!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(chrf(a, [...references].reverse())).toBe(value);
        expect(chrf(a, [...references, a])).toBeCloseTo(a.trim() === '' ? value : 1, 12);
      }),
    );
  });
});
