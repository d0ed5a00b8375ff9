/** The quantile of ascending values by linear interpolation (Hyndman and Fan's type 7); null when there are none. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number | null {
  const last = sorted.length - 1;
  if (last < 0) return null;
  const position = last * Math.min(1, Math.max(0, p));
  const below = Math.floor(position);
  const low = sorted[below]!;
  return below === last ? low : low + (position - below) * (sorted[below + 1]! - low);
}
