import type { Config } from '../core/config.ts';
import type { ChatMessage } from '../core/types.ts';
import type { RunEvent } from './run-events.ts';

/**
 * What the host and a run worker (the child process that executes one run) say to each other. The worker does what
 * `poq run` does; texts stay in the run folder, so events carry none.
 */

/** Which part of a workspace to run. */
export interface RunScope {
  /** Paths of prompt files, relative to the root, forward slashes; they need not be among the config's `prompts`. */
  files?: string[];
  /** Ids of samples. */
  samples?: string[];
  /** Ids of models; all when absent. */
  models?: string[];
}

/** A key, and the origin that alone may get it: the config may change between two looks at it. */
export interface KeptKey {
  origin: string;
  key: string;
}

export interface PlaceNames {
  /** Holds the bundled models, one folder each. Absolute. */
  models: string;
  /** The program of the process that holds a model. Absolute. */
  runner: string;
  /** For models from the hub. Absolute. */
  cache: string;
}

interface Order {
  places: PlaceNames;
  /** Keys that the editor keeps, by id of the model; they go before variables of the environment. */
  keys: Record<string, KeptKey>;
  /** Ids of hub models that the user agreed to download; others must be in the cache already. */
  downloads: string[];
}

export interface RunOrder extends Order {
  /** The folder that paths are relative to, absolute. */
  root: string;
  /** The config that the user saved, absolute; null: `config` alone counts. */
  configFile: string | null;
  /** Runs instead of a file's content where there is no file. */
  config: Config | null;
  scope: RunScope;
  reuse?: boolean;
}

export interface ResumeOrder extends Order {
  /** The run's folder, absolute. */
  path: string;
  retryErrors: boolean;
}

export interface RunOutcome {
  /** `refused`: nothing was run; `problems` say why. `stopped`: the disk or a lock stopped it; what is complete is stored. */
  state: 'done' | 'cancelled' | 'failed' | 'refused' | 'stopped';
  /** The run's folder, absolute; null when none was made. */
  path: string | null;
  problems: { message: string; file?: string; line?: number }[];
}

/** Generations and scores are told only where they failed, and not all of very many; texts stay in the run folder. */
export type EngineEvent = Exclude<RunEvent, { type: 'finished' }>;

export interface EngineApi {
  /** Resolves when the run is over; never rejects for what a user can mend. */
  run(order: RunOrder): Promise<RunOutcome>;
  resume(order: ResumeOrder): Promise<RunOutcome>;
  /** Ends the run; what is complete is stored. `run` resolves then. */
  cancel(): void;
}

export interface EditorModelRequest {
  /** Names the request in `abortEditorModel`. */
  job: string;
  /** Family or id, as the config writes it. */
  model: string;
  messages: ChatMessage[];
  maxTokens: number;
  temperature: number;
}

/** Times in milliseconds, measured in the host around the request. */
export interface EditorModelAnswer {
  text: string;
  latencyMs: number;
  ttftMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
}

export interface EngineHostApi {
  onEvents(events: EngineEvent[]): void;
  /** @throws Error that says which models the editor offers. Resolves to the name of what was found. */
  findEditorModel(model: string): Promise<string>;
  /** @throws Error with the reason, for the user */
  askEditorModel(request: EditorModelRequest): Promise<EditorModelAnswer>;
  abortEditorModel(job: string): void;
}
