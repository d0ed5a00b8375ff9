import { modelReward, type Weights } from '../reward/reward.ts';
import { type Interval, intervalOf } from '../stats/interval.ts';
import type { Estimate, ModelSummary, PairSummary } from './summary.ts';
import { estimateOf } from './units.ts';
import { samplesToDecide, verdictOf } from './verdict.ts';

/**
 * What rewards under any alpha and beta are computed from: quality and normalised cost of every model, and of every
 * pair's difference, on the data (element 0) and on each bootstrap resample (elements 1, 2, ...; none in a report
 * without intervals). With the config's own weights the results are those of the summary, to the last digit.
 */
export interface Weighing {
  /** In the order of the config. */
  models: WeighedModel[];
  pairs: WeighedPair[];
}

export interface WeighedMean {
  quality: Float64Array;
  /** Normalised cost; null where it is unknown, and with it every reward whose beta is not 0. */
  cost: Float64Array | null;
  /** No reward under any weights: min-max compares the costs of successes, and there is none. */
  outside: boolean;
  /** Units (samples or groups) that carry data: what the interval's width takes into account. */
  units: number;
}

export interface WeighedModel extends WeighedMean {
  id: string;
  /** Attempted generations, failures included. */
  samples: number;
  errors: number;
  /** Why the reward is null, where it is; null where it cannot be. */
  note: string | null;
}

/** The difference a - b. */
export interface WeighedPair extends WeighedMean {
  a: string;
  b: string;
  /** Samples that both models have. */
  samples: number;
}

export interface Reweighed {
  /** Ranked like those of the summary. */
  models: { id: string; reward: Estimate; rewardNote: string | null }[];
  pairs: PairSummary[];
}

/** Rewards, ranking and verdicts under other weights: cheap enough for every move of a slider. */
export function reweigh({ models, pairs }: Weighing, weights: Weights): Reweighed {
  const rewarded = models.map((model) => ({
    ...model,
    quality: { mean: model.quality[0]! },
    ...rewardOf(model, weights),
  }));
  return {
    models: ranked(rewarded).map(({ id, reward, rewardNote }) => ({ id, reward, rewardNote })),
    pairs: pairs.map((pair) => pairSummary(pair, weights)),
  };
}

/** The reward of a model, and why it is null where it is. */
export function rewardOf(model: WeighedModel, weights: Weights): Pick<ModelSummary, 'reward' | 'rewardNote'> {
  const reward = estimateOf(rewardInterval(model, weights));
  return { reward, rewardNote: reward.mean === null ? model.note : null };
}

/** The difference of two models with its verdict: the reward's, or quality's where the reward is null. */
export function pairSummary(pair: WeighedPair, weights: Weights): PairSummary {
  const quality = qualityInterval(pair);
  const reward = rewardInterval(pair, weights);
  const on = reward.mean === null ? 'quality' : 'reward';
  const decided = on === 'reward' ? reward : quality;
  return {
    a: pair.a,
    b: pair.b,
    samples: pair.samples,
    quality: estimateOf(quality),
    reward: estimateOf(reward),
    verdict: verdictOf(decided),
    on,
    samplesToDecide: samplesToDecide(decided, pair.samples),
  };
}

/** By reward; then, where the reward is unknown, by quality; models without any success last. Ties keep their order. */
export function ranked<
  M extends Pick<ModelSummary, 'samples' | 'errors'> & Record<'reward' | 'quality', Pick<Estimate, 'mean'>>,
>(models: readonly M[]): M[] {
  const key = ({ samples, errors, reward, quality }: M) => [
    samples > errors ? 1 : 0,
    reward.mean === null ? 0 : 1,
    reward.mean ?? quality.mean ?? Number.NEGATIVE_INFINITY,
  ];
  return models
    .map((model) => ({ model, key: key(model) }))
    .sort((a, b) => {
      for (const [i, value] of b.key.entries()) if (value !== a.key[i]) return value - a.key[i]!;
      return 0;
    })
    .map(({ model }) => model);
}

const UNKNOWN: Readonly<Interval> = { mean: null, low: null, high: null, standardError: null };

function rewardInterval({ quality, cost, outside, units }: WeighedMean, weights: Weights): Interval {
  if (outside || (cost === null && weights.beta !== 0)) return UNKNOWN;
  const rewards = new Float64Array(quality.length);
  for (let row = 0; row < rewards.length; row++) {
    rewards[row] = modelReward(weights, quality[row]!, cost ? cost[row]! : Number.NaN);
  }
  return intervalOf(rewards, units);
}

/** Quality does not depend on the weights: its interval is found once. */
const qualityIntervals = new WeakMap<Float64Array, Interval>();

export function qualityInterval({ quality, units }: Pick<WeighedMean, 'quality' | 'units'>): Interval {
  let interval = qualityIntervals.get(quality);
  if (!interval) {
    interval = intervalOf(quality, units);
    qualityIntervals.set(quality, interval);
  }
  return interval;
}
