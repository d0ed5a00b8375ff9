/** Bits of a word of the state: 30, so that a sum of two words and a carry stays a 31-bit integer. */
const BITS = 30;
const FULL = 2 ** BITS - 1;

/**
 * Length of the longest common subsequence of two sequences of integers, by bit-parallel dynamic programming (Hyyrö
 * 2004): time proportional to the longer length times a thirtieth of the shorter.
 */
export function lcsLength(a: readonly number[], b: readonly number[]): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const words = Math.ceil(short.length / BITS);
  if (words === 0) return 0;

  // For each value of the shorter sequence, the bits of the positions where it stands.
  const row = new Map<number, number>();
  for (const item of short) if (!row.has(item)) row.set(item, row.size);
  const masks = new Int32Array(row.size * words);
  short.forEach((item, i) => {
    masks[row.get(item)! * words + Math.floor(i / BITS)]! |= 1 << (i % BITS);
  });

  // A zero bit stands for a step of the longest common subsequence.
  const state = new Int32Array(words).fill(FULL);
  for (const item of long) {
    const start = row.get(item);
    if (start === undefined) continue;
    let carry = 0;
    for (let w = 0; w < words; w++) {
      const bits = state[w]!;
      const matches = bits & masks[start * words + w]!;
      const sum = bits + matches + carry;
      carry = sum > FULL ? 1 : 0;
      state[w] = (sum & FULL) | (bits & ~matches);
    }
  }

  let length = 0;
  for (let i = 0; i < short.length; i++) if (((state[Math.floor(i / BITS)]! >> (i % BITS)) & 1) === 0) length++;
  return length;
}
