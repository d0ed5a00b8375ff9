import type { Config } from '../config.ts';
import type { SimulationConfig } from '../config-simulation.ts';
import { FAILED, GOOD } from '../report/table.ts';
import { budgetCost, minmaxCosts } from '../reward/cost.ts';
import { nextUnit } from '../stats/normal.ts';
import { assignAttacks, type Behaviours, honestBehaviours, type ScoreAttack, workShare } from './attacks.ts';
import { SimulationError } from './errors.ts';
import type { Population } from './population.ts';
import { makeRule } from './rules.ts';
import { namedStream } from './streams.ts';

/** What an evaluator does with a score in the moment of the round, beyond what is known before it. */
const AS_REPORTED = 0;
export const NOISE = 1;
export const RUNNING_MEAN = 2;
export const COPY = 3;

/** A population and its protocol as the loops of the rounds want them. Cells and scores are numbered as in Population. */
export interface Plan {
  population: Population;
  simulation: SimulationConfig;
  reward: Config['reward'];
  behaviours: Behaviours;
  rows: number;
  models: number;
  evaluators: number;
  /** What becomes of a cell: VOID (no round), PAID_ZERO (a failure) or SCORED. */
  fate: Uint8Array;
  /** What an evaluator says when it does not attack, and when it does, before noise and copying. */
  honest: Float64Array;
  reported: Float64Array;
  /** By evaluator. */
  dynamic: Uint8Array;
  strength: Float64Array;
  /** Probability that it attacks in a round; 1 also for the honest, who have nothing to draw. */
  probability: Float64Array;
  /** Honest consensus of all evaluators, by cell. */
  panel: Float64Array;
  /** beta * C as reported, by cell. */
  modelPenalty: Float64Array;
  /** The same at `cell * penaltyStride + evaluator`: the stride is 0 where it does not depend on the cell. */
  evaluatorPenalty: Float64Array;
  penaltyStride: number;
  /** Probability that a round's cost report is found false, by node: models, then evaluators. */
  caught: Float64Array;
  /** Nodes whose reward cannot be told, models first, with the reason. */
  unknown: (string | null)[];
  /** Cumulative stake of the models, ending in 1; null where all are equally likely. */
  modelCdf: Float64Array | null;
  hasState: boolean;
  hasNoise: boolean;
  warnings: string[];
}

const VOID = 0;
export const PAID_ZERO = 1;
export const SCORED = 2;

type Settings = Pick<Config, 'reward' | 'simulation'>;

/**
 * @param honest leaves the attacks out
 * @throws SimulationError
 */
export function makePlan(population: Population, { reward, simulation }: Settings, honest = false): Plan {
  const { rows, evaluators, models } = population;
  if (simulation.k > evaluators.length)
    throw new SimulationError(
      ['simulation', 'k'],
      `${simulation.k} evaluators a round cannot be drawn from a population of ${evaluators.length}`,
    );
  const warnings: string[] = [];
  const behaviours = honest ? honestBehaviours(population) : assignAttacks(population, simulation, warnings);
  const fate = population.state.map((state) =>
    state === GOOD ? SCORED : state === FAILED && reward.failures === 'zero' ? PAID_ZERO : VOID,
  );
  if (fate.every((is) => is === VOID)) throw new SimulationError(['run'], 'has no generation that a round could use');
  const said = scoresSaid(population, behaviours, simulation.seed);
  const attacks = behaviours.scores;
  const dynamic = Uint8Array.from(attacks, (attack) => dynamicOf(attack, simulation.commitReveal));
  const modelCosts = modelPenalties(population, fate, behaviours, reward);
  const evaluatorCosts = evaluatorPenalties(population, behaviours, reward, simulation);
  return {
    population,
    simulation,
    reward,
    behaviours,
    rows,
    models: models.length,
    evaluators: evaluators.length,
    fate,
    ...said,
    dynamic,
    strength: Float64Array.from(attacks, (attack) => attack?.strength ?? 0),
    probability: Float64Array.from(attacks, (attack, e) =>
      attack && isFelt(attack, dynamic[e]!) ? attack.probability : 1,
    ),
    panel: panelOf(population, simulation),
    modelPenalty: modelCosts.penalty,
    evaluatorPenalty: evaluatorCosts.penalty,
    penaltyStride: evaluatorCosts.stride,
    caught: Float64Array.from(
      [...behaviours.modelLies, ...behaviours.evaluatorLies],
      (lies) => lies * simulation.audit.probability,
    ),
    unknown: [...modelCosts.unknown, ...evaluatorCosts.unknown],
    modelCdf: simulation.draw === 'stake' ? cumulative(models.map(({ stake }) => stake)) : null,
    hasState: makeRule(simulation.consensus, new Float64Array(1), 1).isStateful || dynamic.includes(RUNNING_MEAN),
    hasNoise: dynamic.includes(NOISE),
    warnings: [
      ...warnings,
      ...notes(population, { reward, simulation }, [...modelCosts.notes, ...evaluatorCosts.notes]),
    ],
  };
}

