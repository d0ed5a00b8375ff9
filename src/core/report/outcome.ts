import type { Config } from '../config.ts';
import { consensus } from '../reward/consensus.ts';
import { budgetCost, minmaxCosts } from '../reward/cost.ts';
import { modelReward } from '../reward/reward.ts';
import { forEachPlace, generationCosts, meanCost, scoresAt } from './measures.ts';
import { ABSENT, FAILED, GOOD, REUSED, type RunTable } from './table.ts';

/** What became of a sample: means over repeats, by model. */
export interface SampleOutcome {
  id: string;
  models: ModelOutcome[];
  /** Every model: Q at least the config's `pass.minQuality` and all checks passed. Null where a quality is unknown. */
  pass: boolean | null;
  minQuality: number;
}

export interface ModelOutcome {
  model: string;
  quality: number | null;
  /** Of fresh successes. */
  latencyMs: number | null;
  reward: number | null;
  /** Why its generation, or the first repeat that did, failed. */
  error: string | null;
  failedChecks: string[];
  pass: boolean | null;
}

/** Means of a model over some samples of a run. */
export interface ModelResult {
  model: string;
  samples: number;
  quality: number | null;
  latencyMs: number | null;
  reward: number | null;
}

/**
 * Quality, latency and reward of single generations, of samples and of some samples of a run: alpha * Q / 10 - beta * C
 * with C the run's normalised cost of the model (min-max), or that of the generations themselves (budget). Rewards are
 * null where the quality or a cost that they need is unknown. Made anew when the run has new rows.
 */
export class Outcomes {
  readonly #costs: ((place: number) => number)[];
  #pool: number[] | null = null;
  #known: { succeeded: boolean; measured: boolean }[] | null = null;
  #failedChecks: Map<number, string[]> | null = null;

  constructor(
    readonly table: RunTable,
    readonly config: Config,
  ) {
    const { of } = config.reward.models.cost;
    this.#costs = config.models.map(({ price }) => generationCosts(table, of, price));
  }

  /** The outcome of a sample, by its index in the table. */
  of(sample: number): SampleOutcome {
    const models = this.table.models.map((_, model) => this.#modelOutcome(sample, model));
    const passes = models.map(({ pass }) => pass);
    return {
      id: this.table.samples[sample]!.id,
      models,
      pass: passes.includes(false) ? false : passes.includes(null) ? null : true,
      minQuality: this.config.pass.minQuality,
    };
  }

  /** Means over some samples, of the models that have attempted one; best first by reward, by quality where it is null. */
  results(samples: Iterable<number>): ModelResult[] {
    const chosen = [...samples];
    const results = this.table.models.flatMap((model, i): ModelResult[] => {
      const own = chosen.map((sample) => this.#cell(sample, i)).filter((cell) => cell.attempted > 0);
      if (own.length === 0) return [];
      const quality = meanOf(own.map((cell) => cell.quality));
      const cost = own.some((cell) => cell.unknownCost) ? Number.NaN : meanOf(own.map((cell) => cell.cost));
      return [
        {
          model,
          samples: own.length,
          quality: orNull(quality),
          latencyMs: orNull(meanOf(own.map((cell) => cell.latencyMs))),
          reward: this.#reward(i, quality, cost),
        },
      ];
    });
    const rank = ({ reward, quality }: ModelResult) => [reward, quality].map((x) => x ?? Number.NEGATIVE_INFINITY);
    return results.sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      const at = x[0] === y[0] ? 1 : 0;
      return x[at] === y[at] ? 0 : y[at]! - x[at]!;
    });
  }

  /** The reward of one generation, by indices; null where it is absent or undefined. */
  rewardOf(sample: number, model: number, repeat: number): number | null {
    const place = this.table.place(sample, model, repeat);
    if (this.table.state[place] === ABSENT) return null;
    return this.#reward(model, this.#quality(place), this.#cost(place, model));
  }

  /** The quality of one generation; null where it is absent, has no score, or failed and failures are left out. */
  qualityOf(sample: number, model: number, repeat: number): number | null {
    return orNull(this.#quality(this.table.place(sample, model, repeat)));
  }

  #modelOutcome(sample: number, model: number): ModelOutcome {
    const { table } = this;
    const cell = this.#cell(sample, model);
    const failedChecks = new Set<string>();
    let error: string | null = null;
    for (let repeat = 0; repeat < table.repeats; repeat++) {
      const place = table.place(sample, model, repeat);
      if (table.state[place] === FAILED) error ??= table.failureAt(place) ?? 'the generation failed';
      for (const label of this.#checks().get(place) ?? []) failedChecks.add(label);
    }
    return {
      model: table.models[model]!,
      quality: orNull(cell.quality),
      latencyMs: orNull(cell.latencyMs),
      reward: this.#reward(model, cell.quality, cell.unknownCost ? Number.NaN : cell.cost),
      error,
      failedChecks: [...failedChecks],
      pass: this.#pass(cell, error !== null || failedChecks.size > 0),
    };
  }

  /** A failure of any kind decides; else nothing may be missing. */
  #pass({ quality, isComplete }: Cell, failed: boolean): boolean | null {
    if (failed) return false;
    return isComplete ? quality >= this.config.pass.minQuality : null;
  }

