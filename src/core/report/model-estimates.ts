import type { RewardConfig } from '../config.ts';
import { minmaxCosts } from '../reward/cost.ts';
import type { JointBootstrap, Statistic } from '../stats/bootstrap.ts';
import type { ModelMeasures } from './measures.ts';
import { PairDifference } from './pairs.ts';
import { unknownCost } from './reward-notes.ts';
import { MeanColumn, UnitSums, type Units } from './units.ts';
import type { WeighedModel, Weighing } from './weighing.ts';

/**
 * Quality, normalised cost and differences of all models from one joint bootstrap. The constructor adds the columns;
 * `weighing` is read after the bootstrap has run.
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
    readonly cost: RewardConfig['models']['cost'],
    readonly bootstrap: JointBootstrap,
    units: Units,
  ) {
    const mean = (values: Float64Array) => new MeanColumn(bootstrap, UnitSums.ofSamples(units, values));
    const minmax = cost.normalize === 'minmax';
    this.#quality = measures.map((m) => mean(m.quality));
    this.#cost = measures.map((m) => {
      const values = minmax ? m.cost : m.budgetCost;
      return values && mean(values);
    });
    this.#normalized = measures.map((_, i) => this.#normalizedCost(i));
    const sides = ids.map((id, i) => ({
      id,
      quality: measures[i]!.quality,
      budgetCost: measures[i]!.budgetCost,
      qualityMean: this.#quality[i]!,
      normalizedCost: this.#normalized[i]!,
      outside: this.#outside(i),
    }));
    for (const [i, a] of sides.entries()) {
      for (const b of sides.slice(i + 1)) this.#pairs.push(new PairDifference(bootstrap, units, a, b));
    }
  }

  /** Models and every two of them, in the order of the config. */
  weighing(): Weighing {
    const models = this.measures.map((measure, i): WeighedModel => {
      const column = this.#quality[i]!;
      const cost = this.#normalized[i]!;
      const quality = this.bootstrap.values((sums) => column.at(sums));
      const isRewarded = cost !== null && !Number.isNaN(quality[0]!);
      return {
        id: this.ids[i]!,
        samples: measure.attempted,
        errors: measure.failed,
        quality,
        cost: cost && this.bootstrap.values(cost),
        outside: this.#outside(i),
        units: column.units,
        note: isRewarded ? null : this.#note(measure, quality[0]!),
      };
    });
    return { models, pairs: this.#pairs.map((pair) => pair.weighed(this.bootstrap)) };
  }

  /** True where min-max has nothing to compare: one model with a known cost, or all of them equal. */
  noPool(): boolean {
    const pool = this.#minmax()[0]!.filter((cost) => !Number.isNaN(cost));
    return pool.length > 0 && pool.every((cost) => cost === 0);
  }

  #outside(model: number): boolean {
    const { attempted, failed } = this.measures[model]!;
    return this.cost.normalize === 'minmax' && attempted === failed;
  }

  /** The normalised cost of a model in a (re)sample; null where it has none. */
  #normalizedCost(model: number): Statistic | null {
    const cost = this.#cost[model];
    if (!cost || this.#outside(model)) return null;
    return this.cost.normalize === 'minmax' ? (_, row) => this.#minmax()[row]![model]! : (sums) => cost.at(sums);
  }

  /** Per (re)sample, every model's mean cost relative to the pool. */
  #minmax(): number[][] {
    this.#pool ??= this.bootstrap.rows.map((sums) =>
      minmaxCosts(this.#cost.map((cost) => cost?.at(sums) ?? Number.NaN)),
    );
    return this.#pool;
  }

  #note({ attempted, failed, unknownCosts }: ModelMeasures, quality: number): string {
    if (attempted === 0) return 'it has no generations yet';
    if (attempted === failed && this.cost.normalize === 'minmax')
      return 'no generation succeeded, so it is outside the pool in which costs are compared';
    if (Number.isNaN(quality)) return attempted === failed ? 'no generation succeeded' : 'no generation has a score';
    return unknownCost(this.cost.of, unknownCosts, attempted - failed, 'generations');
  }
}
