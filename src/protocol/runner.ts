import type { DeviceChoice, DtypeChoice } from '../core/config.ts';
import type { ChatMessage } from '../core/types.ts';

/**
 * What the host and the runner (the child process that holds one local model) say to each other. Durations are in
 * milliseconds and measured in the runner, around the model's own calls.
 */

export type Device = Exclude<DeviceChoice, 'auto'>;
export type Dtype = Exclude<DtypeChoice, 'auto'>;

/** A device that did not work, and why. */
export interface FailedDevice {
  device: string;
  error: string;
}

export type ModelSource =
  /** A folder, as an absolute path, with the data types that it holds. */
  | { kind: 'folder'; path: string; dtypes: Dtype[] }
  /** `cachedOnly`: nothing may be fetched. */
  | { kind: 'hub'; id: string; cachedOnly?: boolean };

export type RunnerTask = 'text-generation' | 'embedding';
export type Pooling = 'mean' | 'cls' | 'last';

export interface LoadOrder {
  task: RunnerTask;
  source: ModelSource;
  device: DeviceChoice;
  dtype: DtypeChoice;
  /** Inputs at a time: the warm-up takes as many, since a GPU compiles its programs for the shapes it meets. */
  batchSize: number;
  /** Threads of one operator on the CPU; chosen by the size of the model when absent. */
  threads?: number;
  /** Where models from the hub are kept. */
  cacheDir: string;
  /** Devices that `auto` must leave out, because an earlier attempt ended the process. */
  without: Device[];
}

export interface LoadReport {
  device: Device;
  dtype: Dtype;
  loadMs: number;
  /** Resident memory of the runner once the model is loaded and warm, in bytes. */
  memoryBytes: number;
  tried: FailedDevice[];
  /** What the user should know about how this model is used. */
  notes: string[];
}

export interface PromptOrder {
  messages: ChatMessage[];
  maxTokens: number;
  /** 0 is greedy. */
  temperature: number;
  topP?: number;
  topK?: number;
  /** The text ends before the first of these. */
  stop?: string[];
  seed: number;
}

interface GenerateOrder {
  job: string;
  /** More than one: generated together, left-padded. */
  prompts: PromptOrder[];
  /** Send the text as it grows; for a single prompt. */
  stream: boolean;
}

export type GenerateResult =
  | {
      text: string;
      finish: 'stop' | 'length';
      /** From the messages to the text: template, tokenisation, generation, decoding; of the whole batch. */
      latencyMs: number;
      /** From the same start to the first token. */
      ttftMs: number;
      /** From the first token to the last. */
      decodeMs: number;
      inputTokens: number;
      /** Generated tokens, the end-of-sequence token included. */
      outputTokens: number;
      batchSize: number;
    }
  | { error: string; latencyMs: number };

interface EmbedOrder {
  job: string;
  texts: string[];
  /** Texts in one forward pass; they are sorted by length first, so that little is padded. */
  batchSize: number;
}

export interface EmbedResult {
  /** [texts, dimension], row by row, in the order of the texts; the pooled vectors, not normalised. */
  vectors: Float32Array;
  dimension: number;
  /** Tokenisation, forward passes and pooling of all texts. */
  latencyMs: number;
}

/** What the runner does for the host. A rejected call carries a message for the user. */
export interface RunnerApi {
  load(order: LoadOrder): Promise<LoadReport>;
  generate(order: GenerateOrder): Promise<GenerateResult[]>;
  embed(order: EmbedOrder): Promise<EmbedResult>;
  /** Runs a model of one addition on the device; rejects with the reason where that does not work. */
  probe(device: Device): Promise<void>;
  /** Ends a job after the step it is in; its call then rejects. */
  abort(job: string): void;
}

/** What the host hears from the runner while a call goes on. */
export interface HostApi {
  onText(job: string, delta: string): void;
  onProgress(message: string): void;
  /** The device that is being tried now: whoever the process dies of is known. */
  onTrying(device: Device): void;
}