  /** Means over the repeats of a sample; NaN where nothing is known. */
  #cell(sample: number, model: number): Cell {
    const { table } = this;
    const qualities: number[] = [];
    const costs: number[] = [];
    const latencies: number[] = [];
    let attempted = 0;
    let unknownCost = false;
    for (let repeat = 0; repeat < table.repeats; repeat++) {
      const place = table.place(sample, model, repeat);
      if (table.state[place] === ABSENT) continue;
      attempted++;
      const quality = this.#quality(place);
      qualities.push(quality);
      const cost = this.#cost(place, model);
      if (!Number.isNaN(quality)) costs.push(cost);
      if (table.state[place] === FAILED) continue;
      if (Number.isNaN(cost)) unknownCost = true;
      if ((table.bits[place]! & REUSED) === 0) latencies.push(table.numbers.latencyMs[place]!);
    }
    return {
      attempted,
      quality: meanOf(qualities),
      cost: meanOf(costs),
      unknownCost,
      latencyMs: meanOf(latencies),
      isComplete: attempted === table.repeats && !qualities.some(Number.isNaN),
    };
  }

  /** NaN where it is unknown, or failed and failures are left out. */
  #quality(place: number): number {
    const { consensus: rule, failures } = this.config.reward;
    const state = this.table.state[place];
    if (state === FAILED) return failures === 'zero' ? 0 : Number.NaN;
    return state === GOOD ? (consensus(scoresAt(this.table, place), rule) ?? Number.NaN) : Number.NaN;
  }

  /** Normalised; NaN where unknown. */
  #cost(place: number, model: number): number {
    const { normalize } = this.config.reward.models.cost;
    if (normalize === 'minmax') return this.#minmax()[model]!;
    const spent = this.#costs[model]!(place);
    // A failure that nobody measured takes the whole budget, as in the run's figures.
    if (Number.isNaN(spent)) return this.table.state[place] === FAILED ? 1 : Number.NaN;
    return budgetCost(spent, normalize.budget);
  }

  #reward(model: number, quality: number, cost: number): number | null {
    const { cost: kind, ...weights } = this.config.reward.models;
    const { succeeded, measured } = this.#facts()[model]!;
    // Under min-max a model without a success has no reward, whatever the weights.
    const isRewarded = kind.normalize === 'minmax' ? succeeded : measured || weights.beta === 0;
    if (!isRewarded) return null;
    return orNull(modelReward(weights, quality, cost));
  }

  /** The run's normalised cost of every model under min-max; NaN where unknown. */
  #minmax(): number[] {
    const { of } = this.config.reward.models.cost;
    this.#pool ??= minmaxCosts(
      this.config.models.map(({ price }, i) => meanCost(this.table, i, of, price) ?? Number.NaN),
    );
    return this.#pool;
  }

  /** Of every model, whether a generation succeeded, and whether the cost of one is known. */
  #facts(): { succeeded: boolean; measured: boolean }[] {
    this.#known ??= this.#costs.map((cost, model) => {
      const facts = { succeeded: false, measured: false };
      forEachPlace(this.table, model, (place) => {
        if (this.table.state[place] === GOOD) facts.succeeded = true;
        if (!Number.isNaN(cost(place))) facts.measured = true;
      });
      return facts;
    });
    return this.#known;
  }

  /** Labels of the checks that failed, by place. */
  #checks(): Map<number, string[]> {
    if (!this.#failedChecks) {
      const failed = new Map<number, string[]>();
      this.table.forEachCheck((place, label, pass) => {
        if (!pass) failed.set(place, [...(failed.get(place) ?? []), label]);
      });
      this.#failedChecks = failed;
    }
    return this.#failedChecks;
  }
}

interface Cell {
  /** Repeats. */
  attempted: number;
  quality: number;
  cost: number;
  unknownCost: boolean;
  latencyMs: number;
  /** Every repeat is there, with a quality. */
  isComplete: boolean;
}

/** Mean of the values that are not NaN; NaN without any. */
function meanOf(values: readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
