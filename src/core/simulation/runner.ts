import { nextUnit } from '../stats/normal.ts';
import type { Rng } from '../stats/rng.ts';
import { firstBlock, type Layout, needsChance, outcomesOf, roundsOfBlock } from './layout.ts';
import type { Plan } from './plan.ts';
import { RewardGrid, RewardLog } from './quantiles.ts';
import { Round } from './round.ts';
import { behaviourStream, lotteryStream } from './streams.ts';
import { allSubsets } from './subsets.ts';
import { type RewardSink, Tally } from './tally.ts';

/** Beyond this, quantiles of rounds that are played one by one come from a grid. */
const MOST_LOGGED = 1_000_000;

/**
 * What some slices of a simulation came to, as plain data that can be sent between threads. All parts together give one
 * result, however the slices were dealt out.
 */
export interface Part {
  /** Sums of each slice, by its number. */
  slices: Map<number, Float64Array>;
  /** How often each outcome came, where outcomes are counted. */
  counts: Uint32Array | null;
  grid: Float64Array | null;
  log: { values: Float64Array[]; counts: Float64Array } | null;
}

/** Rounds of one thread. Where a rule has state, one runner does all slices, in order. */
export class Runner {
  readonly #plan: Plan;
  readonly #layout: Layout;
  readonly #tally: Tally;
  readonly #round: Round;
  readonly #isRandom: boolean;
  readonly #order: Int32Array;
  readonly #slices = new Map<number, Float64Array>();
  readonly #log: RewardLog | null;
  readonly #grid: RewardGrid | null;
  readonly #subsets: Int32Array | null;
  readonly #counts: Uint32Array | null;
  readonly #sliceCounts: Uint32Array | null;

  constructor(plan: Plan, layout: Layout) {
    const nodes = plan.models + plan.evaluators;
    const { isCounted, rounds } = layout;
    this.#plan = plan;
    this.#layout = layout;
    this.#tally = new Tally(nodes);
    this.#log = isCounted || rounds > MOST_LOGGED ? null : new RewardLog(nodes);
    this.#grid = isCounted || this.#log ? null : gridOf(plan);
    this.#round = new Round(plan, this.#tally, this.#log ?? this.#grid, null);
    this.#isRandom = needsChance(plan);
    this.#order = new Int32Array(plan.evaluators);
    this.#subsets = isCounted ? allSubsets(plan.evaluators, plan.simulation.k) : null;
    const outcomes = isCounted ? outcomesOf(plan) : 0;
    this.#counts = isCounted ? new Uint32Array(outcomes) : null;
    this.#sliceCounts = isCounted ? new Uint32Array(outcomes) : null;
  }

