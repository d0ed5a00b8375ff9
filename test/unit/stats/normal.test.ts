import { describe, expect, it } from 'vitest';
import { nextNormal, nextUnit } from '../../../src/core/stats/normal.ts';
import { Rng } from '../../../src/core/stats/rng.ts';

const N = 200_000;

describe('nextNormal', () => {
  it('is the standard normal distribution: quantiles and moments', () => {
    const rng = Rng.stream(3);
    const values = Float64Array.from({ length: N }, () => nextNormal(rng)).sort();
    // The standard normal distribution function.
    for (const [z, p] of [
      [-3, 0.0013499],
      [-2, 0.0227501],
      [-1, 0.1586553],
      [-0.25, 0.4012937],
      [0, 0.5],
      [0.5, 0.6914625],
      [1, 0.8413447],
      [1.5, 0.9331928],
      [2.5, 0.9937903],
    ] as const) {
      const below = values.filter((value) => value < z).length / N;
      expect(Math.abs(below - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / N));
    }
    const power = (k: number) => values.reduce((sum, value) => sum + value ** k, 0) / N;
    expect(power(1)).toBeCloseTo(0, 1);
    expect(Math.abs(power(2) - 1)).toBeLessThan(0.015);
    expect(Math.abs(power(4) - 3)).toBeLessThan(0.12);
  });

  it('follows from the generator alone', () => {
    const draw = () => {
      const rng = Rng.stream(8, 2);
      return Array.from({ length: 5 }, () => nextNormal(rng));
    };
    expect(draw()).toEqual(draw());
  });
});

describe('nextUnit', () => {
  it('is uniform in [0, 1) with 53 bits', () => {
    const rng = Rng.stream(4);
    const values = Array.from({ length: 20_000 }, () => nextUnit(rng));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(values.some((value) => (value * 2 ** 40) % 1 !== 0)).toBe(true);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 2);
  });
});
