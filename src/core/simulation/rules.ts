import type { SimulatedConsensus } from '../config-simulation.ts';
import { type Calibration, calibratedRule } from './calibrated.ts';
import type { Rule } from './rule.ts';

/** P2's trust update; its weights are open there. These are our own. */
const TRUST = { lambda: 0.1, min: 0.1, max: 2, start: 1 };

/** Chosen on seeds that no result is told of: docs/simulation.md. */
const CALIBRATION: Calibration = { memory: 500, bias: 1, spread: 1.5, reach: 2 };

/**
 * @param stakes of every evaluator, for Yuma
 * @param most scores that are ever passed at once
 */
export function makeRule(rule: SimulatedConsensus, stakes: Float64Array, most: number): Rule {
  if (rule === 'mean') return { ...STATELESS, value: (scores, _, n) => mean(scores, 0, n) };
  if (rule === 'median') return sortedRule(most, (s, n) => (s[(n - 1) >> 1]! + s[n >> 1]!) / 2);
  if (rule === 'within-sd') return { ...STATELESS, value: (scores, _, n) => meanWithinSd(scores, n) };
  if (rule === 'yuma') return yumaRule(0.5, stakes, most);
  if (rule === 'calibrated') return calibratedRule(CALIBRATION, stakes.length, most);
  if (rule === 'trust') return trustRule(TRUST, stakes.length);
  if ('trimmed' in rule) {
    return sortedRule(most, (s, n) => {
      const cut = Math.floor(n * rule.trimmed);
      return mean(s, cut, n - cut);
    });
  }
  if ('yuma' in rule) return yumaRule(rule.yuma.kappa, stakes, most);
  if ('calibrated' in rule) return calibratedRule(rule.calibrated, stakes.length, most);
  return trustRule(rule.trust, stakes.length);
}

/** How a rule is called in results. */
export function ruleName(rule: SimulatedConsensus): string {
  return typeof rule === 'string' ? rule : Object.keys(rule)[0]!;
}

const STATELESS = { isStateful: false, learn() {} };

function mean(scores: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += scores[i]!;
  return sum / (to - from);
}

function sortedRule(most: number, of: (sorted: Float64Array, n: number) => number): Rule {
  const sorted = new Float64Array(most);
  return {
    ...STATELESS,
    value(scores, _, n) {
      for (let i = 0; i < n; i++) {
        const score = scores[i]!;
        let at = i;
        while (at > 0 && sorted[at - 1]! > score) sorted[at] = sorted[--at]!;
        sorted[at] = score;
      }
      return of(sorted, n);
    },
  };
}

/**
 * The mean of the scores within one population standard deviation of the mean of all (the deployed oracle of 2024's
 * audit). One of them always is; the tolerance keeps rounding from denying it.
 */
function meanWithinSd(scores: Float64Array, n: number): number {
  const centre = mean(scores, 0, n);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (scores[i]! - centre) ** 2;
  const bound = (squares / n) * (1 + 1e-9);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    if ((scores[i]! - centre) ** 2 > bound) continue;
    sum += scores[i]!;
    count++;
  }
  return count === 0 ? centre : sum / count;
}

/**
 * Yuma clipping: the highest score w that evaluators with a share kappa of the committee's stake reach; scores above are
 * cut to it; then the mean weighted by stake.
 */
function yumaRule(kappa: number, stakes: Float64Array, most: number): Rule {
  const order = new Int32Array(most);
  return {
    ...STATELESS,
    value(scores, seats, n) {
      let total = 0;
      for (let i = 0; i < n; i++) {
        total += stakes[seats[i]!]!;
        let at = i;
        while (at > 0 && scores[order[at - 1]!]! < scores[i]!) order[at] = order[--at]!;
        order[at] = i;
      }
      // Shares that add up to kappa but for rounding count as kappa.
      const needed = kappa * total * (1 - 1e-12);
      let support = 0;
      let clip = 0;
      for (let i = 0; i < n && support < needed; i++) {
        support += stakes[seats[order[i]!]!]!;
        clip = scores[order[i]!]!;
      }
      let sum = 0;
      for (let i = 0; i < n; i++) sum += stakes[seats[i]!]! * Math.min(scores[i]!, clip);
      return sum / total;
    },
  };
}

/** w <- clip(w (1 + lambda (0.5 - d)), min, max) with d = |s - consensus| / 10 (arXiv 2601.21189, Eq. 21). */
function trustRule(trust: typeof TRUST, evaluators: number): Rule {
  const { lambda, min, max, start } = trust;
  const weights = new Float64Array(evaluators).fill(start);
  return {
    isStateful: true,
    value(scores, seats, n) {
      let sum = 0;
      let total = 0;
      for (let i = 0; i < n; i++) {
        const weight = weights[seats[i]!]!;
        sum += weight * scores[i]!;
        total += weight;
      }
      return sum / total;
    },
    learn(scores, seats, n, consensus) {
      for (let i = 0; i < n; i++) {
        const seat = seats[i]!;
        const distance = Math.abs(scores[i]! - consensus) / 10;
        weights[seat] = Math.min(max, Math.max(min, weights[seat]! * (1 + lambda * (0.5 - distance))));
      }
    },
  };
}
