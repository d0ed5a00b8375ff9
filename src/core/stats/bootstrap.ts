import { type Interval, intervalOf } from './interval.ts';
import { Rng } from './rng.ts';

/**
 * A statistic of column sums. `sums[i]` is the sum of column i over the units of one (re)sample; `row` is 0 for the
 * data as they are and 1, 2, ... for the resamples. NaN where the statistic is undefined.
 */
export type Statistic = (sums: Float64Array, row: number) => number;

/** Enough for percentiles that another seed moves by little: every interval is made of as many. */
export const RESAMPLES = 2000;

export const BOOTSTRAP_METHOD = 'joint percentile bootstrap, percentiles expanded for few units (Hesterberg 2015)';

/**
 * A joint bootstrap over units (samples, or groups of samples that hang together). Every statistic is a function of
 * sums of per-unit columns, and every column is summed over the same resamples: differences of two models are paired,
 * and what depends on all models at once (min-max costs) is estimated anew in every resample.
 *
 * Columns come first (`column`), then `run`, then any number of `estimate`. Time is resamples x units x columns; memory
 * is what the columns hold, plus resamples x columns.
 */
export class JointBootstrap {
  readonly #units: number;
  readonly #columns: Float64Array[] = [];
  #rows: Float64Array[] = [];

  constructor(units: number) {
    this.#units = units;
  }

  /** Adds a column of one value per unit and returns its index; equal columns share one. */
  column(values: Float64Array): number {
    const known = this.#columns.findIndex((other) => sameValues(other, values));
    return known >= 0 ? known : this.#columns.push(values) - 1;
  }

  /** Sums the columns over the data (row 0) and over `resamples` resamples, each from its own stream of the seed. */
  run(resamples: number, seed: number): void {
    const total = Float64Array.from(this.#columns, (column) => column.reduce((sum, value) => sum + value, 0));
    this.#rows = [total, ...Array.from({ length: resamples }, () => new Float64Array(this.#columns.length))];
    if (this.#units === 0 || resamples === 0) return;

    const varying: number[] = [];
    for (const [index, column] of this.#columns.entries()) {
      if (column.some((value) => value !== column[0])) varying.push(index);
      else for (const row of this.#rows) row[index] = total[index]!;
    }
    const nothing = new Float64Array(this.#units);
    const even = new Float64Array(this.#units);
    const odd = new Float64Array(this.#units);
    const spare = new Float64Array(this.#columns.length);
    const counts = new Uint16Array(this.#units);
    for (let b = 1; b <= resamples; b += 2) {
      drawCounts(counts, Rng.stream(seed, b));
      even.set(counts);
      drawCounts(counts, Rng.stream(seed, b + 1));
      odd.set(counts);
      for (let first = 0; first < varying.length; first += 4) {
        const four = varying.slice(first, first + 4);
        const columns = [0, 1, 2, 3].map((i) => (i < four.length ? this.#columns[four[i]!]! : nothing));
        weightedSums(even, odd, columns, four, this.#rows[b]!, this.#rows[b + 1] ?? spare);
      }
    }
  }

  /** The statistic on the data (element 0) and on each resample. */
  values(statistic: Statistic): Float64Array {
    return Float64Array.from(this.#rows, statistic);
  }

  /** The statistic on the data with its 95 % interval; `units` is the number of units that carry data for it. */
  estimate(statistic: Statistic, units: number): Interval {
    return intervalOf(this.values(statistic), units);
  }

  /** The column sums of every row, the data's own first: for what is worth computing once per resample. */
  get rows(): readonly Float64Array[] {
    return this.#rows;
  }
}

function sameValues(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * How often each unit is drawn when as many are drawn, with replacement, as there are. Counts of two bytes stay in the
 * processor's cache, which the random order of the draws needs; no count comes anywhere near 65,535.
 */
function drawCounts(counts: Uint16Array, rng: Rng): void {
  counts.fill(0);
  const units = counts.length;
  for (let i = 0; i < units; i++) counts[rng.nextInt(units)]!++;
}

/** Four columns under two resamples at a time: each value that is read serves twice or more. */
function weightedSums(
  u: Float64Array,
  v: Float64Array,
  [c0, c1, c2, c3]: Float64Array[],
  targets: number[],
  rowU: Float64Array,
  rowV: Float64Array,
): void {
  if (!c0 || !c1 || !c2 || !c3) return;
  let [u0, u1, u2, u3, v0, v1, v2, v3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < u.length; i++) {
    const x = u[i]!;
    const y = v[i]!;
    const a = c0[i]!;
    const b = c1[i]!;
    const c = c2[i]!;
    const d = c3[i]!;
    u0 += x * a;
    u1 += x * b;
    u2 += x * c;
    u3 += x * d;
    v0 += y * a;
    v1 += y * b;
    v2 += y * c;
    v3 += y * d;
  }
  const sumsU = [u0, u1, u2, u3];
  const sumsV = [v0, v1, v2, v3];
  for (const [i, target] of targets.entries()) {
    rowU[target] = sumsU[i]!;
    rowV[target] = sumsV[i]!;
  }
}
