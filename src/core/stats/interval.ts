import { quantile } from './quantile.ts';
import { normalTail, t975 } from './student.ts';

/** A mean with its 95 % interval and standard error; null where undefined. */
export interface Interval {
  mean: number | null;
  low: number | null;
  high: number | null;
  standardError: number | null;
}

/**
 * The 95 % percentile interval of a statistic from its values on the data (element 0) and on the bootstrap's resamples
 * (the others). `units` is the number of units that carry data for it. The plain percentile interval is too narrow for
 * few units, so the percentiles are moved outwards to where the interval of a mean has the width of Student's:
 * Hesterberg, "What teachers should know about the bootstrap" (2015), section 3.2. Below two units there is no interval;
 * resamples in which the statistic is undefined (NaN) are left out.
 */
export function intervalOf(values: Float64Array, units: number): Interval {
  const mean = values[0]!;
  if (Number.isNaN(mean)) return { mean: null, low: null, high: null, standardError: null };
  const resampled = new Float64Array(values.length - 1);
  let count = 0;
  let sum = 0;
  for (let row = 1; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    resampled[count++] = value;
    sum += value;
  }
  if (units < 2 || count < 2) return { mean, low: null, high: null, standardError: null };
  const defined = resampled.subarray(0, count);
  let squares = 0;
  for (const value of defined) squares += (value - sum / count) ** 2;
  const tail = normalTail(Math.sqrt(units / (units - 1)) * t975(units - 1));
  return {
    mean,
    low: quantile(defined, tail),
    high: quantile(defined, 1 - tail),
    // The bootstrap's variance has the divisor n where Student's has n - 1.
    standardError: Math.sqrt((squares / (count - 1)) * (units / (units - 1))),
  };
}
