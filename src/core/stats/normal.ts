import type { Rng } from './rng.ts';

/**
 * A standard normal variate by Karney's algorithm ("Sampling exactly from the normal distribution", 2016). It compares
 * and multiplies only: no logarithm whose last digit another platform would round otherwise.
 */
export function nextNormal(rng: Rng): number {
  for (;;) {
    let k = 0;
    while (isBelowExp(rng, 0.5)) k++;
    if (!allBelowExp(rng, 0.5, k * (k - 1))) continue;
    const x = nextUnit(rng);
    if (!allBelowExp(rng, (x * (2 * k + x)) / (2 * k + 2), k + 1)) continue;
    return rng.nextUint32() & 1 ? k + x : -k - x;
  }
}

/** Uniform in [0, 1), 53 bits. */
export function nextUnit(rng: Rng): number {
  const high = rng.nextUint32() >>> 5;
  return (high * 67_108_864 + (rng.nextUint32() >>> 6)) / 9_007_199_254_740_992;
}

/** True with probability exp(-x), x in [0, 1]: von Neumann's comparison of a falling sequence of uniform numbers. */
function isBelowExp(rng: Rng, x: number): boolean {
  let last = x;
  for (;;) {
    const odd = nextUnit(rng);
    if (odd >= last) return true;
    last = nextUnit(rng);
    if (last >= odd) return false;
  }
}

/** True with probability exp(-x)^times. */
function allBelowExp(rng: Rng, x: number, times: number): boolean {
  for (let i = 0; i < times; i++) if (!isBelowExp(rng, x)) return false;
  return true;
}
