/** How one prompt is sampled. Temperature is above 0: greedy prompts are not sampled. */
export interface SamplingOptions {
  temperature: number;
  topP?: number;
  topK?: number;
}

/**
 * Draws a token from the softmax of the logits at the given temperature, kept to the `topK` most likely tokens and
 * then to the smallest set of most likely tokens whose probabilities reach `topP` (nucleus sampling, Holtzman et al.
 * 2020).
 *
 * @param logits one row, of the size of the vocabulary
 * @param uniform a number in [0, 1)
 * @returns the token's id
 */
export function drawToken(logits: Float32Array, options: SamplingOptions, uniform: number): number {
  const { temperature, topK, topP } = options;
  let candidates = topK !== undefined && topK < logits.length ? mostLikely(logits, topK) : null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > highest) highest = logit;
  const weight = (token: number) => Math.exp((logits[token]! - highest) / temperature);

  if (topP !== undefined && topP < 1) {
    candidates ??= Array.from(logits.keys());
    const weights = new Map(candidates.map((token) => [token, weight(token)]));
    const total = sum(weights.values());
    // Tokens below this share add up to less than 1 - topP even if all were: no nucleus reaches down to them.
    const negligible = ((1 - topP) / candidates.length) * total;
    const likely = candidates.filter((token) => weights.get(token)! >= negligible);
    likely.sort((a, b) => weights.get(b)! - weights.get(a)! || a - b);
    candidates = [];
    for (let reached = 0, i = 0; i < likely.length && reached < topP * total; i++) {
      candidates.push(likely[i]!);
      reached += weights.get(likely[i]!)!;
    }
  }
  return draw(candidates ?? logits.keys(), weight, uniform);
}

/** The ids of the `k` highest logits, highest first; of equal ones the lower id. */
function mostLikely(logits: Float32Array, k: number): number[] {
  const best: number[] = [];
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (best.length === k && logit <= logits[best[k - 1]!]!) continue;
    let at = best.length;
    while (at > 0 && logits[best[at - 1]!]! < logit) at--;
    best.splice(at, 0, token);
    if (best.length > k) best.pop();
  }
  return best;
}

function draw(candidates: Iterable<number>, weight: (token: number) => number, uniform: number): number {
  const tokens = [...candidates];
  const weights = tokens.map(weight);
  let left = uniform * sum(weights);
  for (let i = 0; i < tokens.length; i++) {
    left -= weights[i]!;
    if (left < 0) return tokens[i]!;
  }
  // Rounding may leave a rest: the last token that has any weight.
  return tokens[weights.findLastIndex((w) => w > 0)]!;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