/** False where attacking and not attacking are the same: nothing then needs to be drawn. */
function isFelt({ kind, strength }: ScoreAttack, dynamic: number): boolean {
  return strength > 0 && (kind !== 'copier' || dynamic === COPY);
}

function dynamicOf(attack: ScoreAttack | null, commitReveal: boolean): number {
  if (attack === null || attack.strength === 0 || attack.probability === 0) return AS_REPORTED;
  if (attack.kind === 'noise') return NOISE;
  if (attack.kind === 'lazy' && attack.guess === 'running-mean') return RUNNING_MEAN;
  return attack.kind === 'copier' && !commitReveal ? COPY : AS_REPORTED;
}

function scoresSaid(population: Population, { scores: attacks, favours, gaming }: Behaviours, seed: number) {
  const { scores, models, evaluators, rows } = population;
  const width = evaluators.length;
  const honest = gaming.some(({ strength }) => strength > 0) ? scores.slice() : scores;
  for (const [model, { evaluators: pleased, strength, probability }] of gaming.entries()) {
    if (strength === 0) continue;
    const rng = namedStream(seed, 'gaming', models[model]!.id);
    for (let row = 0; row < rows; row++) {
      if (nextUnit(rng) >= probability) continue;
      const first = (row * models.length + model) * width;
      for (const e of pleased) honest[first + e] = Math.min(10, honest[first + e]! + strength);
    }
  }
  const reported = attacks.every((attack) => attack === null) ? honest : honest.slice();
  for (const [e, attack] of attacks.entries()) {
    if (attack === null) continue;
    const favoured = favours[e];
    for (let cell = 0; cell < rows * models.length; cell++) {
      if (favoured && !favoured.includes(cell % models.length)) continue;
      reported[cell * width + e] = say(attack, honest[cell * width + e]!);
    }
  }
  return { honest, reported };
}

/** A score under an attack, as far as it is known before the round. NaN stays NaN. */
function say(attack: ScoreAttack, score: number): number {
  switch (attack.kind) {
    case 'boosting':
    case 'intermittent':
    case 'collusion':
      return Math.min(10, score + attack.strength);
    case 'sabotage':
      return Math.max(0, score - attack.strength);
    case 'lazy':
      return attack.guess === 'running-mean' ? score : (1 - attack.strength) * score + attack.strength * attack.guess;
    default:
      return score;
  }
}

function panelOf(population: Population, simulation: SimulationConfig): Float64Array {
  const { scores, evaluators, state } = population;
  const stakes = Float64Array.from(evaluators, ({ stake }) => stake);
  const rule = makeRule(simulation.panel === 'mean' ? 'mean' : simulation.consensus, stakes, evaluators.length);
  const present = new Float64Array(evaluators.length);
  const seats = new Int32Array(evaluators.length);
  const panel = new Float64Array(state.length).fill(Number.NaN);
  for (let cell = 0; cell < state.length; cell++) {
    let n = 0;
    for (let e = 0; e < evaluators.length; e++) {
      const score = scores[cell * evaluators.length + e]!;
      if (Number.isNaN(score)) continue;
      seats[n] = e;
      present[n++] = score;
    }
    if (n > 0) panel[cell] = rule.value(present, seats, n);
  }
  return panel;
}

