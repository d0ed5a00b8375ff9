import type { Config } from '../config.ts';

/**
 * The summary of a run: what `poq run --json` prints, what summary.json holds, what every table and chart shows.
 * Quality, truth and metrics are on [0, 10]; times in milliseconds; intervals are 95 %.
 */

export interface Estimate {
  mean: number | null;
  low: number | null;
  high: number | null;
}

export interface LatencyFigures {
  mean: number | null;
  p50: number | null;
  p95: number | null;
  /** Fresh measurements only: reused generations are left out. */
  count: number;
}

export interface ModelSummary {
  id: string;
  /** Attempted generations, failures included. */
  samples: number;
  errors: number;
  reused: number;
  quality: Estimate;
  truth: { f1: number | null; exact: number | null };
  metrics: { rougeL: number | null; chrf: number | null };
  checks: { passed: number; total: number };
  latencyMs: LatencyFigures;
  ttftMs: LatencyFigures;
  queueMs: LatencyFigures;
  /** Generated tokens per second of decoding. */
  tokensPerSecond: number | null;
  /** Mean per generation; null where unknown. */
  cost: { tokens: number | null; money: number | null; energy: number | null };
  /** The normalised cost that the reward used, in [0, 1]. */
  normalizedCost: number | null;
  reward: Estimate;
  /** Why `reward` is null, in words. */
  rewardNote: string | null;
  qualityPerMs: number | null;
  /** On the Pareto front of quality against cost. */
  pareto: boolean;
  devices: string[];
  byTask: Record<string, { samples: number; quality: Estimate; f1: number | null }>;
}

export interface PairSummary {
  a: string;
  b: string;
  /** Samples that both models have. */
  samples: number;
  quality: Estimate;
  reward: Estimate;
  verdict: 'a' | 'b' | 'undecided';
  /** What the verdict is about. */
  on: 'reward' | 'quality';
  /** Where undecided: about how many samples would decide a difference as large as the one seen. */
  samplesToDecide: number | null;
}

export interface EvaluatorSummary {
  id: string;
  kind: string;
  samples: number;
  errors: number;
  skipped: number;
  usesReference: boolean;
  compared: { reference: number; prompt: number };
  quality: Estimate;
  latencyMs: LatencyFigures;
  reward: Estimate;
  rewardNote: string | null;
  normalizedCost: number | null;
  /** Mean closeness to the consensus, in [0, 1]. */
  closeness: number | null;
  truthPearson: { pooled: number | null; byTask: Record<string, number | null>; withinModel: number | null };
}

export interface GateResult {
  metric: Config['gates'][number]['metric'];
  model: string | null;
  min?: number;
  max?: number;
  on: 'mean' | 'interval';
  value: number | null;
  pass: boolean;
  /** Why a gate without data failed. */
  note: string | null;
}

export interface RunSummary {
  run: string;
  path: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  samples: number;
  /** Ranked by reward, or by quality where the reward is null; models without any success last. */
  models: ModelSummary[];
  pairs: PairSummary[];
  evaluators: EvaluatorSummary[];
  gates: GateResult[];
  /** How the intervals were made: method, resamples, unit, seed. */
  intervals: { method: string; resamples: number; unit: 'sample' | 'group'; seed: number };
  warnings: string[];
}
