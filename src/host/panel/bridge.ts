import { l10n } from 'vscode';
import { checkedApi } from '../../protocol/contract.ts';
import type { RunScope } from '../../protocol/engine.ts';
import {
  type PanelApi,
  type PanelHostApi,
  type PanelPlace,
  type PanelRun,
  panelHostContract,
  type Tab,
} from '../../protocol/panel.ts';
import { type Channel, connect } from '../../protocol/rpc.ts';
import type { Configs, History, PoqFolder, Reader, RunRef, Runs } from '../ports.ts';
import type { RunWatch } from '../runs/run-watch.ts';
import type { ConfigChange } from '../workspace/config-changes.ts';
import { guardedChannel } from './guarded-channel.ts';
import { LiveRun } from './live-run.ts';
import { ownArrays } from './own-arrays.ts';
import { budgetChanges, proposeBudget, weightChanges } from './reward-changes.ts';
import type { ScopeMemory } from './scope-memory.ts';

/** What the panel has the editor do. Errors are for the user. */
export interface PanelActions {
  revealSample(folder: PoqFolder, sample: string, source: { file: string; line?: number }): Promise<void>;
  exportRun(run: RunRef): Promise<void>;
  /** Asks first. */
  deleteRun(run: RunRef): Promise<void>;
  copyText(text: string): Promise<void>;
  saveFile(folder: PoqFolder | undefined, name: string, content: Uint8Array): Promise<void>;
  /** Shows what is changed, and why; the user saves it. */
  changeConfig(folder: PoqFolder, changes: ConfigChange[], why: string): Promise<void>;
  command(name: Parameters<PanelHostApi['command']>[0], folder: PoqFolder | undefined): Promise<void>;
}

export interface BridgeDeps {
  reader: Pick<Reader, 'report' | 'storedReport' | 'rows' | 'samples' | 'compare'>;
  runs: Pick<Runs, 'active' | 'start' | 'resume'>;
  history: Pick<History, 'all' | 'list' | 'find' | 'keyOf' | 'baseline' | 'setBaseline'>;
  configs: Pick<Configs, 'of'>;
  watch: RunWatch;
  scopes: ScopeMemory;
  actions: PanelActions;
  place(): Promise<PanelPlace>;
  /** A fault, with all that is known of it. Not for the user. */
  log(error: unknown): void;
}

export interface PanelRequest {
  run?: RunRef;
  tab?: Tab;
  sample?: string;
}

/** One panel's end in the host. */
export interface Bridge {
  show(what: PanelRequest): void;
  setVisible(visible: boolean): void;
  /** The list of runs, the baseline or the place changed. */
  runsChanged(): void;
  /** A run that this window executes got its folder, or went on. */
  progressed(run: RunRef, scope: RunScope): void;
  dispose(): void;
}

const TELL_EVERY_MS = 300;

/**
 * Answers what the panel asks. The webview is not trusted: every message is checked, runs are looked up by the keys
 * that were given out, and paths come from the runs alone.
 */
