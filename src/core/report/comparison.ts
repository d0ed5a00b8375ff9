import type { Estimate } from './summary.ts';

/** Two runs compared, `run` minus `base`, paired by sample id over the samples that both hold. */
export interface RunComparison {
  base: { run: string; startedAt: string };
  run: { run: string; startedAt: string };
  models: ModelChange[];
  /** Models that only one of the runs has. */
  onlyBase: string[];
  onlyRun: string[];
  /** Samples that only one of the runs has. */
  samplesOnlyBase: number;
  samplesOnlyRun: number;
  /** What makes the comparison unfair or incomplete, in sentences. */
  notes: string[];
}

export interface ModelChange {
  id: string;
  /** Samples that both runs have for this model. */
  samples: number;
  before: { quality: number | null; reward: number | null; latencyMs: number | null };
  after: { quality: number | null; reward: number | null; latencyMs: number | null };
  quality: Estimate;
  /** Null estimates with `rewardNote` where the reward cannot be compared (min-max; another reward config). */
  reward: Estimate;
  rewardNote: string | null;
  /** Difference of the mean latency over the paired samples that are fresh in both, in milliseconds. */
  latencyMs: Estimate;
  /** Of the reward, or of the quality where the reward is null. */
  verdict: 'better' | 'worse' | 'undecided';
  on: 'reward' | 'quality';
  samplesToDecide: number | null;
  /** Samples whose quality changed most, worst first; at most 10. */
  largest: { sample: string; before: number; after: number }[];
}
