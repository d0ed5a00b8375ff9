import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexicalValue } from '../../../src/core/metrics/lexical.ts';
import {
  biEncoderQuality,
  cosine,
  judgeQuality,
  lexicalQuality,
  nliQuality,
  sigmoidQuality,
  unitQuality,
} from '../../../src/core/metrics/scales.ts';

describe('cosine', () => {
  it('agrees with values worked out by hand', () => {
    expect(cosine([3, 4], [4, 3])).toBeCloseTo(24 / 25, 12);
    expect(cosine([1, 0], [0, 5])).toBe(0);
    expect(cosine([1, 2], [-2, -4])).toBeCloseTo(-1, 12);
  });
  it('is 0 for a zero vector, on either side or both', () => {
    expect(cosine([0, 0], [1, 2])).toBe(0);
    expect(cosine([1, 2], [0, 0])).toBe(0);
    expect(cosine(new Float32Array(3), new Float32Array(3))).toBe(0);
  });
  it('keeps its value at the ends of the number range', () => {
    expect(cosine([3e-200, 4e-200], [4e200, 3e200])).toBeCloseTo(24 / 25, 12);
    expect(cosine(new Float32Array([3e-38, 4e-38]), new Float32Array([2e38, 1.5e38]))).toBeCloseTo(0.96, 6);
  });
  it('refuses what is no embedding', () => {
    expect(() => cosine([1, Number.NaN], [1, 2])).toThrow(/not a finite number/);
    expect(() => cosine([1, 2], [1, Number.POSITIVE_INFINITY])).toThrow(/not a finite number/);
    expect(() => cosine([1, 2], [1, 2, 3])).toThrow(/2 and 3 dimensions/);
  });
  it('lies in [-1, 1], is symmetric and 1 with itself', () => {
    const vector = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const value = cosine(a, b);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(cosine(b, a)).toBeCloseTo(value, 12);
        if (a.some((x) => x !== 0)) expect(cosine(a, a)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('maps to quality', () => {
  it.each([
    ['biEncoderQuality', biEncoderQuality, [-1, -0.2, 0, 0.5, 1], [0, 0, 0, 5, 10]],
    ['sigmoidQuality', sigmoidQuality, [Number.NEGATIVE_INFINITY, -800, 0, 800], [0, 0, 5, 10]],
    ['unitQuality', unitQuality, [-3, 0, 0.25, 1, 7], [0, 0, 2.5, 10, 10]],
    ['lexicalQuality', lexicalQuality, [0, 0.3, 1, 1.0000001], [0, 3, 10, 10]],
    ['judgeQuality', judgeQuality, [-1, 0, 7.5, 10, 11], [0, 0, 7.5, 10, 10]],
  ])('%s', (_, map, raw, quality) => {
    raw.forEach((x, i) => {
      expect(map(x)).toBeCloseTo(quality[i]!, 12);
    });
    expect(() => map(Number.NaN)).toThrow(RangeError);
  });
  it('sigmoidQuality agrees with a value worked out by hand', () => {
    expect(sigmoidQuality(Math.log(3))).toBeCloseTo(7.5, 12);
  });
  it('nliQuality takes the probability of entailment', () => {
    expect(nliQuality([0, Math.log(2), 0], 1)).toBeCloseTo(5, 12);
    expect(nliQuality(new Float32Array([1000, 0, 0]), 0)).toBeCloseTo(10, 12);
    expect(nliQuality([1000, 0, 0], 2)).toBe(0);
    expect(() => nliQuality([1, Number.NaN, 0], 0)).toThrow(RangeError);
    expect(() => nliQuality([1, 2], 2)).toThrow(RangeError);
  });
});

describe('lexicalValue', () => {
  it('chooses the metric, and stems ROUGE alone', () => {
    const text = 'two dogs running';
    const to = (...references: string[]) => ({ references, unanswerable: false });
    const references = to('one dog runs', 'two cats running');
    expect(lexicalValue('rouge1', text, references)).toBeCloseTo(2 / 3, 12);
    expect(lexicalValue('rouge2', text, references)).toBe(0);
    expect(lexicalValue('rougeL', text, to('running two dogs'))).toBeCloseTo(2 / 3, 12);
    expect(lexicalValue('rougeL', 'dogs running', to('dogs runs'), true)).toBe(1);
    expect(lexicalValue('chrf', 'dogs running', to('dogs runs'), true)).toBeLessThan(1);
    expect(lexicalValue('chrf', text, to())).toBeNull();
  });

  it('takes the empty answer as the right one to an unanswerable question', () => {
    const unanswerable = { references: [], unanswerable: true };
    for (const metric of ['rouge1', 'rouge2', 'rougeL', 'chrf'] as const) {
      expect(lexicalValue(metric, '', unanswerable)).toBe(1);
      expect(lexicalValue(metric, ' \n', unanswerable)).toBe(1);
      expect(lexicalValue(metric, 'in 1999', unanswerable)).toBe(0);
    }
  });
});
