import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PanelRun } from '../../../src/protocol/panel.ts';
import type { Channel } from '../../../src/protocol/rpc.ts';

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
}));
const { openBridge } = await import('../../../src/host/panel/bridge.ts');

const folder = { name: 'ws', uri: {} as never, root: '/ws' };
const refOf = (id: string) => ({ folder, id, path: `/ws/.poq/runs/${id}` });
const listed = (id: string, more: Partial<PanelRun> = {}): PanelRun => ({
  key: `k:${id}`,
  id,
  folder: 'ws',
  state: 'done',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  samples: 3,
  models: ['a', 'b'],
  evaluators: [],
  files: [],
  machine: '',
  winner: null,
  problem: null,
  isBaseline: false,
  active: false,
  canResume: false,
  ...more,
});

/** A bridge on fakes, and a page that can say what it likes. */
function setUp(options: { trusted?: boolean; runs?: PanelRun[]; models?: string[]; stored?: object } = {}) {
  const runs = options.runs ?? [listed('2'), listed('1')];
  let baseline: ReturnType<typeof refOf> | null = null;
  const calls: unknown[][] = [];
  const note =
    (name: string, result: unknown = undefined) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      return result;
    };
  const watched = new Map<string, (change: never) => void>();
  const active: { run: ReturnType<typeof refOf>; progress: unknown; cancel(): void }[] = [];
  const deps = {
    reader: {
      report: note('report', {
        run: { path: '/secret' },
        summary: { models: [{ id: 'a', latencyMs: { p95: 100 } }] },
        weighing: {},
        reward: { models: { cost: { of: 'latency' } } },
      }),
      storedReport: async () => options.stored ?? null,
      rows: note('rows', { samples: [], models: [], state: new Uint8Array(1), quality: new Float64Array(1) }),
      samples: async ({ samples }: { samples: string[] }) =>
        samples
          .filter((id) => id !== 'gone')
          .map((id) => ({ id, messages: [], outputs: [], source: { file: 'p.csv', line: 4 } })),
      compare: note('compare', { models: [], notes: [] }),
    },
    runs: { active, start: note('start'), resume: note('resume') },
    history: {
      all: async () => runs,
      list: async () => runs,
      find: async (key: string) => {
        const run = runs.find((other) => other.key === key);
        return run && refOf(run.id);
      },
      keyOf: ({ id }: { id: string }) => `k:${id}`,
      baseline: () => baseline,
      setBaseline: async (_: unknown, run: ReturnType<typeof refOf> | null) => {
        baseline = run;
      },
    },
    configs: { of: async () => ({ config: { models: (options.models ?? ['a', 'b']).map((id) => ({ id })) } }) },
    watch: {
      watch: (path: string, listener: (change: never) => void) => {
        watched.set(path, listener);
        return { dispose: () => watched.delete(path) };
      },
    },
    scopes: { of: (path: string) => (path.endsWith('/2') ? { files: ['p.csv'], samples: ['s'] } : null) },
    actions: {
      revealSample: note('reveal'),
      exportRun: note('export'),
      deleteRun: note('delete'),
      copyText: note('copy'),
      saveFile: note('save'),
      changeConfig: note('change'),
      command: note('command'),
    },
    place: async () => ({
      machine: 'this machine',
      trusted: options.trusted ?? true,
      severalFolders: false,
      hasFolder: true,
      hasConfig: true,
    }),
    log: () => {},
  };
  const page = new EventEmitter().setMaxListeners(0);
  const toHost = new EventEmitter();
  const channel: Channel = {
    post: (message) => page.emit('message', message),
    listen: (onMessage) => toHost.on('message', onMessage),
  };
  const open = (first = {}) => openBridge(deps as never, channel, first);
  let count = 0;
  /** What the page gets back for a raw message. */
  const raw = (message: Record<string, unknown>) =>
    new Promise<{ r?: unknown; e?: Error }>((resolve) => {
      page.on('message', (answer) => answer.i === message.i && resolve(answer));
      toHost.emit('message', message);
    });
  const call = async (m: string, ...a: unknown[]) => {
    const answer = await raw({ t: 'q', i: `c${count++}`, m, a });
    if (answer.e) throw answer.e;
    return answer.r as never;
  };
  const sent: { m: string; a: unknown[] }[] = [];
  page.on('message', (message) => message.t === 'q' && sent.push(message));
  return { open, call, raw, toHost, calls, watched, active, sent, deps };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('start', () => {
  it('shows the newest run, the one kept by the page, or the one asked for', async () => {
    const newest = setUp();
    newest.open();
    expect(await newest.call('start', { run: null })).toMatchObject({ run: 'k:2', tab: null, sample: null });
    expect(await newest.call('start', { run: 'k:1' })).toMatchObject({ run: 'k:1' });
    expect(await newest.call('start', { run: 'k:unknown' })).toMatchObject({ run: 'k:2' });

    const asked = setUp();
    asked.open({ run: refOf('1'), tab: 'compare', sample: 's' });
    expect(await asked.call('start', { run: 'k:2' })).toMatchObject({ run: 'k:1', tab: 'compare', sample: 's' });
    // Asked for once: when the page comes back it shows what it showed.
    expect(await asked.call('start', { run: 'k:2' })).toMatchObject({ run: 'k:2', tab: null });
  });

  it('says nothing to a page that is not there', async () => {
    const { open, call, sent } = setUp();
    const bridge = open();
    bridge.show({ run: refOf('1') });
    bridge.runsChanged();
    await settled();
    expect(sent).toEqual([]);
    expect(await call('start', { run: null })).toMatchObject({ run: 'k:1' });
    bridge.show({ run: refOf('2'), tab: 'runs' });
    await settled();
    expect(sent.map(({ m, a }) => [m, a[0]])).toEqual([['show', { run: 'k:2', tab: 'runs', sample: null }]]);
    bridge.setVisible(false);
    bridge.show({ tab: 'compare' });
    await settled();
    expect(sent).toHaveLength(1);
    expect(await call('start', { run: 'k:2' })).toMatchObject({ run: 'k:2', tab: 'compare' });
  });
});

