import type { JointBootstrap, Statistic } from '../stats/bootstrap.ts';
import { MeanColumn, UnitSums, type Units } from './units.ts';
import type { WeighedPair } from './weighing.ts';

/** One side of a comparison: per sample, NaN where the model has none. */
export interface PairSide {
  id: string;
  quality: Float64Array;
  /** Normalised cost under a budget; null where the cost is unknown or belongs to the model as a whole (min-max). */
  budgetCost: Float64Array | null;
  /** The mean of `quality` in the joint bootstrap. */
  qualityMean: MeanColumn;
  /** The model's normalised cost in one (re)sample; null where it is unknown. */
  normalizedCost: Statistic | null;
  /** See `WeighedMean.outside`. */
  outside: boolean;
}

/**
 * The paired difference a - b over the samples that both have. Made before the bootstrap runs, since samples that only
 * one side has call for columns of their own; read after it.
 */
export class PairDifference {
  readonly samples: number;
  readonly #quality: Statistic;
  readonly #cost: Statistic | null;
  readonly #units: number;

  constructor(
    bootstrap: JointBootstrap,
    units: Units,
    readonly a: PairSide,
    readonly b: PairSide,
  ) {
    const { same, shared } = overlap(a.quality, b.quality);
    this.samples = shared;
    if (same) {
      this.#quality = (sums) => a.qualityMean.at(sums) - b.qualityMean.at(sums);
      this.#units = a.qualityMean.units;
    } else {
      const column = new MeanColumn(bootstrap, UnitSums.ofSamples(units, minus(a.quality, b.quality)));
      this.#quality = (sums) => column.at(sums);
      this.#units = column.units;
    }
    const [costA, costB] = [a.normalizedCost, b.normalizedCost];
    if (!costA || !costB) this.#cost = null;
    else if (same || !a.budgetCost || !b.budgetCost) this.#cost = (sums, row) => costA(sums, row) - costB(sums, row);
    else {
      const column = new MeanColumn(bootstrap, UnitSums.ofSamples(units, minus(a.budgetCost, b.budgetCost)));
      this.#cost = (sums) => column.at(sums);
    }
  }

  weighed(bootstrap: JointBootstrap): WeighedPair {
    return {
      a: this.a.id,
      b: this.b.id,
      samples: this.samples,
      quality: bootstrap.values(this.#quality),
      cost: this.#cost && bootstrap.values(this.#cost),
      outside: this.a.outside || this.b.outside,
      units: this.#units,
    };
  }
}

function overlap(a: Float64Array, b: Float64Array): { same: boolean; shared: number } {
  let same = true;
  let shared = 0;
  for (let i = 0; i < a.length; i++) {
    const [hasA, hasB] = [!Number.isNaN(a[i]!), !Number.isNaN(b[i]!)];
    if (hasA !== hasB) same = false;
    if (hasA && hasB) shared++;
  }
  return { same, shared };
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}
