import type { Estimate, PairSummary } from './summary.ts';

/**
 * What rewards under any alpha and beta are computed from: quality and normalised cost of every model, and of every
 * pair's difference, on the data (element 0) and on each bootstrap resample (elements 1, 2, ...). With the config's
 * own weights the results are those of the summary, to the last digit.
 */
export interface Weighing {
  models: WeighedMean[];
  pairs: (WeighedMean & { a: string; b: string; samples: number })[];
}

export interface WeighedMean {
  id: string;
  quality: Float64Array;
  /** Normalised cost; null where it is unknown, and with it every reward whose beta is not 0. */
  cost: Float64Array | null;
  /** Units (samples or groups) that carry data: what the interval's width takes into account. */
  units: number;
}

export interface Reweighed {
  models: { id: string; reward: Estimate }[];
  pairs: PairSummary[];
}