describe('what the page asks for', () => {
  it('gets a report without paths, with intervals once the run is over', async () => {
    const { open, call, calls } = setUp({ runs: [listed('2', { state: 'running' }), listed('1')] });
    open();
    const report = await call('report', 'k:1');
    expect(report).toMatchObject({ run: { key: 'k:1' } });
    expect(JSON.stringify(report)).not.toContain('/secret');
    await call('report', 'k:2');
    expect(calls.map(([, order]) => (order as { intervals: boolean }).intervals)).toEqual([true, false]);
  });

  it('gets what a large run says of itself at first, and is told when its rows are read', async () => {
    const { open, call, calls, sent } = setUp({ stored: { summary: { models: [] }, weighing: {}, reward: {} } });
    open();
    await call('start', { run: null });
    expect(await call('report', 'k:2')).toMatchObject({ run: { key: 'k:2' }, summary: { models: [] } });
    expect(calls).toEqual([['report', { path: '/ws/.poq/runs/2', intervals: true }]]);
    await vi.waitFor(() => expect(sent.map(({ m }) => m)).toContain('runsChanged'));
    expect(await call('report', 'k:2')).toMatchObject({ summary: { models: [{ id: 'a' }] } });
  });

  it('is compared with the baseline, unless it is the baseline', async () => {
    const { open, call, calls } = setUp();
    open();
    expect(await call('compareWithBaseline', 'k:2')).toBe(null);
    await call('setBaseline', 'k:1', true);
    expect(await call('compareWithBaseline', 'k:1')).toBe(null);
    await call('compareWithBaseline', 'k:2');
    expect(calls).toEqual([['compare', { base: '/ws/.poq/runs/1', run: '/ws/.poq/runs/2' }]]);
    await call('report', 'k:2');
    await call('setBaseline', 'k:1', false);
    expect(await call('compareWithBaseline', 'k:2')).toBe(null);
  });

  it('runs again what was run: the stored scope, else the workspace with its models', async () => {
    const { open, call, calls } = setUp({ models: ['a', 'b', 'c'] });
    open();
    await call('runAgain', 'k:2');
    await call('runAgain', 'k:1');
    expect(calls.filter(([name]) => name === 'start').map(([, , scope]) => scope)).toEqual([
      { files: ['p.csv'], samples: ['s'] },
      { models: ['a', 'b'] },
    ]);
  });

  it('is shown the new run as soon as it is there', async () => {
    const { open, call, calls, sent, deps } = setUp();
    deps.runs.start = (...args: unknown[]) => {
      calls.push(['start', ...args]);
      return new Promise(() => {});
    };
    const bridge = open();
    await call('start', { run: null });
    await call('runAgain', 'k:2');
    const scope = calls.at(-1)![2] as object;
    bridge.progressed(refOf('other'), {});
    expect(sent).toEqual([]);
    bridge.progressed(refOf('3'), scope);
    bridge.progressed(refOf('3'), scope);
    await settled();
    expect(sent.map(({ m, a }) => [m, (a[0] as { run: string }).run])).toEqual([['show', 'k:3']]);
  });

  it('runs nothing in a workspace that is not trusted', async () => {
    const { open, call, calls } = setUp({ trusted: false });
    open();
    await expect(call('runAgain', 'k:2')).rejects.toThrow(/not trusted/);
    await expect(call('resume', 'k:2')).rejects.toThrow(/not trusted/);
    expect(calls).toEqual([]);
  });

  it('cancels only what this window executes', async () => {
    const { open, call, active } = setUp();
    open();
    await expect(call('cancel', 'k:2')).rejects.toThrow(/does not execute/);
    const cancel = vi.fn();
    active.push({ run: refOf('2'), progress: null, cancel });
    await call('cancel', 'k:2');
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('opens samples that the run holds', async () => {
    const { open, call, calls } = setUp();
    open();
    await call('revealSample', 'k:2', 'a#1');
    expect(calls).toEqual([['reveal', folder, 'a#1', { file: 'p.csv', line: 4 }]]);
    await expect(call('revealSample', 'k:2', 'gone')).rejects.toThrow(/no sample "gone"/);
  });

  it('writes weights and a budget into the config', async () => {
    const { open, call, calls } = setUp();
    open();
    await expect(call('writeWeights', 'k:2', { alpha: 0, beta: 0 })).rejects.toThrow(/must not both be 0/);
    await call('writeWeights', 'k:2', { alpha: 1.5, beta: 0 });
    expect(calls[0]).toEqual([
      'change',
      folder,
      [
        { path: ['reward', 'models', 'alpha'], value: 1.5 },
        { path: ['reward', 'models', 'beta'], value: 0 },
      ],
      'Alpha is now 1.5 and beta 0.',
    ]);
  });

  it('saves text and pictures under the name it gave', async () => {
    const { open, call, calls } = setUp();
    open();
    await call('saveFile', { name: 'chart.svg', content: '<svg>ü</svg>', encoding: 'utf8' });
    await call('saveFile', { name: 'chart.png', content: 'AAEC', encoding: 'base64' });
    expect(calls.map(([, , name]) => name)).toEqual(['chart.svg', 'chart.png']);
    expect(Buffer.from(calls[0]![3] as Uint8Array).toString()).toBe('<svg>ü</svg>');
    expect([...(calls[1]![3] as Uint8Array)]).toEqual([0, 1, 2]);
    for (const content of ['not base64!', 'AAE', 'A=AA'])
      await expect(call('saveFile', { name: 'x.png', content, encoding: 'base64' })).rejects.toThrow(
        /could not be read/,
      );
  });
});

describe('a hostile page', () => {
  it('gets nothing for keys that were not given out', async () => {
    const { open, call, calls } = setUp();
    open();
    for (const key of ['/etc/passwd', '../../x', '__proto__', 'constructor', 'k:3'])
      for (const method of ['report', 'rows', 'deleteRun', 'exportRun', 'runAgain', 'resume', 'cancel', 'setBaseline'])
        await expect(
          call(method, key, ...(method === 'setBaseline' ? [true] : [])),
          `${method} ${key}`,
        ).rejects.toThrow(/not there any more/);
    expect(calls).toEqual([]);
  });

  it('is refused wrong types, too many samples, and names with folders', async () => {
    const { open, call, calls } = setUp();
    open();
    const bad: [string, ...unknown[]][] = [
      ['start'],
      ['start', null],
      ['start', { run: 5 }],
      ['report', { toString: 'x' }],
      ['report', ''],
      ['report', 'k'.repeat(301)],
      ['samples', 'k:2', Array.from({ length: 201 }, () => 's')],
      ['samples', 'k:2', 'abc'],
      ['samples', 'k:2', [['nested']]],
      ['copyText', 5],
      ['copyText', { length: 3 }],
      ['saveFile', { name: '../x.svg', content: '', encoding: 'utf8' }],
      ['saveFile', { name: 'a/b.svg', content: '', encoding: 'utf8' }],
      ['saveFile', { name: 'a\\b.svg', content: '', encoding: 'utf8' }],
      ['saveFile', { name: '..', content: '', encoding: 'utf8' }],
      ['saveFile', { name: 'x.svg\n', content: '', encoding: 'utf8' }],
      ['saveFile', { name: 'x.svg', content: '', encoding: 'hex' }],
      ['writeWeights', 'k:2', { alpha: -1, beta: 1 }],
      ['writeWeights', 'k:2', { alpha: Number.NaN, beta: 1 }],
      ['writeWeights', 'k:2', { alpha: '1', beta: 1 }],
      ['writeWeights', 'k:2', JSON.parse('{"__proto__": {"alpha": 1, "beta": 1}}')],
      ['command', 'workbench.action.terminal.new'],
      ['command', '__proto__'],
    ];
    for (const [method, ...args] of bad)
      await expect(call(method, ...args), `${method} ${JSON.stringify(args)}`).rejects.toThrow();
    expect(calls).toEqual([]);
  });

  it('cannot call what is no method, and breaks nothing with messages of any shape', async () => {
    const { open, call, raw, toHost, calls } = setUp();
    open();
    const answered: unknown[] = [];
    const unwanted: unknown[] = [
      null,
      undefined,
      5,
      'text',
      [],
      {},
      { t: 'q' },
      { t: 'x', i: 'n1', m: 'runs', a: [] },
      ...[
        '__proto__',
        'constructor',
        'toString',
        '__defineGetter__',
        'hasOwnProperty',
        'then',
        '$close',
        'missing',
      ].map((m) => ({ t: 'q', i: 'n2', m, a: ['x'] })),
      { t: 'q', i: 'n3', m: ['runs'], a: [] },
      { t: 'q', i: 'n4', m: 'runs', a: { length: 2 ** 30 } },
      { t: 'q', i: 'n5', m: 'runs', a: 'abc' },
      { t: 'q', i: 'n6', m: 'runs', a: Array.from({ length: 1000 }) },
      { t: 'q', i: { toString: 'x' }, m: 'runs', a: [] },
      { t: 's', i: 'never asked', r: 5 },
      { t: 's', i: '__proto__', e: 'x' },
    ];
    for (const message of unwanted) toHost.emit('message', message);
    void raw({ i: 'n2' }).then((answer) => answered.push(answer));
    await settled();
    expect(answered).toEqual([]);
    expect(calls).toEqual([]);
    expect(await call('runs')).toHaveLength(2);
  });
});

describe('a run that goes on', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const change = (done: number, state = 'running') => ({ path: '/ws/.poq/runs/2', done, total: 9, state }) as never;

  it('is told in few messages, the last one always', async () => {
    const { open, call, watched, sent, active } = setUp();
    const bridge = open();
    await call('start', { run: null });
    await call('report', 'k:2');
    active.push({ run: refOf('2'), progress: { label: 'a answers', etaMs: 100 }, cancel: () => {} });
    const tell = watched.get('/ws/.poq/runs/2')!;
    for (let i = 0; i < 8; i++) tell(change(i));
    expect(sent.map(({ a }) => (a[0] as { done: number }).done)).toEqual([0]);
    vi.advanceTimersByTime(300);
    expect(sent.map(({ a }) => (a[0] as { done: number }).done)).toEqual([0, 7]);
    expect(sent[1]!.a[0]).toEqual({ run: 'k:2', done: 7, total: 9, state: 'running', label: 'a answers', etaMs: 100 });
    bridge.progressed(refOf('1'), {});
    vi.advanceTimersByTime(300);
    expect(sent).toHaveLength(2);
    tell(change(9, 'done'));
    vi.advanceTimersByTime(300);
    expect(sent[2]!.a[0]).toMatchObject({ done: 9, state: 'done', label: null, etaMs: null });
  });

  it('is watched while it is shown and the panel can be seen', async () => {
    const { open, call, watched } = setUp();
    const bridge = open();
    await call('start', { run: null });
    await call('report', 'k:2');
    expect([...watched.keys()]).toEqual(['/ws/.poq/runs/2']);
    await call('report', 'k:1');
    expect([...watched.keys()]).toEqual(['/ws/.poq/runs/1']);
    bridge.setVisible(false);
    expect([...watched.keys()]).toEqual([]);
    bridge.setVisible(true);
    expect([...watched.keys()]).toEqual(['/ws/.poq/runs/1']);
    bridge.dispose();
    expect([...watched.keys()]).toEqual([]);
  });
});
