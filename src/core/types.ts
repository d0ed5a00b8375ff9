/**
 * The nouns of the product, as data. Units: times in milliseconds, quality and truth in [0, 10], costs in the unit
 * of their kind (milliseconds, tokens, currency units, joules). `null` means unknown or undefined, never zero.
 */

export type Role = 'system' | 'user' | 'assistant';

export interface ChatMessage {
  role: Role;
  content: string;
}

/** A place in a user's file. `file` is relative to the config's folder, with forward slashes; `line` counts from 1. */
export interface SourceLocation {
  file: string;
  line?: number;
}

/** Something the user should know about a file: what is wrong, where, and what to do. */
export interface Diagnostic extends Partial<SourceLocation> {
  severity: 'error' | 'warning' | 'info';
  message: string;
}

/** What a prompt file may set for its own samples; it overrides the config's `generation`. */
export interface GenerationOverrides {
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  seed?: number;
  stop?: string[];
}

export type CheckKind = 'equals' | 'contains' | 'icontains' | 'startsWith' | 'endsWith' | 'regex' | 'is-json';

/** A check that the prompt file itself asks for: pass or fail, counted and shown, never inside a reward. */
export interface Check {
  kind: CheckKind;
  /** The other operand; absent for `is-json`. */
  value?: string;
  /** `not-contains` and its like. */
  negated: boolean;
  /** How the file writes it, for people: `not-contains "sorry"`. */
  label: string;
}

/** One prompt to run. */
export interface Sample {
  /** The file's own id, else `<path>#<key or index>`; never derived from the prompt's text. */
  id: string;
  task: string | null;
  /** The unit of resampling where samples hang together (a SQuAD paragraph, an article). */
  group: string | null;
  messages: ChatMessage[];
  /** Reference answers; empty when the file has none. */
  references: string[];
  /** SQuAD v2: the empty answer is the right one. */
  unanswerable: boolean;
  tags: string[];
  checks: Check[];
  options: GenerationOverrides;
  /** The model that the prompt file names for itself, if any. */
  requestedModel: string | null;
  source: SourceLocation;
}

/** One line of generations.jsonl. Exactly one of `text` and `error` is present. */
export interface GenerationRow {
  sample: string;
  model: string;
  /** 0-based; several when `generation.repeats` asks for them. */
  repeat: number;
  text?: string;
  error?: string;
  /** Work alone, queueing and waits between retries left out. For an error: the time until it was known. */
  latencyMs: number | null;
  /** Time to first token. */
  ttftMs: number | null;
  decodeMs: number | null;
  /** Waiting in our own process or for a retry. Never part of `latencyMs`. */
  queueMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  device: string | null;
  reused: boolean;
  /** Present when the config asked for batches. */
  batchSize?: number;
  /** Why the text ended: the model's own end, or the token limit. */
  finish?: 'stop' | 'length';
  /** Prompt tokens that the endpoint served from its cache. */
  cachedTokens?: number;
  /** What the endpoint itself measured for this answer, in milliseconds, where it tells. */
  serverMs?: number;
  /** True when the token counts are ours (counted), not the endpoint's. */
  tokensCounted?: boolean;
  /** Energy in joules where the device tells. */
  energyJ?: number | null;
  /** SHA-256 of model, messages and options: generations with the same hash may be reused. */
  hash?: string;
}

/** What an evaluator compared the generation with. */
export type Compared = 'reference' | 'prompt';

/** One line of scores.jsonl. Exactly one of `quality` and `error` is present. */
export interface ScoreRow {
  sample: string;
  model: string;
  repeat: number;
  evaluator: string;
  raw: number | null;
  /** The raw value mapped to [0, 10]. */
  quality?: number;
  error?: string;
  /** For a score computed in a batch: the batch's time divided by its size. */
  latencyMs: number | null;
  batchSize?: number;
  compared?: Compared;
  device?: string | null;
}

/** One line of checks.jsonl. */
export interface CheckRow {
  sample: string;
  model: string;
  repeat: number;
  /** The check's label. */
  check: string;
  pass: boolean;
}

/** What is known of a model once it is loaded. */
export interface LoadedInfo {
  /** Where it really runs: `cpu`, `cuda`, `webgpu`, ...; for an endpoint, its origin; `recorded` for a file. */
  device: string;
  dtype?: string;
  loadMs?: number;
  /** Resident memory of the process that holds it, in bytes, where known. */
  memoryBytes?: number;
  /** Devices that were tried before and why they did not work. */
  tried?: { device: string; error: string }[];
  /** What the user should know about how the model is used. */
  notes?: string[];
}
