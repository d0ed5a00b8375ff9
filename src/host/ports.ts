import type { Event, Uri } from 'vscode';
import type { Config } from '../core/config.ts';
import type { RunOutcome, RunScope } from '../protocol/engine.ts';
import type { PanelRun, Tab } from '../protocol/panel.ts';
import type { ReaderApi } from '../protocol/reader.ts';
import type { RunProgress } from '../protocol/run-events.ts';

/** What the parts of the extension know of each other. extension.ts puts them together. */

/** A folder in which PoQ works: a workspace folder, or the folder of a prompt file that is open without one. */
export interface PoqFolder {
  readonly name: string;
  readonly uri: Uri;
  /** The folder's path on this machine; paths in the config are relative to it. */
  readonly root: string;
}

export interface Folders {
  /** The workspace folders. */
  all(): PoqFolder[];
  /** The folder of a file: its workspace folder, else the folder that it lies in. */
  of(file: Uri): PoqFolder;
  /** Path of a file relative to its folder, forward slashes; null where it is not on this machine's disk. */
  pathOf(file: Uri): string | null;
  /** Asks which folder is meant where there are several; undefined: the user went away, or there is none. */
  pick(): Promise<PoqFolder | undefined>;
  /** Workspace folders came or went, or trust was given. */
  readonly onDidChange: Event<void>;
}

/** The config of a folder, as it is saved. */
export interface FolderConfig {
  /** Absolute; null where the folder has none and the built-in config (bundled models) stands in. */
  file: string | null;
  /** Null: the file has errors; `problems` says which. */
  config: Config | null;
  problems: { message: string; line?: number }[];
}

export interface Configs {
  of(folder: PoqFolder): Promise<FolderConfig>;
  /** The config of this folder was saved, made or removed, or the keys kept for its models changed. */
  readonly onDidChange: Event<PoqFolder>;
}

/** The read worker, started with the first call; a call after its end starts it again. Errors are for the user. */
export type Reader = {
  [M in keyof ReaderApi]: (...args: Parameters<ReaderApi[M]>) => Promise<Awaited<ReturnType<ReaderApi[M]>>>;
};

/** A stored run. */
export interface RunRef {
  folder: PoqFolder;
  id: string;
  /** Absolute. */
  path: string;
}

/** A run that this window executes. */
export interface ActiveRun {
  readonly folder: PoqFolder;
  /** Null until its folder is there. */
  readonly run: RunRef | null;
  /** Of a resumed run, whose own scope stands in its folder: everything. */
  readonly scope: RunScope;
  readonly isResumed: boolean;
  readonly progress: RunProgress | null;
  cancel(): void;
}

export interface Runs {
  readonly active: readonly ActiveRun[];
  /**
   * Executes a part of a folder's workspace with progress that can be cancelled, after saving changed prompt files and
   * asking what has to be asked (downloads). Tells the user about every problem itself.
   * @returns undefined where nothing was run
   */
  start(folder: PoqFolder, scope: RunScope, options?: StartOptions): Promise<RunOutcome | undefined>;
  resume(run: RunRef): Promise<RunOutcome | undefined>;
  /** A run began, got its folder, went on or ended. */
  readonly onDidChange: Event<ActiveRun>;
  readonly onDidEnd: Event<{ folder: PoqFolder; scope: RunScope; run: RunRef | null; outcome: RunOutcome }>;
}

export interface StartOptions {
  /** Cancels the run from outside (the Testing view). */
  signal?: AbortSignal;
  /** False: no progress notification, since somebody else shows progress. */
  notify?: boolean;
}

export interface History {
  /** Newest first. */
  list(folder: PoqFolder): Promise<PanelRun[]>;
  all(): Promise<PanelRun[]>;
  /** The run behind a key that `list` gave out; undefined where there is none (any more). */
  find(key: string): Promise<RunRef | undefined>;
  keyOf(run: RunRef): string;
  baseline(folder: PoqFolder): RunRef | null;
  setBaseline(folder: PoqFolder, run: RunRef | null): Promise<void>;
  /** Runs came, went, changed their state, or the baseline changed. */
  readonly onDidChange: Event<PoqFolder>;
}

export interface Panels {
  /** Opens the panel, or brings it to the front. */
  show(what: { run?: RunRef; tab?: Tab; sample?: string }): Promise<void>;
}
