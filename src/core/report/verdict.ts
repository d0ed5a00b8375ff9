import type { Interval } from '../stats/interval.ts';
import { Z_975 } from '../stats/student.ts';
import type { PairSummary } from './summary.ts';

/** Who is ahead when the interval of a - b is on one side of 0; `undecided` when it holds 0 or there is none. */
export function verdictOf({ low, high }: Pick<Interval, 'low' | 'high'>): PairSummary['verdict'] {
  if (low !== null && low > 0) return 'a';
  if (high !== null && high < 0) return 'b';
  return 'undecided';
}

/**
 * About how many samples would decide a difference as large as the one seen: where z * SE * sqrt(n / n') falls to |d|,
 * n' = n (z * SE / d)^2, with the bootstrap's standard error over the n samples. Null where the difference is decided,
 * is exactly 0, or has no standard error.
 */
export function samplesToDecide(difference: Interval, samples: number): number | null {
  const { mean, standardError } = difference;
  if (verdictOf(difference) !== 'undecided' || !mean || standardError === null) return null;
  return Math.max(samples + 1, Math.ceil(samples * ((Z_975 * standardError) / mean) ** 2));
}
