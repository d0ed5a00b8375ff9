import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { guardedChannel } from '../../../src/host/panel/guarded-channel.ts';
import { checkedApi, checkedClient } from '../../../src/protocol/contract.ts';
import {
  type Panel,
  type PanelHostApi,
  type PanelPlace,
  type PanelRun,
  type PanelStart,
  panelContract,
  panelHostContract,
} from '../../../src/protocol/panel.ts';
import { postMessageChannel } from '../../../src/protocol/post-message.ts';
import { connect } from '../../../src/protocol/rpc.ts';
import { createRunReader, type RunReader } from '../../../src/worker/runs/index.ts';

/** A call that the panel made of the host. */
export interface Call {
  method: string;
  args: unknown[];
}

/**
 * The host's side of the panel without the editor: the same protocol and the same reader of run folders; what would
 * happen in the editor is written down in `calls`.
 */
export class FakeHost {
  readonly calls: Call[] = [];
  readonly reader: RunReader = createRunReader(() => {});
  place: PanelPlace = {
    machine: 'this machine',
    trusted: true,
    severalFolders: false,
    hasFolder: true,
    hasConfig: true,
  };
  /** What `start` asks the panel to show. */
  wanted: Partial<PanelStart> = {};
  /** Runs that this window executes, by id. */
  readonly active = new Set<string>();
  /** Instead of the answer of a method: a value, or an Error that it rejects with. */
  readonly instead: { [M in keyof PanelHostApi]?: (...args: Parameters<PanelHostApi[M]>) => unknown } = {};
  /** Calls of the panel's functions. Those without an answer in mind: `void host.panel.show(...)`. */
  panel!: Panel;
  #receive: (message: unknown) => void = () => {};

  /** @param roots workspace folders, absolute */
  constructor(readonly roots: string[]) {}

  /** @param post hands a message to the page */
  connect(post: (message: unknown) => void): void {
    const channel = postMessageChannel(post, (listener) => {
      this.#receive = listener;
    });
    const remote = connect(checkedApi(panelHostContract, this.#api()), guardedChannel(channel, panelHostContract));
    this.panel = checkedClient(panelContract, remote as never);
  }

  /** A message came from the page. */
  receive(message: unknown): void {
    this.#receive(message);
  }

  called(method: keyof PanelHostApi): unknown[][] {
    return this.calls.filter((call) => call.method === method).map((call) => call.args);
  }

  /** Key of a run by its id. */
  keyOf(id: string): string {
    return `key:${id}`;
  }

  async runs(): Promise<PanelRun[]> {
    const lists = await Promise.all(
      this.roots.map(async (root) =>
        (await this.reader.listRuns(root)).map(({ path, ...run }) => {
          const active = this.active.has(run.id);
          const canResume = !active && ['cancelled', 'interrupted', 'failed'].includes(run.state);
          const isBaseline = this.#baseline(root) === run.id;
          return { ...run, key: this.keyOf(run.id), folder: basename(root), isBaseline, active, canResume };
        }),
      ),
    );
    return lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  #baseline(root: string): string | null {
    const file = join(root, 'baseline');
    return (existsSync(file) && readFileSync(file, 'utf8')) || null;
  }

  #find(key: string): { id: string; root: string; path: string } {
    const id = key.replace(/^key:/, '');
    for (const root of this.roots) {
      const path = join(root, '.poq', 'runs', id);
      if (existsSync(path)) return { id, root, path };
    }
    throw new Error('This run is not there any more.');
  }

  #api(): PanelHostApi {
    const api: PanelHostApi = {
      start: async ({ run }) => {
        const all = await this.runs();
        const known = all.some(({ key }) => key === run) ? run : (all[0]?.key ?? null);
        return { place: this.place, run: known, tab: null, sample: null, ...this.wanted };
      },
      runs: () => this.runs(),
      report: async (key) => {
        const { path } = this.#find(key);
        const run = (await this.runs()).find((other) => other.key === key)!;
        return { ...(await this.reader.report({ path, intervals: run.state !== 'running' })), run };
      },
      rows: (key) => this.reader.rows(this.#find(key).path),
      samples: (key, samples) => this.reader.samples({ path: this.#find(key).path, samples }),
      compareWithBaseline: async (key) => {
        const { root, id, path } = this.#find(key);
        const base = this.#baseline(root);
        if (base === null || base === id) return null;
        return this.reader.compare({ base: join(root, '.poq', 'runs', base), run: path });
      },
      setBaseline: async (key, isBaseline) => {
        const { root, id } = this.#find(key);
        writeFileSync(join(root, 'baseline'), isBaseline ? id : '');
        void this.panel.runsChanged(this.place);
      },
      revealSample: () => {},
      runAgain: () => {},
      resume: () => {},
      cancel: () => {},
      exportRun: () => {},
      deleteRun: () => {},
      copyText: () => {},
      saveFile: () => {},
      writeWeights: () => {},
      writeBudget: () => {},
      command: () => {},
    };
    const recorded: Record<string, (...args: never[]) => unknown> = {};
    for (const [method, call] of Object.entries(api)) {
      recorded[method] = async (...args) => {
        this.calls.push({ method, args });
        const instead = this.instead[method as keyof PanelHostApi] as ((...args: never[]) => unknown) | undefined;
        return (instead ?? (call as (...args: never[]) => unknown))(...args);
      };
    }
    return recorded as unknown as PanelHostApi;
  }
}
