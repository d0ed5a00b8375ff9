import { quantileSorted } from '../stats/quantile.ts';
import type { LatencyFigures } from './summary.ts';

/** Mean and percentiles of times in milliseconds; all null where there are none. */
export function latencyFigures(times: readonly number[]): LatencyFigures {
  const sorted = Float64Array.from(times).sort();
  const sum = sorted.reduce((total, time) => total + time, 0);
  return {
    mean: sorted.length === 0 ? null : sum / sorted.length,
    p50: quantileSorted(sorted, 0.5),
    p95: quantileSorted(sorted, 0.95),
    count: sorted.length,
  };
}
