import type { RunSummary } from '../core/report/summary.ts';
import type { CheckRow, Diagnostic, GenerationRow, LoadedInfo, ScoreRow } from '../core/types.ts';

/** What a run tells while it goes on, in order. The command line and the editor draw from the same events. */
export type RunEvent =
  | { type: 'started'; run: string; path: string; samples: number; models: string[]; evaluators: string[] }
  | { type: 'loading'; node: string; message: string }
  | { type: 'loaded'; node: string; info: LoadedInfo }
  | { type: 'unusable'; node: string; error: string }
  | { type: 'generation'; row: GenerationRow }
  | { type: 'score'; row: ScoreRow }
  | { type: 'check'; row: CheckRow }
  | { type: 'diagnostic'; diagnostic: Diagnostic }
  | { type: 'progress'; progress: RunProgress }
  | { type: 'finished'; summary: RunSummary };

export interface RunProgress {
  /** What is being done, for people: `medium answers`, `sts scores medium`. */
  label: string;
  /** Work units (generations and scores) that are complete, those of a resumed run included. */
  done: number;
  total: number;
  /** Estimated milliseconds to the end; null while there is nothing to estimate from. */
  etaMs: number | null;
}

/** What a run would do, before anything is spent: `poq run --dry-run`. */
export interface RunPlan {
  samples: number;
  models: {
    id: string;
    provider: string;
    calls: number;
    /** Generations an earlier run already holds. */
    reusable: number;
    /** Estimated from the prompts' length (about four characters a token), unless an earlier run measured them. */
    inputTokens: number;
    /** The most that could be generated. */
    maxOutputTokens: number;
    /** At most; null without a price. */
    money: number | null;
    /** From this model's earlier runs; null where there are none. */
    timeMs: number | null;
  }[];
  evaluators: { id: string; scores: number }[];
  /** Sums; null where a part is unknown. */
  money: number | null;
  timeMs: number | null;
  notes: string[];
}
