import type { Config } from '../config.ts';
import type { Attack, SimulatedConsensus } from '../config-simulation.ts';
import type { Population } from './population.ts';
import { ruleName } from './rules.ts';
import { simulation } from './simulate.ts';
import { captureChance } from './subsets.ts';

/** What is assumed and what must be kept. */
export interface AdvisorQuestion {
  /** Share of the evaluators that is malicious. */
  malicious: number;
  /** Highest chance that they hold more than half of a committee. */
  maxCapture: number;
  /** Highest mean cost of a committee, in the unit of the evaluators' cost; null for any. */
  maxCost: number | null;
}

export interface Advice {
  /** The smallest committee that keeps both bounds; null where none does. */
  k: number | null;
  /** The rule whose largest error under the attacks that were tried is smallest. */
  rule: SimulatedConsensus | null;
  reason: string;
  /** What committees up to the whole population would do. */
  committees: { k: number; capture: number; cost: number | null }[];
  /** RMSE against the honest full panel's mean, in score points, with this committee. */
  rules: { rule: SimulatedConsensus; honest: number; attacks: { kind: string; rmse: number }[]; worst: number }[];
}

const RULES: SimulatedConsensus[] = ['mean', 'median', { trimmed: 0.2 }, 'trust', 'yuma', 'within-sd', 'calibrated'];
const ATTACKS = ['boosting', 'sabotage', 'noise', 'intermittent', 'lazy'] as const;

/**
 * The smallest committee and the rule for a population: the chance of capture is exact, the errors of the rules are
 * simulated. Yields the share of the work that is done.
 */
export function* advise(
  population: Population,
  settings: Pick<Config, 'reward' | 'simulation'>,
  question: AdvisorQuestion,
): Generator<number, Advice> {
  const { malicious, maxCapture, maxCost } = question;
  const { length } = population.evaluators;
  const bad = Math.round(malicious * length);
  const costs = [...population.evaluatorMeanCosts];
  const meanCost = costs.some(Number.isNaN) ? null : costs.reduce((sum, cost) => sum + cost, 0) / length;
  const committees = Array.from({ length }, (_, i) => ({
    k: i + 1,
    capture: captureChance(length, bad, i + 1),
    cost: meanCost === null ? null : (i + 1) * meanCost,
  }));
  const isCheap = ({ cost }: { cost: number | null }) => maxCost === null || (cost !== null && cost <= maxCost);
  const found = committees.find((committee) => committee.capture <= maxCapture && isCheap(committee));
  const who = `${bad} of ${length} evaluators malicious`;
  if (!found) {
    return {
      k: null,
      rule: null,
      reason: whyNone(committees.filter(isCheap), who, question, meanCost),
      committees,
      rules: [],
    };
  }
  const rules: Advice['rules'] = [];
  for (const [i, rule] of RULES.entries()) {
    const errors: number[] = [];
    for (const [j, kind] of [null, ...ATTACKS].entries()) {
      const attacks: Attack[] = kind === null ? [] : [attackOf(kind, bad / length)];
      const options = { ...settings.simulation, k: found.k, consensus: rule, panel: 'mean' as const, attacks };
      const work = simulation(population, { ...settings, simulation: options });
      let step = work.next();
      while (!step.done) {
        yield (i + (j + step.value) / (ATTACKS.length + 1)) / RULES.length;
        step = work.next();
      }
      errors.push(step.value.consensus.againstPanel.rmse ?? Number.NaN);
    }
    const [honest, ...attacked] = errors;
    rules.push({
      rule,
      honest: honest!,
      attacks: ATTACKS.map((kind, j) => ({ kind, rmse: attacked[j]! })),
      worst: Math.max(...errors),
    });
  }
  const best = rules.reduce((a, b) => (b.worst < a.worst ? b : a));
  const cost = found.cost === null || maxCost === null ? '' : ` at a cost of ${found.cost.toPrecision(3)}`;
  const reason =
    `With ${who}, ${found.k} is the smallest committee that they capture in at most ${percent(maxCapture)} of the ` +
    `rounds (${percent(found.capture)})${cost}. Of the rules, ${ruleName(best.rule)} is at worst ` +
    `${best.worst.toFixed(2)} points from the honest panel (mean: ${rules[0]!.worst.toFixed(2)}).`;
  return { k: found.k, rule: best.rule, reason, committees, rules };
}

function attackOf(kind: (typeof ATTACKS)[number], share: number): Attack {
  if (kind === 'noise') return { kind, share, strength: 3, probability: 1 };
  if (kind === 'lazy') return { kind, share, strength: 1, guess: 5, probability: 1 };
  return { kind, share, strength: 3, probability: kind === 'intermittent' ? 0.5 : 1 };
}

function whyNone(
  affordable: Advice['committees'],
  who: string,
  { maxCapture, maxCost }: AdvisorQuestion,
  meanCost: number | null,
): string {
  if (maxCost !== null && meanCost === null)
    return 'The cost of an evaluator is not known, so no bound on it can be kept.';
  if (affordable.length === 0) return `Even one evaluator costs ${meanCost!.toPrecision(3)}, more than ${maxCost}.`;
  const best = affordable.reduce((a, b) => (b.capture < a.capture ? b : a));
  return (
    `With ${who}, no committee${maxCost === null ? '' : ` that costs at most ${maxCost}`} is captured in at most ` +
    `${percent(maxCapture)} of the rounds; the best has ${best.k} evaluators and ${percent(best.capture)}.`
  );
}

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
