import type { Pooling } from '../protocol/runner.ts';

/**
 * One vector a text from the vectors of its tokens.
 *
 * @param states [texts, tokens, dimension], or [texts, dimension] for vectors that are pooled already
 * @param mask [texts, tokens], 0 for padding; null for pooled vectors
 * @returns one array a text; zeros for a text without tokens
 */
export function pool(
  states: Float32Array,
  dims: readonly number[],
  mask: BigInt64Array | null,
  pooling: Pooling,
): Float32Array[] {
  const texts = dims[0]!;
  const dimension = dims.at(-1)!;
  if (!mask) return Array.from({ length: texts }, (_, i) => states.slice(i * dimension, (i + 1) * dimension));
  const tokens = dims[1]!;
  return Array.from({ length: texts }, (_, text) => {
    const present: number[] = [];
    for (let t = 0; t < tokens; t++) if (mask[text * tokens + t] !== 0n) present.push(t);
    const chosen = pooling === 'mean' ? present : present.slice(...(pooling === 'cls' ? [0, 1] : [-1]));
    const vector = new Float32Array(dimension);
    const sums = new Float64Array(dimension);
    for (const t of chosen) {
      const from = (text * tokens + t) * dimension;
      for (let d = 0; d < dimension; d++) sums[d]! += states[from + d]!;
    }
    for (let d = 0; d < dimension && chosen.length > 0; d++) vector[d] = sums[d]! / chosen.length;
    return vector;
  });
}
