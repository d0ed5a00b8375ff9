import { describe, expect, it } from 'vitest';
import { JointBootstrap } from '../../../src/core/stats/bootstrap.ts';
import { Rng } from '../../../src/core/stats/rng.ts';

/** Standard normal by Box and Muller. */
function normal(rng: Rng): number {
  const u = (rng.nextUint32() + 1) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * rng.nextUint32()) / 2 ** 32);
}

function meanInterval(values: Float64Array, seed = 1, resamples = 2000) {
  const bootstrap = new JointBootstrap(values.length);
  const sum = bootstrap.column(values);
  const count = bootstrap.column(new Float64Array(values.length).fill(1));
  bootstrap.run(resamples, seed);
  return bootstrap.estimate((sums) => sums[sum]! / sums[count]!, values.length);
}

describe('JointBootstrap', () => {
  it('sums every column over the same draws, also for odd numbers of resamples and columns', () => {
    const units = 7;
    const columns = Array.from({ length: 6 }, (_, k) => Float64Array.from({ length: units }, (_, i) => (i + 1) ** k));
    const bootstrap = new JointBootstrap(units);
    for (const [i, column] of columns.entries()) expect(bootstrap.column(column)).toBe(i);
    bootstrap.run(5, 42);
    expect(bootstrap.rows).toHaveLength(6);
    for (let b = 0; b <= 5; b++) {
      const rng = Rng.stream(42, b);
      const drawn = b === 0 ? [0, 1, 2, 3, 4, 5, 6] : Array.from({ length: units }, () => rng.nextInt(units));
      for (const [k, column] of columns.entries()) {
        const expected = drawn.reduce((sum, unit) => sum + column[unit]!, 0);
        expect(bootstrap.rows[b]![k]).toBeCloseTo(expected, 9);
      }
    }
  });

  it('keeps equal columns once', () => {
    const bootstrap = new JointBootstrap(3);
    expect(bootstrap.column(new Float64Array([1, 2, 3]))).toBe(0);
    expect(bootstrap.column(new Float64Array([1, 2, 4]))).toBe(1);
    expect(bootstrap.column(new Float64Array([1, 2, 3]))).toBe(0);
  });

  it('is the same for one seed and nearly the same for another', () => {
    const rng = Rng.stream(3);
    const values = Float64Array.from({ length: 50 }, () => normal(rng));
    expect(meanInterval(values, 7)).toEqual(meanInterval(values, 7));
    const other = meanInterval(values, 8);
    expect(other.low).not.toBe(meanInterval(values, 7).low);
    expect(Math.abs(other.low! - meanInterval(values, 7).low!)).toBeLessThan(0.05);
  });

  it("has the width of Student's interval for normal data", () => {
    // t(0.975, n - 1) from scipy.
    for (const [n, t] of [
      [8, 2.364624251592784],
      [30, 2.045229642132703],
      [100, 1.9842169515864174],
    ] as const) {
      const ratios: number[] = [];
      for (let trial = 0; trial < 20; trial++) {
        const rng = Rng.stream(n, trial);
        const values = Float64Array.from({ length: n }, () => normal(rng));
        const mean = values.reduce((a, b) => a + b) / n;
        const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1));
        const { low, high, standardError } = meanInterval(values, trial);
        ratios.push((high! - low!) / ((2 * t * sd) / Math.sqrt(n)));
        expect(standardError! / (sd / Math.sqrt(n))).toBeGreaterThan(0.93);
        expect(standardError! / (sd / Math.sqrt(n))).toBeLessThan(1.07);
      }
      const average = ratios.reduce((a, b) => a + b) / ratios.length;
      expect(average).toBeGreaterThan(0.95);
      expect(average).toBeLessThan(1.05);
    }
  });

  it('covers the truth about 95 times in 100 with as few as eight units', () => {
    let covered = 0;
    const trials = 600;
    for (let trial = 0; trial < trials; trial++) {
      const rng = Rng.stream(2024, trial);
      const { low, high } = meanInterval(
        Float64Array.from({ length: 8 }, () => normal(rng)),
        trial,
        500,
      );
      if (low! <= 0 && high! >= 0) covered++;
    }
    // The plain percentile interval would cover about 88 %.
    expect(covered / trials).toBeGreaterThan(0.92);
    expect(covered / trials).toBeLessThan(0.975);
  });

  it('makes paired differences narrower than unpaired ones', () => {
    const rng = Rng.stream(5);
    const n = 80;
    const hard = Float64Array.from({ length: n }, () => 3 * normal(rng));
    const a = hard.map((x) => x + 0.3 * normal(rng) + 0.5);
    const b = hard.map((x) => x + 0.3 * normal(rng));
    const bootstrap = new JointBootstrap(n);
    const [i, j] = [bootstrap.column(a), bootstrap.column(b)];
    bootstrap.run(2000, 1);
    const width = (statistic: (s: Float64Array) => number) => {
      const { low, high } = bootstrap.estimate(statistic, n);
      return high! - low!;
    };
    const paired = width((s) => (s[i]! - s[j]!) / n);
    const unpaired = Math.hypot(
      width((s) => s[i]! / n),
      width((s) => s[j]! / n),
    );
    expect(paired).toBeLessThan(unpaired / 5);
  });

  it('has no interval below two units or without resamples, and none at all without data', () => {
    const one = meanInterval(new Float64Array([4]));
    expect(one).toEqual({ mean: 4, low: null, high: null, standardError: null });
    expect(meanInterval(new Float64Array([4, 6]), 1, 0)).toEqual({
      mean: 5,
      low: null,
      high: null,
      standardError: null,
    });
    expect(meanInterval(new Float64Array(0)).mean).toBeNull();
    const flat = meanInterval(new Float64Array([3, 3, 3]));
    expect(flat).toEqual({ mean: 3, low: 3, high: 3, standardError: 0 });
  });

  it('leaves out the resamples in which a statistic is undefined', () => {
    const bootstrap = new JointBootstrap(6);
    const sum = bootstrap.column(new Float64Array([5, 7, 0, 0, 0, 0]));
    const count = bootstrap.column(new Float64Array([1, 1, 0, 0, 0, 0]));
    bootstrap.run(2000, 1);
    const { mean, low, high } = bootstrap.estimate((s) => s[sum]! / s[count]!, 2);
    expect([mean, low, high]).toEqual([6, 5, 7]);
  });
});
