import { nextNormal, nextUnit } from '../stats/normal.ts';
import type { Rng } from '../stats/rng.ts';
import { COPY, NOISE, PAID_ZERO, type Plan, RUNNING_MEAN, SCORED } from './plan.ts';
import type { Rule } from './rule.ts';
import { makeRule } from './rules.ts';
import { Payments, type RewardSink, SHARED, type Tally } from './tally.ts';

/** The network's mean consensus before the first round, as a lazy node guesses it. */
const FIRST_GUESS = 5;

/**
 * Plays rounds. The caller fills `seats` (evaluators, in the order in which they answer) and `active` (whether each
 * attacks); `play` lets them score what a model or all models answer to a sample, settles and pays.
 */
export class Round {
  readonly seats: Int32Array;
  readonly active: Uint8Array;
  readonly #plan: Plan;
  readonly #tally: Tally;
  readonly #sink: RewardSink | null;
  readonly #rule: Rule;
  readonly #isMean: boolean;
  readonly #inclusive: boolean;
  readonly #learns: boolean;
  readonly #hasDynamic: boolean;
  readonly #hasAudits: boolean;
  readonly #payments: Payments;
  readonly #split = new Payments(1);
  readonly #captureFrom: number;
  readonly #modelAlpha: number;
  readonly #evaluatorAlpha: number;
  /** Seats that have a score, in order, and the scores; scratch for those of the others. */
  readonly #scored: Int32Array;
  readonly #scores: Float64Array;
  readonly #otherSeats: Int32Array;
  readonly #otherScores: Float64Array;
  /** Sums over the models of one round, by evaluator, where all models answer. */
  readonly #payed: Int32Array;
  readonly #paySum: Float64Array;
  readonly #grossSum: Float64Array;
  #qualitySum = FIRST_GUESS;
  #qualityCount = 1;

  /**
   * @param rng what nodes and auditors do at random; null where nothing is left to it: an audit then splits a
   * reward's weight between being caught and not
   */
  constructor(
    plan: Plan,
    tally: Tally,
    sink: RewardSink | null,
    public rng: Rng | null,
  ) {
    const { k } = plan.simulation;
    const stakes = Float64Array.from(plan.population.evaluators, ({ stake }) => stake);
    this.#plan = plan;
    this.#tally = tally;
    this.#sink = sink;
    this.#rule = makeRule(plan.simulation.consensus, stakes, k);
    this.#isMean = plan.simulation.consensus === 'mean';
    this.#inclusive = plan.reward.closeness === 'inclusive';
    this.#learns = plan.hasState;
    this.#hasDynamic = plan.dynamic.some((kind) => kind !== 0);
    this.#hasAudits = plan.caught.some((chance) => chance > 0);
    this.#payments = new Payments(plan.models + plan.evaluators);
    this.#captureFrom = plan.behaviours.attackingEvaluators.includes(1) ? Math.floor(k / 2) + 1 : k + 1;
    this.#modelAlpha = plan.reward.models.alpha;
    this.#evaluatorAlpha = plan.reward.evaluators.alpha;
    this.seats = new Int32Array(k);
    this.active = new Uint8Array(k).fill(1);
    this.#scored = new Int32Array(k);
    this.#scores = new Float64Array(k);
    this.#otherSeats = new Int32Array(k);
    this.#otherScores = new Float64Array(k);
    this.#payed = new Int32Array(plan.evaluators);
    this.#paySum = new Float64Array(plan.evaluators);
    this.#grossSum = new Float64Array(plan.evaluators);
  }

