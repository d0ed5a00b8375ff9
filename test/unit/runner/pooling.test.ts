import { describe, expect, it } from 'vitest';
import { pool } from '../../../src/runner/pooling.ts';

// Two texts of up to three tokens, two dimensions; the second text has one token, after padding on the left.
const states = Float32Array.of(1, 2, 3, 4, 8, 0, 100, 100, 100, 100, 5, 6);
const mask = BigInt64Array.of(1n, 1n, 1n, 0n, 0n, 1n);
const dims = [2, 3, 2];

describe('pool', () => {
  it('takes the mean of the tokens that are there', () => {
    expect(pool(states, dims, mask, 'mean')).toEqual([Float32Array.of(4, 2), Float32Array.of(5, 6)]);
  });

  it('takes the first or the last token that is there', () => {
    expect(pool(states, dims, mask, 'cls')).toEqual([Float32Array.of(1, 2), Float32Array.of(5, 6)]);
    expect(pool(states, dims, mask, 'last')).toEqual([Float32Array.of(8, 0), Float32Array.of(5, 6)]);
  });

  it('gives the zero vector for a text without tokens', () => {
    const nan = new Float32Array(4).fill(Number.NaN);
    expect(pool(nan, [2, 1, 2], BigInt64Array.of(0n, 0n), 'mean')).toEqual([new Float32Array(2), new Float32Array(2)]);
  });

  it('passes vectors on that the model has pooled itself', () => {
    expect(pool(Float32Array.of(1, 2, 3, 4), [2, 2], null, 'cls')).toEqual([
      Float32Array.of(1, 2),
      Float32Array.of(3, 4),
    ]);
  });
});
