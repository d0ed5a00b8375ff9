import type { ConsensusRule } from '../config.ts';

/**
 * The consensus of the evaluators' scores of one generation, in the scores' own unit; null without scores.
 * `trimmed` cuts floor(K * fraction) scores on each side and takes the mean of the rest.
 */
export function consensus(scores: readonly number[], rule: ConsensusRule): number | null {
  const k = scores.length;
  if (k === 0) return null;
  if (rule === 'mean') return mean(scores);
  const sorted = [...scores].sort((a, b) => a - b);
  if (rule === 'median') return (sorted[(k - 1) >> 1]! + sorted[k >> 1]!) / 2;
  const cut = Math.floor(k * rule.trimmed);
  return mean(sorted.slice(cut, k - cut));
}

/**
 * Closeness A = 1 - |s_m - Q| / 10 of score `index` to the consensus Q, in [0, 1] for scores in [0, 10]. Q is the
 * consensus of all scores (`inclusive`) or of the others (`leave-one-out`, null where there are none).
 */
export function closeness(
  scores: readonly number[],
  index: number,
  rule: ConsensusRule,
  mode: 'inclusive' | 'leave-one-out',
): number | null {
  const compared = mode === 'inclusive' ? scores : scores.filter((_, i) => i !== index);
  const q = consensus(compared, rule);
  return q === null ? null : 1 - Math.abs(scores[index]! - q) / 10;
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