  /** @param model the one that answers; -1 for all */
  play(row: number, model: number, weight: number): void {
    const plan = this.#plan;
    this.#tally.note(SHARED.rounds, weight);
    if (this.#captureFrom <= plan.simulation.k) this.#noteCapture(weight);
    if (model >= 0) {
      this.#answer(row * plan.models + model, model, weight, false);
      this.#settle(weight);
      return;
    }
    for (let m = 0; m < plan.models; m++) this.#answer(row * plan.models + m, m, weight, true);
    for (let k = 0; k < this.seats.length; k++) {
      const e = this.seats[k]!;
      const n = this.#payed[e]!;
      if (n > 0) this.#payments.push(plan.models + e, this.#paySum[e]! / n, this.#grossSum[e]! / n);
      this.#payed[e] = 0;
      this.#paySum[e] = 0;
      this.#grossSum[e] = 0;
    }
    this.#settle(weight);
  }

  #answer(cell: number, model: number, weight: number, isOneOfAll: boolean): void {
    const plan = this.#plan;
    const fate = plan.fate[cell];
    if (fate !== SCORED) {
      if (fate === PAID_ZERO) this.#payments.push(model, -plan.modelPenalty[cell]!, 0);
      else this.#tally.note(SHARED.void, weight);
      return;
    }
    const n = this.#collect(cell);
    if (n < this.seats.length) this.#tally.note(SHARED.emptySeats, weight * (this.seats.length - n));
    if (n === 0) {
      this.#tally.note(SHARED.unscored, weight);
      return;
    }
    const scores = this.#scores;
    let total = 0;
    if (this.#isMean) for (let i = 0; i < n; i++) total += scores[i]!;
    const q = this.#isMean ? total / n : this.#rule.value(scores, this.#scored, n);
    const earned = (this.#modelAlpha * q) / 10;
    this.#payments.push(model, earned - plan.modelPenalty[cell]!, earned);
    this.#tally.addConsensus(q, plan.panel[cell]!, plan.population.truth[cell]!, weight);
    const firstPenalty = cell * plan.penaltyStride;
    for (let i = 0; i < n; i++) {
      let target = q;
      if (!this.#inclusive) {
        if (n === 1) break;
        target = this.#isMean ? (total - scores[i]!) / (n - 1) : this.#consensusOfOthers(i, n);
      }
      const e = this.#scored[i]!;
      const gross = this.#evaluatorAlpha * (1 - Math.abs(scores[i]! - target) / 10);
      const reward = gross - plan.evaluatorPenalty[firstPenalty + e]!;
      if (isOneOfAll) {
        this.#payed[e]!++;
        this.#paySum[e]! += reward;
        this.#grossSum[e]! += gross;
      } else this.#payments.push(plan.models + e, reward, gross);
    }
    if (!this.#learns) return;
    this.#rule.learn(scores, this.#scored, n, q);
    this.#qualitySum += q;
    this.#qualityCount++;
  }

  /** Scores of the committee as they are handed in; how many there are. */
  #collect(cell: number): number {
    const { reported, honest, evaluators } = this.#plan;
    const first = cell * evaluators;
    let n = 0;
    for (let k = 0; k < this.seats.length; k++) {
      const e = this.seats[k]!;
      const attacks = this.active[k] === 1;
      const score = attacks ? reported[first + e]! : honest[first + e]!;
      if (Number.isNaN(score)) continue;
      this.#scores[n] = attacks && this.#hasDynamic ? this.#say(e, score, n) : score;
      this.#scored[n++] = e;
    }
    return n;
  }

  /** What is only known in the moment: noise, the mean so far, the scores of those before (of which there are n). */
  #say(e: number, score: number, n: number): number {
    const strength = this.#plan.strength[e]!;
    switch (this.#plan.dynamic[e]) {
      case NOISE:
        return Math.min(10, Math.max(0, score + strength * nextNormal(this.rng!)));
      case RUNNING_MEAN:
        return score + strength * (this.#qualitySum / this.#qualityCount - score);
      case COPY: {
        if (n === 0) return score;
        let sum = 0;
        for (let i = 0; i < n; i++) sum += this.#scores[i]!;
        return score + strength * (sum / n - score);
      }
      default:
        return score;
    }
  }

  #consensusOfOthers(without: number, n: number): number {
    let others = 0;
    for (let i = 0; i < n; i++) {
      if (i === without) continue;
      this.#otherSeats[others] = this.#scored[i]!;
      this.#otherScores[others++] = this.#scores[i]!;
    }
    return this.#rule.value(this.#otherScores, this.#otherSeats, others);
  }

  #settle(weight: number): void {
    if (this.#hasAudits) this.#audit(weight);
    this.#tally.addPayments(this.#payments, weight);
    this.#sink?.addAll(this.#payments, weight);
    this.#payments.count = 0;
  }

  /** Who is caught with a false report loses the pay of the round and the stake. */
  #audit(weight: number): void {
    const { caught, simulation } = this.#plan;
    const { nodes, rewards, gross, count } = this.#payments;
    for (let i = 0; i < count; i++) {
      const chance = caught[nodes[i]!]!;
      if (chance === 0) continue;
      const lost = Math.min(0, rewards[i]!) - simulation.audit.stake;
      if (this.rng) {
        if (nextUnit(this.rng) < chance) rewards[i] = lost;
        continue;
      }
      // The other outcome is added here, what both have in common is left to the caller.
      this.#split.nodes[0] = nodes[i]!;
      this.#split.gross[0] = gross[i]!;
      this.#split.count = 1;
      this.#split.rewards[0] = lost;
      this.#tally.addPayments(this.#split, weight * chance);
      this.#split.rewards[0] = rewards[i]!;
      this.#tally.addPayments(this.#split, -weight * chance);
    }
  }

  #noteCapture(weight: number): void {
    let attackers = 0;
    for (let k = 0; k < this.seats.length; k++) attackers += this.#plan.behaviours.attackingEvaluators[this.seats[k]!]!;
    if (attackers >= this.#captureFrom) this.#tally.note(SHARED.captured, weight);
  }
}
