import { beforeEach, expect, it, vi } from 'vitest';
import type { RunOutcome } from '../../../src/protocol/engine.ts';

/** What `vscode` would show, and whether the workspace is trusted. */
const editor = { trusted: true, titles: [] as string[], reports: [] as string[], cancel: [] as (() => void)[] };

vi.mock('vscode', () => ({
  EventEmitter: class<T> {
    listeners = new Set<(value: T) => void>();
    event = (listener: (value: T) => void) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
    fire(value: T) {
      for (const listener of [...this.listeners]) listener(value);
    }
    dispose() {}
  },
  commands: { executeCommand: async () => {} },
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
  ProgressLocation: { Notification: 15 },
  window: {
    withProgress: (
      { title }: { title: string },
      work: (progress: unknown, token: unknown) => Promise<unknown>,
    ): Promise<unknown> => {
      editor.titles.push(title);
      const progress = { report: ({ message }: { message: string }) => editor.reports.push(message) };
      return work(progress, { onCancellationRequested: (cancel: () => void) => editor.cancel.push(cancel) });
    },
  },
  workspace: {
    textDocuments: [],
    get isTrusted() {
      return editor.trusted;
    },
  },
  Uri: {},
}));
const { createRuns } = await import('../../../src/host/runs/runs.ts');

const folder = { name: 'ws', uri: {} as never, root: '/ws' };
const ref = { folder, id: '1', path: '/ws/.poq/runs/1' };
const done: RunOutcome = { state: 'done', path: '/ws/.poq/runs/1', problems: [] };

beforeEach(() => {
  Object.assign(editor, { trusted: true, titles: [], reports: [], cancel: [] });
});

/** Runs on engines that end when the test says so. */
function setUp() {
  const engines: { end(outcome: RunOutcome): void; cancelled: boolean }[] = [];
  const told: string[] = [];
  const tell = async (message: string) => void told.push(message);
  const runs = createRuns({
    folders: {},
    configs: { of: async () => ({ file: null, config: { models: [] }, problems: [] }) },
    keys: { of: async () => ({}) },
    reader: { downloads: async () => [] },
    messages: { error: tell, warning: tell, info: tell, log: { warn() {}, info() {}, error() {} } },
    places: () => ({}),
    startEngine: () => {
      let end = (_: RunOutcome) => {};
      const ended = new Promise<RunOutcome>((resolve) => {
        end = resolve;
      });
      const engine = { end, cancelled: false };
      engines.push(engine);
      return {
        run: () => ended,
        resume: () => ended,
        cancel: () => {
          engine.cancelled = true;
        },
        dispose: () => {},
      };
    },
  } as never);
  return { runs, engines, told };
}

it('runs nothing in a workspace that is not trusted, whoever asks', async () => {
  editor.trusted = false;
  const { runs, engines, told } = setUp();
  expect(await runs.start(folder, {})).toBeUndefined();
  expect(await runs.resume(ref)).toBeUndefined();
  expect(engines).toEqual([]);
  expect(told.length).toBe(2);
  expect(told[0]).toContain('not trusted');
});

it('a run that waits for its turn says so, and can be cancelled at once', async () => {
  const { runs, engines } = setUp();
  const first = runs.start(folder, { samples: ['a'] });
  await vi.waitFor(() => expect(engines.length).toBe(1));
  expect(editor.reports).toEqual([]);
  const second = runs.start(folder, { samples: ['b', 'c'] });
  await vi.waitFor(() => expect(editor.reports).toEqual(['waiting for the other run to end']));
  // A title stays as long as the notification: it must be true once the run goes on.
  expect(editor.titles).toEqual(['PoQ: scoring a prompt', 'PoQ: scoring 2 prompts']);
  editor.cancel[1]!();
  expect(await second).toMatchObject({ state: 'cancelled', path: null });
  expect(runs.active.length).toBe(1);
  engines[0]!.end(done);
  expect(await first).toEqual(done);
  expect(engines.length).toBe(1);
  expect(runs.active).toEqual([]);
});

it('a run that goes on is cancelled by its engine', async () => {
  const { runs, engines } = setUp();
  const run = runs.start(folder, {});
  await vi.waitFor(() => expect(engines.length).toBe(1));
  editor.cancel[0]!();
  expect(engines[0]!.cancelled).toBe(true);
  const outcome: RunOutcome = { ...done, state: 'cancelled' };
  engines[0]!.end(outcome);
  expect(await run).toEqual(outcome);
});

it('tells of a model that could not be used, not of lines that are marked in their file', async () => {
  const { runs, engines, told } = setUp();
  const run = runs.start(folder, {});
  await vi.waitFor(() => expect(engines.length).toBe(1));
  const bad = { message: 'not JSON', file: 'a.jsonl', line: 2 };
  engines[0]!.end({ ...done, problems: [bad, { message: 'large: out of memory' }] });
  await run;
  expect(told).toEqual(['The run is done, without a part: large: out of memory']);
  const again = runs.start(folder, {});
  await vi.waitFor(() => expect(engines.length).toBe(2));
  engines[1]!.end({ ...done, problems: [bad] });
  await again;
  expect(told.length).toBe(1);
});
