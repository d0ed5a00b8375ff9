import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lcsLength } from '../../../src/core/metrics/lcs.ts';
import { porterStem } from '../../../src/core/metrics/porter.ts';
import { rouge } from '../../../src/core/metrics/rouge.ts';
import { expectAllEqual, readVectors, textVectors } from './vectors.ts';

const METRICS = ['rouge1', 'rouge2', 'rougeL'] as const;
const vectors = textVectors();

describe('ROUGE against rouge_score', () => {
  it.each(METRICS)('%s is the same on every pair', (metric) => {
    expectAllEqual(
      vectors,
      (v) => rouge(metric, v.text, v.references),
      (v) => v[metric],
    );
  });
  it.each(METRICS)('%s with the stemmer is the same on every pair', (metric) => {
    expectAllEqual(
      vectors,
      (v) => rouge(metric, v.text, v.references, true),
      (v) => v[`${metric}Stemmed`],
    );
  });
  it('the stemmer is the same on every word', () => {
    const stems = readVectors<[string, string][]>('stems.json');
    expect(stems.length).toBeGreaterThan(1000);
    expect(stems.map(([word]) => [word, porterStem(word)])).toEqual(stems);
  });
});

describe('rouge', () => {
  it('agrees with values worked out by hand', () => {
    const text = 'the cat sat on the mat';
    const reference = 'the cat was on a mat';
    expect(rouge('rouge1', text, [reference])).toBeCloseTo(4 / 6, 12);
    expect(rouge('rouge2', text, [reference])).toBeCloseTo(1 / 5, 12);
    expect(rouge('rougeL', text, [reference])).toBeCloseTo(4 / 6, 12);
    expect(rouge('rougeL', 'mat the on', [reference])).toBeCloseTo((2 * 2) / 9, 12);
  });
  it('stems only when asked, and only words of more than three letters', () => {
    expect(rouge('rouge1', 'running', ['runs'])).toBe(0);
    expect(rouge('rouge1', 'running', ['runs'], true)).toBe(1);
    expect(rouge('rouge1', 'its', ['it'], true)).toBe(0);
  });
  it('is null without a reference and 0 without words', () => {
    expect(rouge('rougeL', 'text', [])).toBeNull();
    for (const metric of METRICS) {
      expect(rouge(metric, '', ['word'])).toBe(0);
      expect(rouge(metric, 'word', ['…'])).toBe(0);
      expect(rouge(metric, '', [''])).toBe(0);
    }
    expect(rouge('rouge2', 'word', ['word'])).toBe(0);
  });
  it('does not stumble over the names of built-in properties', () => {
    expect(rouge('rouge1', 'constructor', ['toString constructor'])).toBeCloseTo(2 / 3, 12);
  });

  const text = fc.array(fc.constantFrom('the', 'Red', 'foxes', 'jump', 'é', '42'), { maxLength: 12 });
  it.each(METRICS)('%s lies in [0, 1], is symmetric and does not depend on the order of references', (metric) => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 3 }), (a, bs) => {
        const references = bs.map((b) => b.join(' '));
        const value = rouge(metric, a.join(' '), references)!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(rouge(metric, a.join(' '), [...references].reverse())).toBe(value);
        expect(rouge(metric, references[0]!, [a.join(' ')])).toBeCloseTo(
          rouge(metric, a.join(' '), [references[0]!])!,
          12,
        );
      }),
    );
  });
});

describe('lcsLength', () => {
  /** The textbook table, as the reference. */
  function byTable(a: number[], b: number[]): number {
    const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
    for (let i = 1; i <= a.length; i++) {
      for (let j = 1; j <= b.length; j++) {
        rows[i]![j] = a[i - 1] === b[j - 1] ? rows[i - 1]![j - 1]! + 1 : Math.max(rows[i - 1]![j]!, rows[i]![j - 1]!);
      }
    }
    return rows[a.length]![b.length]!;
  }
  it('equals the textbook table, also beyond one machine word', () => {
    const sequence = (max: number) => fc.array(fc.integer({ min: 0, max }), { maxLength: 140, size: 'max' });
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 30), fc.infiniteStream(fc.nat()), fc.nat(140), fc.nat(140), (max, s, n, m) => {
        const values = s[Symbol.iterator]();
        const take = (k: number) => Array.from({ length: k }, () => (values.next().value as number) % (max + 1));
        const [a, b] = [take(n), take(m)];
        expect(lcsLength(a, b)).toBe(byTable(a, b));
      }),
    );
    fc.assert(fc.property(sequence(2), sequence(2), (a, b) => lcsLength(a, b) === byTable(a, b)));
  });
  it.each([29, 30, 31, 60, 61, 300])('finds a whole sequence of %i', (n) => {
    const a = Array.from({ length: n }, (_, i) => i % 7);
    expect(lcsLength(a, a)).toBe(n);
    expect(lcsLength(new Array(n).fill(1), new Array(n + 5).fill(1))).toBe(n);
  });
});
