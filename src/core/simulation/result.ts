import { firstBlock, type Layout } from './layout.ts';
import type { Plan } from './plan.ts';
import { QUANTILES, RefinedQuantiles } from './quantiles.ts';
import { ruleName } from './rules.ts';
import { gridOf, type JoinedParts, tellCounted } from './runner.ts';
import { moments, type Tally } from './tally.ts';

/** What came of a simulation. Null is undefined: no round, no known cost, or no meaning in this mode. */
export interface SimulationResult {
  mode: 'montecarlo' | 'exact';
  rounds: number | null;
  seed: number | null;
  models: SimulatedNodeResult[];
  evaluators: SimulatedNodeResult[];
  consensus: {
    rule: string;
    /** Consensus minus that of the honest full panel, and minus truth, in score points. */
    againstPanel: { bias: number | null; rmse: number | null };
    againstTruth: { bias: number | null; rmse: number | null; pearson: number | null };
  };
  attack: {
    /** Mean over the attacking nodes of their mean reward minus that of the same nodes in the same rounds, all honest. */
    gain: number | null;
    gainStderr: number | null;
    /** Share of rounds in which attackers held more than half of the seats. */
    captured: number;
    /** Attackers, and models that colluding evaluators favour. */
    nodes: { id: string; role: 'model' | 'evaluator'; attacks: boolean; gain: number | null }[];
  } | null;
  /** Per round: answers that were missing, answers that nobody in the committee scored, seats left empty. */
  gaps: { void: number; unscored: number; emptySeats: number };
  quantiles: { method: 'exact' | 'grid'; width: number | null } | null;
  /** Mean rewards of the rounds up to each of `rounds` since the one before. */
  overTime: { rounds: number[]; models: SimulatedSeries[]; evaluators: SimulatedSeries[] } | null;
  warnings: string[];
}

export interface SimulatedNodeResult {
  id: string;
  /** Rounds in which it was paid or charged. */
  rounds: number | null;
  reward: {
    mean: number | null;
    stderr: number | null;
    p05: number | null;
    p50: number | null;
    p95: number | null;
    /** Standard deviation of the reward of a round. */
    sd: number | null;
  };
  /** (mean + beta) / (alpha + beta), clipped to [0, 1]. */
  normalized: number | null;
  /** Of all positive pay of its kind of node. */
  payShare: number | null;
  /** Mean reward with beta = 0: the original, cost-blind Proof of Quality. */
  costBlind: number | null;
}

export interface SimulatedSeries {
  id: string;
  reward: (number | null)[];
}

type Quantiles = (node: number) => (number | null)[];

/** Below this many points over time their spread says too little about the error of a mean. */
const FEWEST_BATCHES = 10;

export function montecarloResult(plan: Plan, layout: Layout, joined: JoinedParts): SimulationResult {
  const { total, slices } = joined;
  const batches = plan.hasState && slices.length >= FEWEST_BATCHES ? slices : null;
  return {
    ...commonResult(plan, total, 'montecarlo', quantilesOf(plan, joined), batches),
    rounds: layout.rounds,
    seed: plan.simulation.seed,
    gaps: gapsOf(total),
    quantiles: joined.grid ? { method: 'grid', width: joined.grid.width } : { method: 'exact', width: null },
    overTime: overTime(plan, layout, slices),
  };
}

/** @param total sums weighted by probabilities, over everything that can happen in a round */
export function exactResult(plan: Plan, total: Tally): SimulationResult {
  return {
    ...commonResult(plan, total, 'exact', () => QUANTILES.map(() => null), null),
    rounds: null,
    seed: null,
    gaps: gapsOf(total),
    quantiles: null,
    overTime: null,
  };
}

/** Tells, beside an attack's result, what the attackers gained over the same simulation without an attack. */
export function withGain(plan: Plan, attacked: SimulationResult, honest: SimulationResult): SimulationResult {
  const { attackingModels, attackingEvaluators, favoured } = plan.behaviours;
  const nodes = (['model', 'evaluator'] as const).flatMap((role) => {
    const key = role === 'model' ? 'models' : 'evaluators';
    const attacks = role === 'model' ? attackingModels : attackingEvaluators;
    return attacked[key].flatMap(({ id, reward }, i) => {
      const before = honest[key][i]!.reward;
      if (!attacks[i] && !(role === 'model' && favoured[i])) return [];
      const isKnown = reward.mean !== null && before.mean !== null;
      const gain = isKnown ? reward.mean! - before.mean! : null;
      return [
        { id, role, attacks: attacks[i] === 1, gain, variance: (reward.stderr ?? 0) ** 2 + (before.stderr ?? 0) ** 2 },
      ];
    });
  });
  const gains = nodes.filter(({ attacks, gain }) => attacks && gain !== null);
  const isExact = attacked.mode === 'exact';
  return {
    ...attacked,
    attack: {
      gain: gains.length === 0 ? null : gains.reduce((sum, { gain }) => sum + gain!, 0) / gains.length,
      gainStderr:
        gains.length === 0 || isExact
          ? null
          : Math.sqrt(gains.reduce((sum, { variance }) => sum + variance, 0)) / gains.length,
      captured: attacked.attack!.captured,
      nodes: nodes.map(({ variance: _, ...node }) => node),
    },
  };
}

