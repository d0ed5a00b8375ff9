import { afterEach, beforeEach, expect, it, vi } from 'vitest';

type Listener = (value: unknown) => void;
/** What VS Code is asked for, on the other side of the fake. */
const asked = { provider: null as never as Provider, contexts: new Map<unknown, unknown>() };
interface Provider {
  onDidChangeTreeData(listener: Listener): void;
  getChildren(parent?: unknown): Promise<{ type: string }[]>;
  getTreeItem(node: unknown): { id: string; label: string; description: string; command?: { arguments: unknown[] } };
}

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
  env: { language: 'en' },
  commands: { executeCommand: async (_: string, key: unknown, value: unknown) => void asked.contexts.set(key, value) },
  window: {
    createTreeView: (_: string, { treeDataProvider }: { treeDataProvider: Provider }) => {
      asked.provider = treeDataProvider;
      return { dispose: () => {} };
    },
  },
  TreeItemCollapsibleState: { None: 0, Expanded: 2 },
  TreeItem: class {
    constructor(readonly label: string) {}
  },
  ThemeIcon: class {},
  ThemeColor: class {},
  EventEmitter: class {
    listeners: Listener[] = [];
    event = (listener: Listener) => this.listeners.push(listener);
    fire(value: unknown) {
      for (const listener of this.listeners) listener(value);
    }
    dispose() {}
  },
}));
const { registerRunsView } = await import('../../../src/host/views/runs-view.ts');

const folderOf = (name: string) => ({ name, uri: {} as never, root: `/${name}` });
const runOf = (folder: string, id: string) => ({
  key: `${folder}:${id}`,
  id,
  folder,
  state: 'done',
  startedAt: '2026-01-02T03:04:05Z',
  samples: 2,
  models: [],
  evaluators: [],
  files: [],
  winner: null,
  problem: null,
});

function setUp(folders: string[], listed: Record<string, string[]>) {
  const events = { runs: [] as Listener[], history: [] as Listener[] };
  const list = async ({ name }: { name: string }) => (listed[name] ?? []).map((id) => runOf(name, id));
  const active: unknown[] = [];
  const all = vi.fn(async () => (await Promise.all(Object.keys(listed).map((name) => list({ name })))).flat());
  const never = () => ({ dispose: () => {} });
  registerRunsView({
    folders: { all: () => folders.map(folderOf), onDidChange: never },
    configs: { of: async () => ({ file: null }), onDidChange: never },
    history: {
      all,
      list,
      find: async (key: string) => {
        const [folder, id] = key.split(':');
        return { folder: folderOf(folder!), id, path: `/${folder}/.poq/runs/${id}` };
      },
      onDidChange: (listener: Listener) => events.history.push(listener),
    },
    runs: { active, onDidChange: (listener: Listener) => events.runs.push(listener) },
  } as never);
  return { events, active, all };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('reads nothing before somebody looks', () => {
  const { all } = setUp(['a'], { a: ['1'] });
  vi.runAllTimers();
  expect(all).not.toHaveBeenCalled();
});

it('lists the runs of one folder plainly, those of several by folder', async () => {
  setUp(['a'], { a: ['2', '1'] });
  const plain = await asked.provider.getChildren();
  expect(plain.map(({ type }) => type)).toEqual(['run', 'run']);
  const item = asked.provider.getTreeItem(plain[0]);
  expect(item).toMatchObject({ id: 'a:2', description: '2 samples' });
  expect(item.command!.arguments).toEqual([{ folder: folderOf('a'), id: '2', path: '/a/.poq/runs/2' }]);

  setUp(['a', 'b'], { a: ['1'], b: [] });
  const grouped = await asked.provider.getChildren();
  expect(grouped.map((node) => asked.provider.getTreeItem(node).label)).toEqual(['a', 'b']);
  expect(await asked.provider.getChildren(grouped[0])).toHaveLength(1);
  expect(await asked.provider.getChildren(grouped[1])).toEqual([]);
});

it('is empty, with words that fit, where there is no run', async () => {
  setUp(['a', 'b'], { a: [], b: [] });
  expect(await asked.provider.getChildren()).toEqual([]);
  expect(asked.contexts.get('poq.hasConfig')).toBe(false);
});

it('draws only the row of a run that goes on, and everything when runs come or go', async () => {
  const { events, active } = setUp(['a'], { a: ['2', '1'] });
  const changes: unknown[] = [];
  asked.provider.onDidChangeTreeData((rows) => changes.push(rows));
  const [row] = await asked.provider.getChildren();
  const run = { path: '/a/.poq/runs/2' };
  active.push({ run, progress: { label: 'small answers', done: 1, total: 4, etaMs: null } });
  for (let i = 0; i < 5; i++) events.runs[0]!({ run });
  events.runs[0]!({ run: null });
  events.runs[0]!({ run: { path: '/elsewhere' } });
  vi.runAllTimers();
  expect(changes).toEqual([[row]]);
  events.runs[0]!({ run });
  for (let i = 0; i < 5; i++) events.history[0]!(folderOf('a'));
  vi.runAllTimers();
  expect(changes).toEqual([[row], undefined]);
});
