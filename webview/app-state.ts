import type { RunComparison } from '../src/core/report/comparison.ts';
import type { RunRows } from '../src/core/report/rows.ts';
import type { PanelPlace, PanelReport, PanelRun, Tab } from '../src/protocol/panel.ts';
import { TABS } from '../src/protocol/panel.ts';
import { host } from './host.ts';
import { kept } from './kept.ts';
import { Resource } from './resource.ts';
import { Store } from './store.ts';

/** Where a run stands, as the host last told. */
export interface LiveState {
  run: string;
  done: number;
  total: number;
  state: 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted' | 'gone';
  label: string | null;
  etaMs: number | null;
}

/** What Compare is asked to show, from another tab or from the host. A new object each time. */
export interface CompareRequest {
  /** Only what concerns this model, its lowest quality first. */
  model?: string;
  task?: string;
  /** Of the model: only its failures, only its failed checks, or the slowest first. */
  only?: 'errors' | 'failedChecks' | 'slowest';
  /** Show this sample. */
  sample?: string;
}

export interface AppState {
  /** Null until the host has answered the first call. */
  place: PanelPlace | null;
  /** Why the first call failed. */
  failed: string | null;
  /** Key of the run that is shown; null: there is none. */
  run: string | null;
  tab: Tab;
  live: LiveState | null;
  compare: CompareRequest | null;
  /** Alpha and beta that the user has set for a run since the page was loaded. */
  weights: { run: string; alpha: number; beta: number } | null;
  /** What screen readers are to hear. */
  announcement: string;
  /** A call of the host that failed, told until it is dismissed. */
  problem: string | null;
}

const isTab = (value: unknown): value is Tab => TABS.includes(value as Tab);

export const app = new Store<AppState>({
  place: null,
  failed: null,
  run: null,
  tab: kept<Tab>('tab', 'leaderboard', isTab),
  live: null,
  compare: null,
  weights: null,
  announcement: '',
  problem: null,
});

/** Figures of the run that is shown. */
export const report = new Resource<PanelReport>((run) => host.report(run));
/** Every generation of the run that is shown, without texts. */
export const rows = new Resource<RunRows>((run) => host.rows(run));
/** The run that is shown against the baseline of its folder; null where there is nothing to compare with. */
export const comparison = new Resource<RunComparison | null>((run) => host.compareWithBaseline(run));
/** All runs, newest first. Its key is always `ALL_RUNS`. */
export const runs = new Resource<PanelRun[]>(() => host.runs());
export const ALL_RUNS = 'runs';
