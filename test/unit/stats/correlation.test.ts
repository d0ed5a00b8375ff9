import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PairedColumns, pearson, pearsonWithin, spearman } from '../../../src/core/stats/correlation.ts';
import { readVectors } from '../metrics/vectors.ts';

interface CorrelationVector extends PairedColumns {
  pearson: number;
  spearman: number;
}

describe('correlations against scipy', () => {
  const vectors = readVectors<CorrelationVector[]>('correlations.json');
  it('pearson', () => {
    for (const v of vectors) expect(Math.abs(pearson(v.x, v.y)! - v.pearson)).toBeLessThanOrEqual(1e-9);
  });
  it('spearman', () => {
    for (const v of vectors) expect(Math.abs(spearman(v.x, v.y)! - v.spearman)).toBeLessThanOrEqual(1e-9);
  });
  it('pearson within groups', () => {
    for (const v of readVectors<{ groups: PairedColumns[]; pearson: number }[]>('within.json')) {
      expect(Math.abs(pearsonWithin(v.groups)! - v.pearson)).toBeLessThanOrEqual(1e-9);
    }
  });
});

describe('pearson and spearman', () => {
  it('agree with values worked out by hand', () => {
    expect(pearson([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
    expect(spearman([1, 2, 3, 4], [1, 4, 9, 16])).toBeCloseTo(1, 12);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    expect(spearman([0, 7, 7, 8], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
    expect(spearman([0, -0, 1], [5, 5, 6])).toBeCloseTo(1, 12);
    expect(spearman([1, Number.POSITIVE_INFINITY, 2], [1, 3, 2])).toBeCloseTo(1, 12);
  });
  it.each([
    ['no pairs', [], []],
    ['two pairs', [1, 2], [3, 4]],
    ['a constant column', [1, 2, 3], [5, 5, 5]],
    ['a column of zeros', [0, 0, 0], [1, 2, 3]],
    ['a constant column that is no binary fraction', [0.1, 0.1, 0.1], [1, 2, 3]],
    ['a value that is not a number', [1, Number.NaN, 3], [1, 2, 3]],
  ])('are null for %s', (_, x, y) => {
    expect(pearson(x, y)).toBeNull();
    expect(pearson(y, x)).toBeNull();
    expect(spearman(x, y)).toBeNull();
    expect(spearman(y, x)).toBeNull();
  });
  it('pearson is null where a column varies by rounding alone', () => {
    expect(pearson([1, 1 - Number.EPSILON / 2, 1, 1], [1, 2, 3, 4])).toBeNull();
    expect(pearson([1e13, 1e13 + 1, 1e13 + 2], [1, 2, 3])).toBeCloseTo(1, 12);
  });
  it('refuse columns that are no pairs', () => {
    expect(() => pearson([1, 2, 3], [1, 2])).toThrow(/3 and 2/);
    expect(() => spearman([1, 2, 3], [1, 2])).toThrow(/3 and 2/);
  });

  const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { minLength: 3 });
  it('lie in [-1, 1], are symmetric, and change sign with a column', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const x = rows.map((r) => r[0]);
        const y = rows.map((r) => r[1]);
        for (const statistic of [pearson, spearman]) {
          const r = statistic(x, y);
          const constant = new Set(x).size === 1 || new Set(y).size === 1;
          expect(r === null).toBe(constant);
          if (r === null) continue;
          expect(Math.abs(r)).toBeLessThanOrEqual(1);
          expect(statistic(y, x)).toBeCloseTo(r, 12);
          expect(
            statistic(
              x,
              y.map((v) => 3 - 2 * v),
            ),
          ).toBeCloseTo(-r, 12);
        }
      }),
    );
  });
});

describe('pearsonWithin', () => {
  it('leaves differences between groups out', () => {
    const groups = [
      { x: [1, 2, 3], y: [3, 2, 1] },
      { x: [11, 12, 13], y: [13, 12, 11] },
    ];
    expect(pearsonWithin(groups)).toBeCloseTo(-1, 12);
    expect(pearson([1, 2, 3, 11, 12, 13], [3, 2, 1, 13, 12, 11])).toBeGreaterThan(0.9);
  });
  it('is the plain correlation for one group', () => {
    const group = { x: [1, 5, 2, 8], y: [2, 4, 4, 7] };
    expect(pearsonWithin([group])).toBeCloseTo(pearson(group.x, group.y)!, 12);
  });
  it('is null where the groups leave nothing to correlate', () => {
    expect(pearsonWithin([])).toBeNull();
    expect(pearsonWithin([{ x: [1, 2], y: [1, 2] }])).toBeNull();
    expect(pearsonWithin([1, 2, 3, 4].map((v) => ({ x: [v], y: [v] })))).toBeNull();
    const constantInside = [0.1, 0.7, 0.3].map((v) => ({ x: [v, v, v], y: [1, 2, 4] }));
    expect(pearsonWithin(constantInside)).toBeNull();
    expect(pearsonWithin([{ x: [1, 2, Number.NaN], y: [1, 2, 3] }])).toBeNull();
  });
  it('leaves groups of one and empty groups out', () => {
    const group = { x: [1, 5, 2, 8], y: [2, 4, 4, 7] };
    const empty = { x: [], y: [] };
    expect(pearsonWithin([empty, { x: [1, 2, 4], y: [1, 2, 4] }, empty])).toBeCloseTo(1, 12);
    expect(pearsonWithin([group, { x: [100], y: [-100] }])).toBeCloseTo(pearson(group.x, group.y)!, 12);
  });
});
