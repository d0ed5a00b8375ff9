import type { Config } from '../config.ts';
import { SimulationError } from './errors.ts';
import { COPY, makePlan, type Plan, RUNNING_MEAN } from './plan.ts';
import type { Population } from './population.ts';
import { exactResult, type SimulationResult, withGain } from './result.ts';
import { Round } from './round.ts';
import { ruleName } from './rules.ts';
import { finish, isUnderAttack } from './simulate.ts';
import { allSubsets, binomial } from './subsets.ts';
import { Tally } from './tally.ts';

type Settings = Pick<Config, 'reward' | 'simulation'>;

const MOST_TERMS = 100_000_000;

/** What the exact sums would take, and why they cannot be had; `reason` is null where they can. */
interface Exactness {
  terms: number;
  reason: string | null;
  /** The key of the config that is in the way. */
  key: string;
}

/**
 * Whether expectation and variance of every reward are finite sums over (sample, model, committee, outcomes): nothing
 * may depend on earlier rounds or be drawn from a continuum, and at most 10^8 terms.
 */
function exactness(plan: Plan): Exactness {
  const { simulation } = plan;
  const terms = termsOf(plan);
  const many = `${terms.toLocaleString('en-US')} terms`;
  if (plan.hasState) {
    const isLazy = plan.dynamic.includes(RUNNING_MEAN);
    const what = isLazy ? 'the running mean' : `the rule ${JSON.stringify(ruleName(simulation.consensus))}`;
    const reason = `${what} depends on earlier rounds, so no finite sum exists (a round without it has ${many})`;
    return { terms, key: isLazy ? 'attacks' : 'consensus', reason };
  }
  if (plan.hasNoise) {
    const reason = `the attack "noise" has a continuum of outcomes (a round without it has ${many})`;
    return { terms, key: 'attacks', reason };
  }
  const tooMany = `it would take ${many}; at most ${MOST_TERMS.toLocaleString('en-US')} are summed`;
  return { terms, key: 'k', reason: terms > MOST_TERMS ? tooMany : null };
}

/**
 * The exact result; yields the share of the work that is done.
 * @throws SimulationError also where there is none
 */
export function* exactSums(population: Population, settings: Settings): Generator<number, SimulationResult> {
  const plan = makePlan(population, settings);
  const { reason, key } = exactness(plan);
  if (reason !== null) throw new SimulationError(['simulation', key], `cannot be computed exactly: ${reason}`);
  const isAttacked = isUnderAttack(plan);
  const attacked = yield* sumUp(plan, 0, isAttacked ? 0.5 : 1);
  if (!isAttacked) return attacked;
  return withGain(plan, attacked, yield* sumUp(makePlan(population, settings, true), 0.5, 1));
}

/** The same at one go. */
export function exact(population: Population, settings: Settings): SimulationResult {
  return finish(exactSums(population, settings));
}

/** Committees with j members that may or may not attack have 2^j outcomes; with copiers the order counts too. */
function termsOf(plan: Plan): number {
  const { k } = plan.simulation;
  const wavering = plan.probability.reduce((count, p) => count + (p < 1 ? 1 : 0), 0);
  let outcomes = 0;
  for (let j = 0; j <= k; j++) outcomes += binomial(wavering, j) * binomial(plan.evaluators - wavering, k - j) * 2 ** j;
  return plan.rows * plan.models * outcomes * (plan.dynamic.includes(COPY) ? factorial(k) : 1);
}

function* sumUp(plan: Plan, from: number, to: number): Generator<number, SimulationResult> {
  const nodes = plan.models + plan.evaluators;
  const { k, draw } = plan.simulation;
  const tally = new Tally(nodes);
  const total = new Tally(nodes);
  const round = new Round(plan, tally, null, null);
  const subsets = allSubsets(plan.evaluators, k);
  const orders = plan.dynamic.includes(COPY) ? permutations(k) : [Array.from({ length: k }, (_, i) => i)];
  const chance = k / subsets.length / orders.length / plan.rows;
  const answers = draw === 'all' ? 1 : plan.models;
  for (let row = 0; row < plan.rows; row++) {
    for (let answer = 0; answer < answers; answer++) {
      const weight = chance * (draw === 'all' ? 1 : modelChance(plan, answer));
      for (let first = 0; first < subsets.length; first += k) {
        for (const order of orders) {
          for (let seat = 0; seat < k; seat++) round.seats[seat] = subsets[first + order[seat]!]!;
          playOutcomes(plan, round, row, draw === 'all' ? -1 : answer, weight, 0);
        }
      }
      yield from + ((to - from) * (row * answers + answer + 1)) / (plan.rows * answers);
    }
    total.addAll(tally);
    tally.clear();
  }
  return exactResult(plan, total);
}

/** Every way in which the seats from `seat` on attack or do not. */
function playOutcomes(plan: Plan, round: Round, row: number, model: number, weight: number, seat: number): void {
  if (seat === round.seats.length) {
    round.play(row, model, weight);
    return;
  }
  const attacks = plan.probability[round.seats[seat]!]!;
  if (attacks > 0) {
    round.active[seat] = 1;
    playOutcomes(plan, round, row, model, weight * attacks, seat + 1);
  }
  if (attacks < 1) {
    round.active[seat] = 0;
    playOutcomes(plan, round, row, model, weight * (1 - attacks), seat + 1);
  }
}

function modelChance({ modelCdf, models }: Plan, model: number): number {
  if (modelCdf === null) return 1 / models;
  return modelCdf[model]! - (model === 0 ? 0 : modelCdf[model - 1]!);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((shorter) =>
    Array.from({ length: n }, (_, at) => [...shorter.slice(0, at), n - 1, ...shorter.slice(at)]),
  );
}
