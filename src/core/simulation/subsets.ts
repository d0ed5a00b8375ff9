/** The number of k-subsets of n things; exact below 2^53, Infinity where a double cannot hold it. */
export function binomial(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) result = Math.round((result * (n - i + 1)) / i);
  return result;
}

/** All k-subsets of 0..n-1 in lexicographic order, one after the other, k numbers each. */
export function allSubsets(n: number, k: number): Int32Array {
  const subsets = new Int32Array(binomial(n, k) * k);
  const current = Int32Array.from({ length: k }, (_, i) => i);
  for (let at = 0; at < subsets.length; at += k) {
    subsets.set(current, at);
    let i = k - 1;
    while (i >= 0 && current[i] === n - k + i) i--;
    if (i < 0) break;
    current[i]!++;
    for (let j = i + 1; j < k; j++) current[j] = current[j - 1]! + 1;
  }
  return subsets;
}

/**
 * The chance that malicious nodes hold more than half of k seats drawn from n without replacement, `bad` of n being
 * malicious (the hypergeometric tail).
 */
export function captureChance(n: number, bad: number, k: number): number {
  let captured = 0;
  for (let seats = Math.floor(k / 2) + 1; seats <= k; seats++) {
    captured += (binomial(bad, seats) * binomial(n - bad, k - seats)) / binomial(n, k);
  }
  return captured;
}
