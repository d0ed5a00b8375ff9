import type { RewardConfig } from '../config.ts';
import { minmaxCosts } from '../reward/cost.ts';
import { modelReward } from '../reward/reward.ts';
import type { JointBootstrap, Statistic } from '../stats/bootstrap.ts';
import type { ModelMeasures } from './measures.ts';
import { PairDifference } from './pairs.ts';
import { unknownCost } from './reward-notes.ts';
import type { Estimate, PairSummary } from './summary.ts';
import { estimateOf, MeanColumn, UNKNOWN_ESTIMATE, UnitSums, type Units } from './units.ts';

export interface ModelEstimate {
  quality: Estimate;
  reward: Estimate;
  rewardNote: string | null;
  normalizedCost: number | null;
}

/**
 * Quality, reward and differences of all models from one joint bootstrap. The constructor adds the columns; `models`
 * and `pairs` are read after the bootstrap has run.
 */
export class ModelEstimates {
  readonly #quality: MeanColumn[];
  readonly #cost: (MeanColumn | null)[];
  readonly #normalized: (Statistic | null)[];
  readonly #pairs: PairDifference[] = [];
  #pool: number[][] | null = null;

  constructor(
    readonly ids: readonly string[],
    readonly measures: readonly ModelMeasures[],
    readonly reward: RewardConfig['models'],
    readonly bootstrap: JointBootstrap,
    units: Units,
  ) {
    const mean = (values: Float64Array) => new MeanColumn(bootstrap, UnitSums.ofSamples(units, values));
    const minmax = reward.cost.normalize === 'minmax';
    this.#quality = measures.map((m) => mean(m.quality));
    this.#cost = measures.map((m) => {
      const values = minmax ? m.cost : m.budgetCost;
      return values && mean(values);
    });
    this.#normalized = measures.map((m, i) => this.#normalizedCost(m, i));
    const sides = ids.map((id, i) => ({
      id,
      quality: measures[i]!.quality,
      budgetCost: measures[i]!.budgetCost,
      qualityMean: this.#quality[i]!,
      normalizedCost: this.#normalized[i]!,
    }));
    for (const [i, a] of sides.entries()) {
      for (const b of sides.slice(i + 1)) this.#pairs.push(new PairDifference(bootstrap, units, a, b, reward));
    }
  }

  models(): ModelEstimate[] {
    return this.measures.map((measure, i) => {
      const column = this.#quality[i]!;
      const quality = estimateOf(this.bootstrap.estimate((sums) => column.at(sums), column.units));
      const cost = this.#normalized[i];
      const reward = cost
        ? this.bootstrap.estimate(
            (sums, row) => modelReward(this.reward, column.at(sums), cost(sums, row)),
            column.units,
          )
        : UNKNOWN_ESTIMATE;
      const normalized = cost ? cost(this.bootstrap.rows[0]!, 0) : Number.NaN;
      return {
        quality,
        reward: { mean: reward.mean, low: reward.low, high: reward.high },
        rewardNote: reward.mean === null ? this.#note(measure, quality.mean) : null,
        normalizedCost: Number.isNaN(normalized) ? null : normalized,
      };
    });
  }

  /** Every two models, in the order of the config. */
  pairs(): PairSummary[] {
    return this.#pairs.map((pair) => pair.summary(this.bootstrap));
  }

  /** True where min-max has nothing to compare: one model with a known cost, or all of them equal. */
  noPool(): boolean {
    const pool = this.#minmax()[0]!.filter((cost) => !Number.isNaN(cost));
    return pool.length > 0 && pool.every((cost) => cost === 0);
  }

  /** The normalised cost of a model in a (re)sample; null where it has none and the reward needs it. */
  #normalizedCost(measure: ModelMeasures, model: number): Statistic | null {
    const minmax = this.reward.cost.normalize === 'minmax';
    if (minmax && measure.attempted === measure.failed) return null;
    const cost = this.#cost[model];
    if (!cost) return this.reward.beta === 0 ? () => Number.NaN : null;
    return minmax ? (_, row) => this.#minmax()[row]![model]! : (sums) => cost.at(sums);
  }

  /** Per (re)sample, every model's mean cost relative to the pool. */
  #minmax(): number[][] {
    this.#pool ??= this.bootstrap.rows.map((sums) =>
      minmaxCosts(this.#cost.map((cost) => cost?.at(sums) ?? Number.NaN)),
    );
    return this.#pool;
  }

  #note({ attempted, failed, unknownCosts }: ModelMeasures, quality: number | null): string {
    if (attempted === 0) return 'it has no generations yet';
    if (attempted === failed && this.reward.cost.normalize === 'minmax')
      return 'no generation succeeded, so it is outside the pool in which costs are compared';
    if (quality === null) return attempted === failed ? 'no generation succeeded' : 'no generation has a score';
    return unknownCost(this.reward.cost.of, unknownCosts, attempted - failed, 'generations');
  }
}
