import type { Rule } from './rule.ts';

/**
 * Our own rule. It learns from past rounds how far each evaluator lies, on average, from the others of its committees
 * (its bias) and how much that varies (its spread). In a round it takes from a score what its evaluator's bias exceeds
 * the usual, gives evaluators of unusual spread less weight, and pulls in single scores that lie far from the
 * committee's median. What is usual is the median over all evaluators, so honest ones, while they are the majority,
 * are left as they are and the rule is then nearly the plain mean.
 */
export interface Calibration {
  /** Rounds of an evaluator that its bias and spread are averaged over. */
  memory: number;
  /** Biases up to so many times the median bias are usual. */
  bias: number;
  /** Spreads up to so many times the median variance are usual. */
  spread: number;
  /** Scores up to so many usual standard deviations from the committee's median are left as they are. */
  reach: number;
}

/** Rounds before an evaluator's figures are believed. */
const FEWEST = 20;
/** Rounds after which what is usual is computed anew. */
const REVIEW = 50;

export function calibratedRule({ memory, bias, spread, reach }: Calibration, evaluators: number, most: number): Rule {
  const seen = new Float64Array(evaluators);
  const mean = new Float64Array(evaluators);
  const variance = new Float64Array(evaluators);
  /** What is taken from a score, and its weight, as of the last review. */
  const excess = new Float64Array(evaluators);
  const weight = new Float64Array(evaluators).fill(1);
  let usualVariance = Number.POSITIVE_INFINITY;
  let rounds = 0;
  const corrected = new Float64Array(most);
  const sorted = new Float64Array(most);

  const review = () => {
    const known = [...seen.keys()].filter((e) => seen[e]! >= FEWEST);
    if (known.length < 3) return;
    const centre = median(known.map((e) => mean[e]!));
    const usualBias = median(known.map((e) => Math.abs(mean[e]! - centre)));
    usualVariance = median(known.map((e) => variance[e]!));
    for (const e of known) {
      const off = mean[e]! - centre;
      excess[e] = Math.sign(off) * Math.max(0, Math.abs(off) - bias * usualBias);
      const ratio = (spread * usualVariance) / variance[e]!;
      weight[e] = ratio < 1 ? ratio * ratio : 1;
    }
  };

  return {
    isStateful: true,
    value(scores, seats, n) {
      let total = 0;
      for (let i = 0; i < n; i++) {
        const x = Math.min(10, Math.max(0, scores[i]! - excess[seats[i]!]!));
        corrected[i] = x;
        total += weight[seats[i]!]!;
        let at = i;
        while (at > 0 && sorted[at - 1]! > x) sorted[at] = sorted[--at]!;
        sorted[at] = x;
      }
      const centre = (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
      const most = reach * Math.sqrt(usualVariance);
      let sum = 0;
      for (let i = 0; i < n; i++) {
        sum += weight[seats[i]!]! * Math.min(centre + most, Math.max(centre - most, corrected[i]!));
      }
      return sum / total;
    },
    learn(scores, seats, n) {
      if (n < 2) return;
      let sum = 0;
      let total = 0;
      for (let i = 0; i < n; i++) {
        const w = weight[seats[i]!]!;
        sum += w * (scores[i]! - excess[seats[i]!]!);
        total += w;
      }
      for (let i = 0; i < n; i++) {
        const e = seats[i]!;
        const w = weight[e]!;
        const others = (sum - w * (scores[i]! - excess[e]!)) / (total - w);
        const distance = scores[i]! - others;
        const rate = 1 / Math.min(++seen[e]!, memory);
        const before = distance - mean[e]!;
        mean[e]! += rate * before;
        variance[e]! += rate * (before * (distance - mean[e]!) - variance[e]!);
      }
      if (++rounds % REVIEW === 0) review();
    },
  };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const { length } = values;
  return (values[(length - 1) >> 1]! + values[length >> 1]!) / 2;
}
