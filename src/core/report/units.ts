import { JointBootstrap } from '../stats/bootstrap.ts';
import type { Interval } from '../stats/interval.ts';
import type { Estimate } from './summary.ts';
import type { SampleInfo } from './table.ts';

/** What is resampled together: groups where samples carry one, single samples else. */
export interface Units {
  kind: 'sample' | 'group';
  count: number;
  /** The unit of every sample, by index; -1 for samples that are left out. */
  of: Int32Array;
}

/** Units of the samples that are `included`. A sample without a group, where others have one, is a unit of its own. */
export function unitsOf(samples: readonly SampleInfo[], included: (sample: number) => boolean): Units {
  const groups = new Map<string, number>();
  const of = new Int32Array(samples.length).fill(-1);
  let count = 0;
  for (const [i, { group }] of samples.entries()) {
    if (!included(i)) continue;
    const known = group === null ? undefined : groups.get(group);
    of[i] = known ?? count++;
    if (group !== null) groups.set(group, of[i]!);
  }
  return { kind: groups.size > 0 ? 'group' : 'sample', count, of };
}

/** Values added up per unit, for means that are ratios of two column sums. */
export class UnitSums {
  readonly sum: Float64Array;
  readonly count: Float64Array;

  constructor(readonly units: Units) {
    this.sum = new Float64Array(units.count);
    this.count = new Float64Array(units.count);
  }

  /** Adds a value of a sample; NaN and samples outside the units are passed over. */
  add(sample: number, value: number): void {
    const unit = this.units.of[sample]!;
    if (unit < 0 || Number.isNaN(value)) return;
    this.sum[unit]! += value;
    this.count[unit]!++;
  }

  /** With one value per sample. */
  static ofSamples(units: Units, values: Float64Array): UnitSums {
    const sums = new UnitSums(units);
    for (let sample = 0; sample < values.length; sample++) sums.add(sample, values[sample]!);
    return sums;
  }
}

/** A mean inside a joint bootstrap. */
export class MeanColumn {
  /** Units that carry data for it. */
  readonly units: number;
  readonly #sum: number;
  readonly #count: number;

  constructor(bootstrap: JointBootstrap, { sum, count }: UnitSums) {
    this.#sum = bootstrap.column(sum);
    this.#count = bootstrap.column(count);
    this.units = count.reduce((total, n) => total + (n > 0 ? 1 : 0), 0);
  }

  /** The mean in one (re)sample; NaN without data. */
  at(sums: Float64Array): number {
    return sums[this.#sum]! / sums[this.#count]!;
  }
}

export interface Resampling {
  resamples: number;
  seed: number;
}

/** Means of one value per sample, with their intervals, from one joint bootstrap. */
export function estimateMeans(units: Units, values: Float64Array[], { resamples, seed }: Resampling): Estimate[] {
  const bootstrap = new JointBootstrap(units.count);
  const columns = values.map((of) => new MeanColumn(bootstrap, UnitSums.ofSamples(units, of)));
  bootstrap.run(resamples, seed);
  return columns.map((column) => estimateOf(bootstrap.estimate((sums) => column.at(sums), column.units)));
}

/** The sum of `parts` over the sum of `wholes`, both per sample, with its interval. */
export function estimateRatio(
  units: Units,
  parts: Float64Array,
  wholes: Float64Array,
  { resamples, seed }: Resampling,
): Estimate {
  const bootstrap = new JointBootstrap(units.count);
  const [part, whole] = [parts, wholes].map((of) => bootstrap.column(UnitSums.ofSamples(units, of).sum));
  bootstrap.run(resamples, seed);
  return estimateOf(bootstrap.estimate((sums) => sums[part!]! / sums[whole!]!, units.count));
}

export function estimateOf({ mean, low, high }: Interval): Estimate {
  return { mean, low, high };
}
