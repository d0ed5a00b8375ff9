import type { Config, PromptFormat, RewardConfig } from '../core/config.ts';
import type { RunComparison } from '../core/report/comparison.ts';
import type { ModelResult, SampleOutcome } from '../core/report/outcome.ts';
import type { RunRows } from '../core/report/rows.ts';
import type { RunSummary } from '../core/report/summary.ts';
import type { Weighing } from '../core/report/weighing.ts';
import type { ChatMessage, Diagnostic, LoadedInfo, SourceLocation } from '../core/types.ts';
import type { PlaceNames } from './engine.ts';
import type { RunPlan } from './run-events.ts';

export type { ModelOutcome, SampleOutcome } from '../core/report/outcome.ts';

/**
 * What the host asks of the read worker: the child process that reads prompt files, configs and run folders, and does
 * the arithmetic that would hold up the editor. All paths are absolute but those of prompt files, which are relative to
 * `root` with forward slashes. Errors that it throws are for the user.
 */
export interface ReaderApi {
  // Prompt files and configs

  /** The samples in a text of the editor, saved or not. */
  readPrompts(order: {
    root: string;
    path: string;
    text: string;
    format: PromptFormat | null;
    /** Names that the config lists under `env`. Absent: prompts may read any, and none is looked up. */
    env?: string[];
  }): Promise<PromptContents>;
  /** Every prompt file of a workspace, with its samples. */
  findPrompts(order: { root: string; prompts: Config['prompts']; env: string[] }): Promise<FoundPrompts>;
  /** What is wrong with a config beyond its schema: what only a run would find. `keys`: ids of models with a stored key. */
  checkConfig(order: {
    root: string;
    configFile: string;
    text: string;
    places: PlaceNames;
    keys: string[];
    /** What a config may call the editor's own models; absent where nobody asked the editor. */
    editorModels?: string[];
  }): Promise<Diagnostic[]>;
  /** What a run would do, before anything is spent. */
  plan(order: {
    root: string;
    config: Config;
    models?: string[];
    samples?: string[];
    files?: string[];
  }): Promise<RunPlan>;
  models(order: { root: string; config: Config; places: PlaceNames; keys: string[] }): Promise<NodeState[]>;
  /** Models of the hub that a run would have to download first. Asks the hub for size and licence. */
  downloads(order: { root: string; config: Config; places: PlaceNames; models?: string[] }): Promise<Download[]>;
  devices(order: { places: PlaceNames }): Promise<DeviceState[]>;
  /** Models that could be written into a config: bundled ones and those that servers on this machine offer. */
  candidates(order: { places: PlaceNames }): Promise<CandidateModel[]>;
  /** The text of a config for what is there, and an example where there is no prompt file: what `poq init` writes. */
  proposeConfig(order: { root: string; places: PlaceNames }): Promise<ProposedConfig>;

  // Runs

  /** The runs of a workspace, newest first. Folders that cannot be read are listed with their `problem`. */
  listRuns(root: string): Promise<StoredRun[]>;
  /** Figures of a run. Without intervals it is cheap enough for a run that goes on. */
  report(order: { path: string; intervals: boolean }): Promise<RunReport>;
  /**
   * What a large finished run says of itself, at once: its stored summary, without single latencies and without what
   * intervals under other weights are computed from. Null for every other run.
   */
  storedReport(path: string): Promise<RunReport | null>;
  rows(path: string): Promise<RunRows>;
  /** Texts and scores of samples, in the order asked for; unknown ids are left out. */
  samples(order: { path: string; samples: string[] }): Promise<SampleDetail[]>;
  /** Differences of `run` to `base`, paired by sample id. */
  compare(order: { base: string; run: string }): Promise<RunComparison>;
  /** The last known results of the samples of one prompt file, from the newest runs that hold them. */
  fileResults(order: { root: string; file: string }): Promise<FileResults>;
  /** Samples of which all models and evaluators are done, in the order in which they became so, from `from` on. */
  settled(order: { path: string; from: number }): Promise<{ next: number; samples: SampleOutcome[] }>;
  exportRun(order: { path: string; format: 'md' | 'csv' | 'json' | 'html' }): Promise<string>;
  /** From now on `onRunChanged` tells when the run's folder has new rows, another state, or is gone. */
  watchRun(path: string): Promise<void>;
  unwatchRun(path: string): void;
}

export interface ReaderHostApi {
  /** At most a few times a second for each run. */
  onRunChanged(change: { path: string; done: number; total: number; state: StoredRun['state'] | 'gone' }): void;
}