  /** Plays one slice; yields the rounds done since the last time, every few milliseconds. */
  *run(slice: number): Generator<number, void> {
    const sums = new Tally(this.#tally.nodes);
    for (let block = firstBlock(this.#layout, slice); block < firstBlock(this.#layout, slice + 1); block++) {
      const rounds = roundsOfBlock(this.#layout, block);
      const lottery = lotteryStream(this.#plan.simulation.seed, block);
      if (this.#sliceCounts) this.#count(lottery, rounds, this.#sliceCounts);
      else this.#play(lottery, block, rounds);
      // Block by block, so that small numbers are not lost in large sums.
      sums.addAll(this.#tally);
      this.#tally.clear();
      yield rounds;
    }
    if (this.#sliceCounts) {
      settleCounts(this.#plan, this.#sliceCounts, this.#subsets!, this.#round);
      sums.addAll(this.#tally);
      this.#tally.clear();
      for (let i = 0; i < this.#sliceCounts.length; i++) this.#counts![i]! += this.#sliceCounts[i]!;
      this.#sliceCounts.fill(0);
    }
    this.#slices.set(slice, sums.sums);
  }

  part(): Part {
    return {
      slices: this.#slices,
      counts: this.#counts,
      grid: this.#grid?.counts ?? null,
      log: this.#log && { values: this.#log.values, counts: this.#log.counts },
    };
  }

  #count(lottery: Rng, rounds: number, counts: Uint32Array): void {
    const { modelCdf, models, rows } = this.#plan;
    if (modelCdf === null) {
      const outcomes = counts.length;
      for (let i = 0; i < rounds; i++) counts[lottery.nextInt(outcomes)]!++;
      return;
    }
    const committees = counts.length / (rows * models);
    for (let i = 0; i < rounds; i++) {
      const cell = lottery.nextInt(rows) * models + byStake(lottery, modelCdf);
      counts[cell * committees + lottery.nextInt(committees)]!++;
    }
  }

  #play(lottery: Rng, block: number, rounds: number): void {
    const { rows, models, evaluators, modelCdf, probability, simulation } = this.#plan;
    const round = this.#round;
    const order = this.#order;
    const { k } = simulation;
    const isAll = simulation.draw === 'all';
    const rng = this.#isRandom ? behaviourStream(simulation.seed, block) : null;
    round.rng = rng;
    for (let e = 0; e < evaluators; e++) order[e] = e;
    for (let i = 0; i < rounds; i++) {
      const row = lottery.nextInt(rows);
      const model = isAll ? -1 : modelCdf === null ? lottery.nextInt(models) : byStake(lottery, modelCdf);
      // The order that the last round left is as good a start of a shuffle as any.
      for (let seat = 0; seat < k; seat++) {
        const from = seat + lottery.nextInt(evaluators - seat);
        const evaluator = order[from]!;
        order[from] = order[seat]!;
        order[seat] = evaluator;
        round.seats[seat] = evaluator;
        if (rng) {
          const chance = probability[evaluator]!;
          round.active[seat] = chance === 1 || nextUnit(rng) < chance ? 1 : 0;
        }
      }
      round.play(row, model, 1);
    }
  }
}

/** A grid over every reward that is possible. */
export function gridOf(plan: Plan, counts?: Float64Array): RewardGrid {
  const { models, evaluators } = plan.reward;
  const stake = plan.caught.some((chance) => chance > 0) ? plan.simulation.audit.stake : 0;
  const low = -Math.max(models.beta, evaluators.beta) - stake;
  return new RewardGrid(plan.models + plan.evaluators, low, Math.max(models.alpha, evaluators.alpha), counts);
}

/** Settles every outcome that came, as often as it came. */
function settleCounts(plan: Plan, counts: Uint32Array, subsets: Int32Array, round: Round): void {
  const { k, draw } = plan.simulation;
  const committees = subsets.length / k;
  const answers = draw === 'all' ? 1 : plan.models;
  let outcome = 0;
  for (let row = 0; row < plan.rows; row++) {
    for (let answer = 0; answer < answers; answer++) {
      for (let first = 0; first < committees * k; first += k) {
        const count = counts[outcome++]!;
        if (count === 0) continue;
        for (let seat = 0; seat < k; seat++) round.seats[seat] = subsets[first + seat]!;
        round.play(row, draw === 'all' ? -1 : answer, count);
      }
    }
  }
}

/** Puts the parts together, in whatever order they came. */
export function joinParts(plan: Plan, layout: Layout, parts: readonly Part[]): JoinedParts {
  const nodes = plan.models + plan.evaluators;
  const slices = Array.from(
    { length: layout.slices },
    (_, i) => new Tally(nodes, parts.find((part) => part.slices.has(i))!.slices.get(i)),
  );
  const total = new Tally(nodes);
  for (const slice of slices) total.addAll(slice);
  let counts: Uint32Array | null = null;
  let grid: RewardGrid | null = null;
  let log: RewardLog | null = null;
  for (const part of parts) {
    if (part.counts) {
      counts ??= new Uint32Array(part.counts.length);
      for (let i = 0; i < counts.length; i++) counts[i]! += part.counts[i]!;
    }
    if (part.grid) {
      grid ??= gridOf(plan);
      grid.join(gridOf(plan, part.grid));
    }
    if (part.log) {
      log ??= new RewardLog(nodes);
      log.join(part.log);
    }
  }
  return { total, slices, counts, grid, log };
}

export interface JoinedParts {
  total: Tally;
  slices: Tally[];
  counts: Uint32Array | null;
  grid: RewardGrid | null;
  log: RewardLog | null;
}

/** Tells every counted reward to a sink. */
export function tellCounted(plan: Plan, counts: Uint32Array, sink: RewardSink): void {
  const tally = new Tally(plan.models + plan.evaluators);
  settleCounts(plan, counts, allSubsets(plan.evaluators, plan.simulation.k), new Round(plan, tally, sink, null));
}

function byStake(lottery: Rng, cdf: Float64Array): number {
  const at = nextUnit(lottery);
  let model = 0;
  while (cdf[model]! <= at) model++;
  return model;
}
