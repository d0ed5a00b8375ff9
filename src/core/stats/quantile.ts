/** The quantile of ascending values by linear interpolation (Hyndman and Fan's type 7); null when there are none. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number | null {
  const last = sorted.length - 1;
  if (last < 0) return null;
  const position = last * Math.min(1, Math.max(0, p));
  const below = Math.floor(position);
  const low = sorted[below]!;
  return below === last ? low : low + (position - below) * (sorted[below + 1]! - low);
}

/** The same of values in any order, none of them NaN, in time that grows with their number alone. Reorders them. */
export function quantile(values: Float64Array, p: number): number | null {
  const last = values.length - 1;
  if (last < 0) return null;
  const position = last * Math.min(1, Math.max(0, p));
  const below = Math.floor(position);
  const low = select(values, below);
  if (below === last) return low;
  let next = values[below + 1]!;
  for (let i = below + 2; i <= last; i++) if (values[i]! < next) next = values[i]!;
  return low + (position - below) * (next - low);
}

/** The k-th smallest value (from 0), brought to its place with none greater before and none smaller after it (Hoare's FIND). */
function select(values: Float64Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (j < k) left = i;
    if (k < i) right = j;
  }
  return values[k]!;
}
