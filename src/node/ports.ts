import type { GenerationConfig } from '../core/config.ts';
import type { ChatMessage, Compared, Diagnostic, LoadedInfo, Sample } from '../core/types.ts';

export type { LoadedInfo } from '../core/types.ts';

/**
 * What a run needs from the outside, as interfaces: a model that answers, an evaluator that scores. Adapters live in
 * providers/ and evaluators/; tests put fakes in their place.
 */

export interface GenerateRequest {
  /** The sample's id: recorded models look the answer up by it. */
  sampleId: string;
  messages: ChatMessage[];
  options: Omit<GenerationConfig, 'repeats'>;
  repeat: number;
}

export interface GenerateTimings {
  latencyMs: number | null;
  ttftMs: number | null;
  decodeMs: number | null;
  queueMs: number | null;
}

export type GenerateOutcome = GenerateTimings & {
  inputTokens: number | null;
  outputTokens: number | null;
  device: string | null;
  batchSize?: number;
  cachedTokens?: number;
  /** What the endpoint itself measured for this answer, in milliseconds, where it tells. */
  serverMs?: number;
  tokensCounted?: boolean;
  energyJ?: number | null;
} & ({ text: string; finish?: 'stop' | 'length'; error?: undefined } | { error: string; text?: undefined });

/**
 * A model under the config's id. A failed generation is an outcome with `error`; a rejected promise means that the
 * model itself is unusable (`ModelUnusableError`) or that the caller cancelled (the signal's reason).
 */
export interface ModelNode {
  readonly id: string;
  /** Models with the same lane compete for the same hardware and are measured one at a time. */
  readonly lane: string;
  /** Requests that may run at a time. */
  readonly concurrency: number;
  /** Prompts that `generate` takes at a time; 1 unless the config asks for batches. */
  readonly batchSize: number;
  /** Starts, loads and warms up. Calling it again is free. */
  load(signal: AbortSignal, onProgress?: (message: string) => void): Promise<LoadedInfo>;
  /** One outcome per request, in order. `onText` gets the text as it grows (batch size 1 only). */
  generate(
    requests: GenerateRequest[],
    signal: AbortSignal,
    onText?: (delta: string) => void,
  ): Promise<GenerateOutcome[]>;
  /**
   * What the user should know once the run is over. `samples` are the ids of all samples of the prompt files, and
   * recorded answers to none of them are named; null where a limit left some out, so that nobody can tell.
   */
  warnings?(samples: ReadonlySet<string> | null): Diagnostic[];
  /** Ends child processes and sockets. */
  close(): Promise<void>;
}

export interface ScoreRequest {
  sample: Pick<Sample, 'id' | 'messages' | 'references' | 'unanswerable'>;
  text: string;
}

export type ScoreOutcome =
  | { raw: number; quality: number; compared: Compared; latencyMs: number; batchSize: number; device: string | null }
  | { error: string; latencyMs: number | null }
  /** The evaluator needs a reference and the sample has none. */
  | { skipped: true };

export interface EvaluatorNode {
  readonly id: string;
  load(signal: AbortSignal, onProgress?: (message: string) => void): Promise<LoadedInfo>;
  /** One outcome per request, in order; any number of requests, batched inside. */
  score(requests: ScoreRequest[], signal: AbortSignal): Promise<ScoreOutcome[]>;
  close(): Promise<void>;
}

/** The model cannot be used at all: its message says what is wrong and what to do. */
export class ModelUnusableError extends Error {
  override name = 'ModelUnusableError';
}