/** A sample as lists show it. */
export interface SampleHead {
  id: string;
  task: string | null;
  /** First line of the last user message, shortened. */
  label: string;
  /** First line of the first reference, shortened; null without one. */
  reference: string | null;
  references: number;
  source: SourceLocation;
  /** Of what the sample asks (messages, references, checks): equal digests, equal samples. */
  digest?: string;
}

export interface PromptContents {
  /** Null: not a prompt file of a known format. */
  format: PromptFormat | null;
  samples: SampleHead[];
  diagnostics: Diagnostic[];
}

export interface FoundPrompts {
  files: { path: string; samples: SampleHead[] }[];
  diagnostics: Diagnostic[];
}

/** A model or evaluator of a config, as it stands. */
export interface NodeState {
  id: string;
  role: 'model' | 'evaluator';
  /** `onnx`, `openai`, ...; of an evaluator its kind. */
  kind: string;
  /** What is behind the id: a bundled model, a folder, a hub id, an endpoint's model. */
  source: string;
  /** `download`: will be fetched first. `missing`: cannot be used; `problem` says why. */
  state: 'ready' | 'download' | 'missing' | 'unknown';
  problem: string | null;
  /** Size of its files, where they are here. */
  bytes: number | null;
  /** From the newest run that used it. */
  lastLoaded: LoadedInfo | null;
}

export interface Download {
  /** The id on the hub. */
  hub: string;
  usedBy: string[];
  /** Null where the hub does not tell. */
  bytes: number | null;
  licence: string | null;
  /** Why size and licence could not be looked up. */
  problem: string | null;
}

export interface DeviceState {
  device: string;
  works: boolean;
  reason: string | null;
  advice: string | null;
}

export interface CandidateModel {
  /** For the config's `models`. */
  entry: Config['models'][number];
  label: string;
  detail: string;
}

export interface ProposedConfig {
  config: string;
  /** To be written beside the config; `file` is relative to it. */
  example: { file: string; text: string } | null;
}

export interface StoredRun {
  id: string;
  path: string;
  /** `interrupted`: it says that it runs, but nobody holds its lock. */
  state: RunSummary['state'] | 'interrupted';
  startedAt: string;
  finishedAt: string | null;
  /** Samples of the run. */
  samples: number;
  models: string[];
  evaluators: string[];
  /** The prompt files of which it holds samples; at most 20. */
  files: string[];
  machine: string;
  /** First by reward, or by quality where there is no reward; null while it runs. */
  winner: { model: string; quality: number | null; reward: number | null; p50: number | null } | null;
  /** Why the folder cannot be read; the other fields then hold what is known from its name. */
  problem: string | null;
}

/** What the panel shows of a run, but for its samples. */
export interface RunReport {
  run: StoredRun;
  done: number;
  total: number;
  summary: RunSummary;
  /** To rank under other alpha and beta, with intervals where the report has them. */
  weighing: Weighing;
  reward: RewardConfig;
  /** Fresh latencies in milliseconds, at most 2,000 a model. */
  latencies: { model: string; values: Float64Array }[];
  /** Models in the order of the config, which fixes their colours. */
  modelOrder: string[];
  passMinQuality: number;
  versions: Record<string, string>;
}

/** Texts beyond this many characters are cut; `cut` holds their full length. */
export interface DetailText {
  text: string;
  cut: number | null;
}

export interface SampleDetail {
  id: string;
  task: string | null;
  group: string | null;
  tags: string[];
  messages: (DetailText & Pick<ChatMessage, 'role'>)[];
  references: DetailText[];
  unanswerable: boolean;
  source: SourceLocation;
  outputs: OutputDetail[];
}

/** One generation. Exactly one of `text` and `error` is not null. */
export interface OutputDetail {
  model: string;
  repeat: number;
  text: DetailText | null;
  error: string | null;
  quality: number | null;
  truthF1: number | null;
  /** Reward of this one generation; null where it is undefined. */
  reward: number | null;
  latencyMs: number | null;
  ttftMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  device: string | null;
  reused: boolean;
  finish: 'stop' | 'length' | null;
  scores: {
    evaluator: string;
    raw: number | null;
    quality: number | null;
    error: string | null;
    compared: string | null;
  }[];
  checks: { label: string; pass: boolean }[];
}

export interface FileResults {
  /** The newest run with samples of the file; null where there is none. */
  run: { id: string; path: string; startedAt: string } | null;
  /** Means of the newest run over this file's samples, by model, best first by reward (by quality where there is none). */
  models: ModelResult[];
  /** By sample id, each from the newest run that holds it; `digest` is the `SampleHead.digest` of what was run. */
  samples: Record<string, SampleOutcome & { run: string; path: string; digest?: string }>;
}