export function openBridge(deps: BridgeDeps, channel: Channel, first: PanelRequest): Bridge {
  const { reader, runs, history, actions } = deps;
  let wanted: PanelRequest | null = first;
  /** The page is there and has called `start`. */
  let started = false;
  let shownFolder: PoqFolder | undefined;
  /** What the page had run again: shown as soon as it is there. */
  const awaited = new Set<RunScope>();
  /** Paths of the runs of which the page was told something, so that their rows are read. */
  const read = new Set<string>();

  const activeAt = (path: string) => runs.active.find(({ run }) => run?.path === path);
  const live = new LiveRun({
    watch: deps.watch,
    progressOf: (path) => activeAt(path)?.progress ?? null,
    tell: (change) => send((panel) => panel.runChanged.asEvent(change)),
    everyMs: TELL_EVERY_MS,
  });

  const runOf = async (key: string): Promise<RunRef> => {
    const run = await history.find(key);
    if (!run) throw new Error(l10n.t('This run is not there any more.'));
    return run;
  };
  const listed = async (key: string): Promise<PanelRun> => {
    const { folder } = await runOf(key);
    const run = (await history.list(folder)).find((other) => other.key === key);
    if (!run) throw new Error(l10n.t('This run is not there any more: its folder was moved or deleted.'));
    return run;
  };
  const needTrust = async () => {
    if (!(await deps.place()).trusted)
      throw new Error(l10n.t('Nothing runs in a workspace that is not trusted: trust it first.'));
  };
  const inBackground = (work: Promise<unknown>) => void work.catch(deps.log);

  const api: PanelHostApi = {
    start: async ({ run: kept }) => {
      const [place, all] = await Promise.all([deps.place(), history.all()]);
      const { run, tab = null, sample = null } = wanted ?? {};
      wanted = null;
      started = true;
      const known = all.some(({ key }) => key === kept) ? kept : (all[0]?.key ?? null);
      return { place, run: run ? history.keyOf(run) : known, tab, sample };
    },
    runs: () => history.all(),
    report: async (key) => {
      const { folder, path } = await runOf(key);
      shownFolder = folder;
      live.show({ key, path });
      const run = await listed(key);
      const order = { path, intervals: run.state !== 'running' };
      const stored = read.has(path) ? null : await reader.storedReport(path);
      read.add(path);
      // Reading a large run takes seconds: the page asks again when that is done.
      if (stored) inBackground(reader.report(order).finally(tellRunsChanged));
      const report = stored ?? (await reader.report(order));
      // The page names runs by their keys; where they lie is nothing for it.
      return ownArrays({ ...report, summary: { ...report.summary, path: '' }, run });
    },
    rows: async (key) => ownArrays(await reader.rows((await runOf(key)).path)),
    samples: async (key, samples) => reader.samples({ path: (await runOf(key)).path, samples }),
    compareWithBaseline: async (key) => {
      const run = await runOf(key);
      const base = history.baseline(run.folder);
      return base === null || base.id === run.id ? null : reader.compare({ base: base.path, run: run.path });
    },
    setBaseline: async (key, isBaseline) => {
      const run = await runOf(key);
      await history.setBaseline(run.folder, isBaseline ? run : null);
    },
    revealSample: async (key, id) => {
      const { folder, path } = await runOf(key);
      const [sample] = await reader.samples({ path, samples: [id] });
      if (!sample) throw new Error(l10n.t('The run holds no sample "{0}".', id));
      await actions.revealSample(folder, sample.id, sample.source);
    },
    runAgain: async (key) => {
      await needTrust();
      const { folder, path } = await runOf(key);
      // A copy: by it the new run is known.
      const scope = { ...(deps.scopes.of(path) ?? (await wholeScope(folder, await listed(key)))) };
      awaited.add(scope);
      inBackground(runs.start(folder, scope).finally(() => awaited.delete(scope)));
    },
    resume: async (key) => {
      await needTrust();
      inBackground(runs.resume(await runOf(key)));
    },
    cancel: async (key) => {
      const active = activeAt((await runOf(key)).path);
      if (!active) throw new Error(l10n.t('This window does not execute the run, so it cannot cancel it.'));
      active.cancel();
    },
    exportRun: async (key) => actions.exportRun(await runOf(key)),
    deleteRun: async (key) => actions.deleteRun(await runOf(key)),
    copyText: (text) => actions.copyText(text),
    saveFile: ({ name, content, encoding }) => actions.saveFile(shownFolder, fileName(name), decode(content, encoding)),
    writeWeights: async (key, weights) => {
      if (weights.alpha === 0 && weights.beta === 0) throw new Error(l10n.t('Alpha and beta must not both be 0.'));
      const { folder } = await runOf(key);
      const why = l10n.t('Alpha is now {0} and beta {1}.', weights.alpha, weights.beta);
      await actions.changeConfig(folder, weightChanges(weights), why);
    },
    writeBudget: async (key) => {
      const { folder, path } = await runOf(key);
      const { summary, reward } = await reader.report({ path, intervals: false });
      const { config } = await deps.configs.of(folder);
      const proposal = proposeBudget(summary.models, (config?.reward ?? reward).models.cost.of);
      if (!proposal) throw new Error(l10n.t('The run knows no cost that a budget could be proposed from.'));
      await actions.changeConfig(folder, budgetChanges(proposal.budget), proposal.why);
    },
    command: (name) => actions.command(name, shownFolder),
  };

  /** What a run of the command line did: the whole workspace, with the models that the config still has. */
  const wholeScope = async (folder: PoqFolder, run: PanelRun): Promise<RunScope> => {
    const { config } = await deps.configs.of(folder);
    const models = config?.models.map(({ id }) => id) ?? [];
    const again = models.filter((id) => run.models.includes(id));
    return again.length === 0 || again.length === models.length ? {} : { models: again };
  };

  const panel = connect<PanelApi, PanelHostApi>(
    logged(checkedApi(panelHostContract, api), deps.log),
    guardedChannel(channel, panelHostContract),
  );
  /** As events: a page that is being reloaded answers nothing, and nobody waits for it. */
  const send = (message: (remote: typeof panel) => Promise<void>) => {
    if (started) message(panel).catch(deps.log);
  };

  const tellRunsChanged = () => {
    if (!started) return;
    deps.place().then((place) => send((remote) => remote.runsChanged.asEvent(place)), deps.log);
  };

  const show = (what: PanelRequest) => {
    if (!started) {
      wanted = { ...wanted, ...what };
      return;
    }
    const { run, tab = null, sample = null } = what;
    send((remote) => remote.show.asEvent({ run: run ? history.keyOf(run) : null, tab, sample }));
  };

  return {
    show,
    setVisible: (visible) => {
      // A hidden page is gone; it starts anew when it is seen again.
      if (!visible) started = false;
      live.setVisible(visible);
    },
    runsChanged: tellRunsChanged,
    progressed: (run, scope) => {
      if (awaited.delete(scope)) show({ run });
      live.progressed(run.path);
    },
    dispose: () => {
      started = false;
      live.dispose();
      panel.$close();
    },
  };
}

/** The functions with every failure noted before it goes to the webview as its message. */
function logged(api: PanelHostApi, log: (error: unknown) => void): PanelHostApi {
  const entries = Object.entries(api as Record<string, (...args: never[]) => unknown>).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      try {
        return await method(...args);
      } catch (error) {
        log(error);
        throw error;
      }
    },
  ]);
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as PanelHostApi;
}

/** A name that no system takes for something else than a file in the folder that the user chooses. */
function fileName(name: string): string {
  if (/^[ .]+$/.test(name)) throw new Error(l10n.t('"{0}" is not a name for a file.', name));
  return name.trim();
}

function decode(content: string, encoding: 'utf8' | 'base64'): Uint8Array {
  if (encoding === 'utf8') return new TextEncoder().encode(content);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content) || content.length % 4 !== 0)
    throw new Error(l10n.t('The picture could not be read.'));
  return new Uint8Array(Buffer.from(content, 'base64'));
}
