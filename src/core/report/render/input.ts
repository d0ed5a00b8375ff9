import type { RewardConfig } from '../../config.ts';
import type { RunSummary } from '../summary.ts';
import type { WinnerInterval } from '../winners.ts';

/** What the HTML report is made from. The renderer is pure: whoever calls it reads the run's files. */
export interface ReportInput {
  summary: RunSummary;
  meta: ReportMeta;
  reward: RewardConfig;
  /** Fresh latencies in milliseconds, per model; a few thousand each are plenty for a chart. */
  latencies: { model: string; values: number[] }[];
  /** Who has the highest mean reward at which beta, from 0 upwards without gaps; empty where that is not defined. */
  winners: WinnerInterval[];
  /** Samples worth reading, at most some hundred. */
  samples: Iterable<ReportSample>;
}

interface ReportMeta {
  /** What people call the run: the folder of the config, say. */
  title: string;
  id: string;
  /** ISO 8601. */
  startedAt: string;
  /** One line: system, processor, memory. */
  machine: string;
  /** `poq`, `node`, libraries: name to version. */
  versions: Record<string, string>;
  /** The config as it was run, without secrets. */
  configText?: string;
  /** The models in the order of the config, which fixes their colours; as ranked when absent. */
  modelOrder?: string[];
}

/** A sample with what every model answered. */
export interface ReportSample {
  /** Why it is shown. */
  why: 'disagreement' | 'worst' | 'failure';
  id: string;
  task: string | null;
  /** Where it stands: `file:line`. */
  source: string;
  /** The last user message. */
  prompt: string;
  references: string[];
  outputs: ReportOutput[];
}

/** Exactly one of `text` and `error` is present. Quality and truth in [0, 10], null where unknown. */
export interface ReportOutput {
  model: string;
  text?: string;
  error?: string;
  quality: number | null;
  truthF1: number | null;
  latencyMs: number | null;
  scores?: { evaluator: string; quality: number | null }[];
  checks?: { label: string; pass: boolean }[];
}