function modelPenalties(population: Population, fate: Uint8Array, behaviours: Behaviours, reward: Config['reward']) {
  const { models, modelCosts, modelMeanCosts } = population;
  const { beta, cost } = reward.models;
  const factors = behaviours.modelCostFactor;
  const penalty = new Float64Array(fate.length);
  const unknown: (string | null)[] = models.map(() => null);
  const notes: string[] = [];
  const reason = `the reward needs the cost in ${cost.of}, which is not known`;
  if (cost.normalize === 'minmax') {
    const pool = minmaxCosts(Array.from(modelMeanCosts, (mean, m) => mean * factors[m]!));
    if (noPool(pool)) notes.push('models');
    for (let cell = 0; cell < fate.length; cell++) penalty[cell] = penaltyOf(beta, pool[cell % models.length]!);
    for (const m of models.keys()) {
      const succeeded = fate.some((is, cell) => is === SCORED && cell % models.length === m);
      if (!succeeded) unknown[m] = 'it has no successful generation, so it is outside the pool of min-max';
      else if (beta > 0 && Number.isNaN(pool[m]!)) unknown[m] = reason;
    }
    return { penalty, unknown, notes };
  }
  for (let cell = 0; cell < fate.length; cell++) {
    if (fate[cell] === VOID) continue;
    const model = cell % models.length;
    const spent = modelCosts[cell]!;
    if (Number.isNaN(spent) && fate[cell] === SCORED && beta > 0) unknown[model] = reason;
    // A failure that nobody measured takes the whole budget, as in the run's figures.
    penalty[cell] = Number.isNaN(spent) ? beta : beta * budgetCost(spent * factors[model]!, cost.normalize.budget);
  }
  return { penalty, unknown, notes };
}

function evaluatorPenalties(
  population: Population,
  behaviours: Behaviours,
  reward: Config['reward'],
  simulation: SimulationConfig,
) {
  const { evaluators, evaluatorCosts, evaluatorMeanCosts, scores } = population;
  const { beta, cost } = reward.evaluators;
  const shares = behaviours.scores.map(
    (attack, e) => workShare(attack, simulation) * behaviours.evaluatorCostFactor[e]!,
  );
  const unknown: (string | null)[] = evaluators.map(() => null);
  const reason = `the reward needs the cost in ${cost.of}, which is not known`;
  if (cost.normalize === 'minmax') {
    const pool = minmaxCosts(Array.from(evaluatorMeanCosts, (mean, e) => mean * shares[e]!));
    for (const e of evaluators.keys()) if (beta > 0 && Number.isNaN(pool[e]!)) unknown[e] = reason;
    const penalty = Float64Array.from(pool, (c) => penaltyOf(beta, c));
    return { penalty, stride: 0, unknown, notes: noPool(pool) ? ['evaluators'] : [] };
  }
  const { budget } = cost.normalize;
  const penalty = evaluatorCosts.map((spent, at) => {
    const e = at % evaluators.length;
    if (Number.isNaN(spent) && !Number.isNaN(scores[at]!) && beta > 0) unknown[e] = reason;
    return penaltyOf(beta, budgetCost(spent * shares[e]!, budget));
  });
  return { penalty, stride: evaluators.length, unknown, notes: [] };
}

/** Without a known cost none is charged; the node is marked as one whose reward cannot be told. */
function penaltyOf(beta: number, cost: number): number {
  return beta === 0 || Number.isNaN(cost) ? 0 : beta * cost;
}

function noPool(pool: readonly number[]): boolean {
  const known = pool.filter((cost) => !Number.isNaN(cost));
  return known.length > 0 && known.every((cost) => cost === 0);
}

function cumulative(stakes: readonly number[]): Float64Array {
  const total = stakes.reduce((sum, stake) => sum + stake, 0);
  const cdf = new Float64Array(stakes.length);
  let sum = 0;
  for (const [i, stake] of stakes.entries()) {
    sum += stake;
    cdf[i] = sum / total;
  }
  cdf[cdf.length - 1] = 1;
  return cdf;
}

/** What the reader of the figures must know about the population. */
function notes(population: Population, { reward, simulation }: Settings, withoutPool: string[]): string[] {
  const { gaps, state, evaluators } = population;
  const list: string[] = [];
  for (const who of withoutPool)
    list.push(`There is no pool to compare the ${who} in (only one, or all equal): the normalised cost is 0.`);
  if (gaps.absent > 0)
    list.push(`${gaps.absent} of ${state.length} generations are missing; a round that draws one pays nobody.`);
  if (gaps.failed > 0)
    list.push(
      `${gaps.failed} of ${state.length} generations failed; ${reward.failures === 'zero' ? 'a round that draws one pays its model for quality 0, and no evaluator' : 'a round that draws one pays nobody ("failures": "exclude")'}.`,
    );
  if (gaps.missingScores > 0)
    list.push(
      `${gaps.missingScores} of ${(state.length - gaps.absent - gaps.failed) * evaluators.length} scores are missing; an evaluator that has none leaves its seat empty.`,
    );
  if (simulation.k === 1)
    list.push(
      reward.closeness === 'inclusive'
        ? 'With one evaluator a round its score is the consensus, so its closeness is 1 whatever it says.'
        : 'With one evaluator a round there is no consensus of others, so evaluators have no closeness and no reward.',
    );
  return list;
}