function commonResult(
  plan: Plan,
  total: Tally,
  mode: SimulationResult['mode'],
  quantiles: Quantiles,
  batches: Tally[] | null,
): Omit<SimulationResult, 'rounds' | 'seed' | 'gaps' | 'quantiles' | 'overTime'> {
  const { models, evaluators } = plan.population;
  const isExact = mode === 'exact';
  const results = [...models, ...evaluators].map((_, node) =>
    nodeResult(plan, total, node, isExact, quantiles, batches),
  );
  const shares = [results.slice(0, models.length), results.slice(models.length)];
  for (const kind of shares) {
    const pay = kind.map(({ node }) => total.node(node).positive);
    const sum = pay.reduce((a, b) => a + b, 0);
    for (const [i, { result }] of kind.entries()) {
      result.payShare = sum > 0 && result.reward.mean !== null ? pay[i]! / sum : null;
    }
  }
  const untold = [...models, ...evaluators].flatMap(({ id }, i) =>
    plan.unknown[i] === null ? [] : [`${id}: its reward is not known: ${plan.unknown[i]}.`],
  );
  const attacked = [...plan.behaviours.attackingModels, ...plan.behaviours.attackingEvaluators].includes(1);
  return {
    mode,
    models: shares[0]!.map(({ result }) => result),
    evaluators: shares[1]!.map(({ result }) => result),
    consensus: { rule: ruleName(plan.simulation.consensus), ...consensusErrors(total) },
    attack: attacked
      ? { gain: null, gainStderr: null, captured: total.shared('captured') / total.shared('rounds'), nodes: [] }
      : null,
    warnings: [...plan.warnings, ...untold],
  };
}

function nodeResult(
  plan: Plan,
  total: Tally,
  node: number,
  isExact: boolean,
  quantiles: Quantiles,
  batches: Tally[] | null,
): { node: number; result: SimulatedNodeResult } {
  const { models, evaluators } = plan.population;
  const { id } = node < models.length ? models[node]! : evaluators[node - models.length]!;
  const { alpha, beta } = node < models.length ? plan.reward.models : plan.reward.evaluators;
  const { count, sum, squares, gross } = total.node(node);
  const found = plan.unknown[node] === null ? moments(count, sum, squares) : null;
  const [p05, p50, p95] = found ? quantiles(node) : [null, null, null];
  const result: SimulatedNodeResult = {
    id,
    rounds: isExact ? null : count,
    reward: {
      mean: found?.mean ?? null,
      stderr: isExact || !found ? null : batches ? batchError(batches, node) : simpleError(found.sd, count),
      p05: p05!,
      p50: p50!,
      p95: p95!,
      sd: found?.sd ?? null,
    },
    normalized: found ? Math.min(1, Math.max(0, (found.mean + beta) / (alpha + beta))) : null,
    payShare: null,
    costBlind: count > 0 ? gross / count : null,
  };
  return { node, result };
}

/** Of a mean of independent rounds. */
function simpleError(sd: number, count: number): number | null {
  return count > 1 ? sd / Math.sqrt(count - 1) : null;
}

/** Rounds of a rule with state hang together: the error comes from the spread of the means of many rounds each. */
function batchError(batches: Tally[], node: number): number | null {
  const means = batches.flatMap((batch) => {
    const { count, sum } = batch.node(node);
    return count > 0 ? [sum / count] : [];
  });
  if (means.length < 2) return null;
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const squares = means.reduce((a, b) => a + (b - mean) ** 2, 0);
  return Math.sqrt(squares / (means.length - 1) / means.length);
}

function quantilesOf(plan: Plan, { counts, grid, log }: JoinedParts): Quantiles {
  const sink = log ?? grid;
  if (sink) return (node) => sink.quantiles(node);
  const coarse = gridOf(plan);
  tellCounted(plan, counts!, coarse);
  const fine = new RefinedQuantiles(coarse, plan.models + plan.evaluators);
  tellCounted(plan, counts!, fine);
  fine.sort();
  return (node) => fine.quantiles(node);
}

function consensusErrors(total: Tally): Pick<SimulationResult['consensus'], 'againstPanel' | 'againstTruth'> {
  const panel = moments(total.shared('panelCount'), total.shared('panelError'), total.shared('panelSquares'));
  const n = total.shared('truthCount');
  const truth = moments(n, total.shared('truthError'), total.shared('truthSquares'));
  const q = moments(n, total.shared('q'), total.shared('qq'));
  const t = moments(n, total.shared('t'), total.shared('tt'));
  const isDefined = q && t && q.sd > 0 && t.sd > 0;
  return {
    againstPanel: {
      bias: panel?.mean ?? null,
      rmse: panel && Math.sqrt(total.shared('panelSquares') / total.shared('panelCount')),
    },
    againstTruth: {
      bias: truth?.mean ?? null,
      rmse: truth && Math.sqrt(total.shared('truthSquares') / n),
      pearson: isDefined ? (total.shared('qt') / n - q.mean * t.mean) / (q.sd * t.sd) : null,
    },
  };
}

function gapsOf(total: Tally): SimulationResult['gaps'] {
  const rounds = total.shared('rounds');
  return {
    void: total.shared('void') / rounds,
    unscored: total.shared('unscored') / rounds,
    emptySeats: total.shared('emptySeats') / rounds,
  };
}

function overTime(plan: Plan, layout: Layout, slices: Tally[]): SimulationResult['overTime'] {
  const { models, evaluators } = plan.population;
  const series = (node: number) =>
    slices.map((slice) => {
      const { count, sum } = slice.node(node);
      return count > 0 && plan.unknown[node] === null ? sum / count : null;
    });
  return {
    rounds: slices.map((_, i) => Math.min(layout.rounds, firstBlock(layout, i + 1) * layout.blockLength)),
    models: models.map(({ id }, i) => ({ id, reward: series(i) })),
    evaluators: evaluators.map(({ id }, i) => ({ id, reward: series(models.length + i) })),
  };
}
