import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile, quantileSorted } from '../../../src/core/stats/quantile.ts';
import { normalTail, t975 } from '../../../src/core/stats/student.ts';

describe('quantileSorted', () => {
  it("agrees with NumPy's default (type 7)", () => {
    const sorted = [1, 1, 2, 3, 4, 5, 6, 9];
    const expected = [1, 1, 1, 1.75, 3.5, 6.9, 7.95, 8.475, 9];
    for (const [i, p] of [0, 0.025, 0.05, 0.25, 0.5, 0.9, 0.95, 0.975, 1].entries()) {
      expect(quantileSorted(sorted, p)).toBeCloseTo(expected[i]!, 12);
    }
  });

  it('is null for nothing and the value itself for one', () => {
    expect(quantileSorted([], 0.5)).toBeNull();
    expect(quantileSorted([7], 0.95)).toBe(7);
  });
});

describe('quantile', () => {
  it('is that of the sorted values, bit for bit, whatever their order', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(
        fc.array(value.map((x) => x + 0)),
        fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
        (values, p) => {
          const expected = quantileSorted(Float64Array.from(values).sort(), p);
          expect(quantile(Float64Array.from(values), p)).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
    for (const order of [(i: number) => i, (i: number) => -i, (i: number) => i % 7, () => 4]) {
      const values = Float64Array.from({ length: 2000 }, (_, i) => order(i));
      for (const p of [0.02, 0.98]) expect(quantile(values, p)).toBe(quantileSorted(values.slice().sort(), p));
    }
  });
});

describe('distributions', () => {
  // Values of scipy.stats 1.x: t.ppf(0.975, df) and norm.sf(x).
  it("gives Student's 97.5 % quantile", () => {
    const expected: [number, number][] = [
      [1, 12.706204736174694],
      [2, 4.302652729749462],
      [3, 3.1824463052837078],
      [4, 2.7764451051977934],
      [5, 2.5705818356363146],
      [7, 2.364624251592784],
      [9, 2.262157162798205],
      [19, 2.0930240544083087],
      [59, 2.000995378088267],
      [999, 1.9623414611334493],
    ];
    for (const [df, t] of expected) expect(Math.abs(t975(df) / t - 1)).toBeLessThan(2e-4);
  });

  it('gives the upper tail of the normal distribution', () => {
    expect(normalTail(1.96)).toBeCloseTo(0.024997895148220435, 10);
    expect(normalTail(2)).toBeCloseTo(1 - 0.9772498680518208, 10);
    expect(normalTail(3)).toBeCloseTo(0.0013498980316300933, 12);
    expect(normalTail(5)).toBeCloseTo(2.866515718791933e-7, 15);
  });
});
