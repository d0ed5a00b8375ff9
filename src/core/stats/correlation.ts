/**
 * Correlations of paired columns, as scipy.stats computes them. Null where undefined: fewer than three pairs, a
 * constant column, a value that is not a number. Pairs with a missing side are the caller's to drop.
 */

const MIN_PAIRS = 3;

/** Pearson's r in [-1, 1]. Throws a RangeError for columns of different lengths. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  sameLength(x, y);
  if (x.length < MIN_PAIRS) return null;
  return correlation(deviations(x), deviations(y));
}

/** Spearman's rho: Pearson's r of the ranks, ties sharing their average rank. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  sameLength(x, y);
  const ranksX = averageRanks(x);
  const ranksY = averageRanks(y);
  return ranksX && ranksY && pearson(ranksX, ranksY);
}

/** One group of pairs, such as the generations of one model. */
export interface PairedColumns {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/**
 * Pearson's r within groups: of the deviations from each group's own means, pooled. Differences between groups do not
 * count. Null when the groups leave fewer than two degrees of freedom (pairs less groups) or a side has no variation.
 */
export function pearsonWithin(groups: readonly PairedColumns[]): number | null {
  const x: number[] = [];
  const y: number[] = [];
  let degrees = 0;
  for (const group of groups) {
    sameLength(group.x, group.y);
    if (group.x.length < 2) continue;
    degrees += group.x.length - 1;
    const dx = deviations(group.x);
    const dy = deviations(group.y);
    if (dx === null || dy === null) return null;
    for (let i = 0; i < dx.length; i++) {
      x.push(dx[i]!);
      y.push(dy[i]!);
    }
  }
  return degrees < MIN_PAIRS - 1 ? null : correlation(x, y);
}

/** Ranks from 1, equal values sharing their average; null when a value is not a number. */
function averageRanks(values: ArrayLike<number>): Float64Array | null {
  const order = Array.from({ length: values.length }, (_, i) => i);
  if (order.some((i) => Number.isNaN(values[i]!))) return null;
  order.sort((a, b) => (values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Deviations from the mean, all 0 where the values differ by no more than the rounding of their own magnitude; null
 * when a value is not finite.
 */
function deviations(values: ArrayLike<number>): Float64Array | null {
  const n = values.length;
  const result = new Float64Array(n);
  const scale = largest(values);
  if (!Number.isFinite(scale)) return null;
  // Counted from the first value, so that a large common offset costs no digits.
  for (let i = 0; i < n; i++) result[i] = values[i]! - values[0]!;
  let mean = 0;
  for (const value of result) mean += value / n;
  let rest = 0;
  for (const value of result) rest += (value - mean) / n;
  for (let i = 0; i < n; i++) result[i]! -= mean + rest;
  return largest(result) <= 4 * Number.EPSILON * scale ? result.fill(0) : result;
}

/** Cosine of the angle between two columns of deviations. */
function correlation(x: ArrayLike<number> | null, y: ArrayLike<number> | null): number | null {
  if (x === null || y === null) return null;
  const scaleX = largest(x);
  const scaleY = largest(y);
  if (scaleX === 0 || scaleY === 0 || !Number.isFinite(scaleX) || !Number.isFinite(scaleY)) return null;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const a = x[i]! / scaleX;
    const b = y[i]! / scaleY;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/** The largest magnitude; NaN or infinite when a value is. */
function largest(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (!Number.isFinite(size)) return size;
    if (size > max) max = size;
  }
  return max;
}

function sameLength(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length) throw new RangeError(`columns of ${x.length} and ${y.length} values cannot be paired`);
}
