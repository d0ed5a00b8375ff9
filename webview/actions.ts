import type { PanelPlace, PanelStart, Tab } from '../src/protocol/panel.ts';
import { ALL_RUNS, app, type CompareRequest, comparison, type LiveState, report, rows, runs } from './app-state.ts';
import { host, onHostMessages } from './host.ts';
import { isStringOrNull, keep, kept } from './kept.ts';
import { messageOf } from './resource.ts';

/** What the user and the host can make the panel do. */

/** Asks the host what to show. Also the way out of a failed start. */
export async function start(): Promise<void> {
  onHostMessages({ show, runChanged, runsChanged });
  app.set({ failed: null });
  let started: PanelStart;
  try {
    started = await host.start({ run: kept<string | null>('run', null, isStringOrNull) });
  } catch (error) {
    app.set({ failed: messageOf(error) });
    return;
  }
  runs.select(ALL_RUNS);
  app.set({ place: started.place });
  show({ run: started.run, tab: started.tab, sample: started.sample });
}

/** Null leaves what is shown. */
function show({ run, tab, sample }: { run: string | null; tab: Tab | null; sample: string | null }): void {
  if (run !== null) showRun(run);
  if (tab !== null) showTab(tab);
  if (sample !== null) openCompare({ sample });
}

export function showRun(run: string): void {
  if (app.get().run === run) return;
  app.set({ run, live: null, compare: null });
  keep('run', run);
  for (const resource of [report, rows, comparison]) resource.select(run);
}

export function showTab(tab: Tab): void {
  app.set({ tab });
  keep('tab', tab);
}

export function openCompare(request: CompareRequest): void {
  app.set({ compare: request });
  showTab('compare');
}

function runChanged(live: LiveState): void {
  if (live.run !== app.get().run) return;
  const before = app.get().live ?? report.store.get().value?.run;
  app.set({ live });
  if (before && before.state !== live.state) announce(STATE_WORDS[live.state]);
  if (live.state === 'gone') return;
  const over = live.state !== 'running';
  // The host also tells how things stand when it begins to watch a run.
  const known = report.store.get().value;
  if (over && known?.run.state === live.state && known.done === live.done) return;
  for (const resource of [report, rows]) resource.changed(over);
  if (over) comparison.changed(true);
}

const STATE_WORDS: Record<LiveState['state'], string> = {
  running: 'The run started.',
  done: 'The run finished.',
  cancelled: 'The run was cancelled.',
  failed: 'The run failed.',
  interrupted: 'The run was interrupted.',
  gone: 'The run was deleted.',
};

function runsChanged(place: PanelPlace): void {
  app.set({ place });
  runs.changed();
  // The baseline and what can be done with the run are part of these.
  report.changed();
  comparison.changed();
}

/** Screen readers say it when they have finished what they are at. */
export function announce(text: string): void {
  app.set({ announcement: text });
}

/** Calls the host for the user: what goes wrong is told at the top of the panel. */
export function ask(call: Promise<unknown>): void {
  app.set({ problem: null });
  call.catch((error: unknown) => app.set({ problem: messageOf(error) }));
}

/** Copies a text; says so. */
export function copy(text: string, what: string): void {
  ask(host.copyText(text).then(() => announce(`${what} copied.`)));
}
