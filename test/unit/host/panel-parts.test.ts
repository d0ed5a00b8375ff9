import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../../src/core/config-parse.ts';
import type { ModelSummary } from '../../../src/core/report/summary.ts';
import type { RunChange } from '../../../src/host/runs/run-watch.ts';

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
}));
const { replacement, withChanges } = await import('../../../src/host/workspace/config-changes.ts');
const { budgetChanges, proposeBudget, weightChanges } = await import('../../../src/host/panel/reward-changes.ts');
const { fileInside, placeOfSample } = await import('../../../src/host/panel/sample-place.ts');
const { ownArrays } = await import('../../../src/host/panel/own-arrays.ts');
const { machineName } = await import('../../../src/host/panel/place.ts');
const { createRunWatch } = await import('../../../src/host/runs/run-watch.ts');
const { createScopeMemory } = await import('../../../src/host/panel/scope-memory.ts');

const CONFIG = `{
  // which files
  "prompts": ["p/**"], // keep me
  "models": [{ "id": "a", "provider": "onnx", "model": "bundled:small" },],
  "evaluators": [{ "id": "r", "kind": "lexical", "metric": "rougeL" }],
}
`;

describe('changes of a config', () => {
  it('keep comments and layout, and give a config that can be read', () => {
    const weights = withChanges(CONFIG, weightChanges({ alpha: 2, beta: 0.25 }));
    expect(weights).toContain('// which files\n  "prompts": ["p/**"], // keep me\n');
    const budget = withChanges(weights, budgetChanges(190));
    const { config, diagnostics } = parseConfig(budget, 'poq.config.json');
    expect(diagnostics).toEqual([]);
    expect(config?.reward.models).toEqual({
      alpha: 2,
      beta: 0.25,
      cost: { of: 'latency', normalize: { budget: 190 } },
    });
    // A second time only the numbers change.
    const again = withChanges(budget, weightChanges({ alpha: 2, beta: 0.3 }));
    expect(replacement(budget, again)).toEqual({ offset: budget.indexOf('0.25') + 2, length: 2, text: '3' });
  });

  it('follow the line ends and the indent of the file', () => {
    const windows = CONFIG.replaceAll('\n', '\r\n').replaceAll('  ', '\t');
    const changed = withChanges(windows, weightChanges({ alpha: 1, beta: 1 }));
    expect(changed.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(changed).toMatch(/\r\n\t"reward"/);
    expect(changed).toMatch(/\r\n\t\t"models"/);
  });

  it('are refused where the text is no config', () => {
    for (const text of ['', '[]', '{"reward": }', '{"reward": 5}', '{"a": 1'])
      expect(() => withChanges(text, weightChanges({ alpha: 1, beta: 1 })), text).toThrow(/has errors/);
  });

  it('are one replacement that makes the new text of the old', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { offset, length, text: inserted } = replacement(before, after);
        expect(before.slice(0, offset) + inserted + before.slice(offset + length)).toBe(after);
      }),
    );
  });
});

describe('the proposed budget', () => {
  const model = (id: string, p95: number | null, tokens: number | null = null) =>
    ({ id, latencyMs: { p95 }, cost: { tokens, money: null, energy: null } }) as ModelSummary;

  it('is twice the slowest p95, on two digits, and says why', () => {
    const models = [model('a', 34), model('b', 95.4), model('dead', null)];
    expect(proposeBudget(models, 'latency')).toEqual({
      budget: 190,
      why: 'A latency of 190 ms now costs 1: twice the p95 of b (95 ms), the slowest model of this run.',
    });
  });

  it('is twice the dearest mean of what cost is about, and null where that is unknown', () => {
    const models = [model('a', 1, 10), model('b', 2, 123.4)];
    expect(proposeBudget(models, 'tokens')?.budget).toBe(250);
    expect(proposeBudget(models, 'money')).toBe(null);
    expect(proposeBudget([], 'latency')).toBe(null);
    expect(parse(withChanges('{}', budgetChanges(250)))).toEqual({
      reward: { models: { cost: { normalize: { budget: 250 } } } },
    });
  });
});

describe('files that a run names', () => {
  let root: string;
  let outside: string;
  beforeAll(() => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'poq-place-')));
    root = join(home, 'ws');
    outside = join(home, 'secret.txt');
    mkdirSync(join(root, 'data'), { recursive: true });
    writeFileSync(join(root, 'data', 'p.csv'), 'x');
    writeFileSync(outside, 'x');
    // Windows gives links to files only to administrators.
    if (process.platform !== 'win32') symlinkSync(outside, join(root, 'link.txt'));
    symlinkSync(join(root, 'data'), join(root, 'inner'), 'junction');
  });
  afterAll(() => rmSync(join(root, '..'), { recursive: true }));

  it('are opened inside the folder only, links followed', async () => {
    expect(await fileInside(root, 'data/p.csv')).toBe(join(root, 'data', 'p.csv'));
    expect(await fileInside(root, 'inner/p.csv')).toBe(join(root, 'inner', 'p.csv'));
    expect(await fileInside(root, 'data/../data/p.csv')).toBe(join(root, 'data', 'p.csv'));
    const files = ['../secret.txt', 'data/../../secret.txt', outside, '', '.', '..', '/etc/passwd'];
    if (process.platform !== 'win32') files.push('link.txt');
    for (const file of files)
      await expect(fileInside(root, file), file).rejects.toThrow(/outside the workspace folder/);
  });

  it('may be gone', async () => {
    await expect(fileInside(root, 'data/q.csv')).rejects.toThrow('data/q.csv is gone');
    await expect(fileInside(root, 'data/p.csv/deeper')).rejects.toThrow('is gone');
  });
});

describe('the place of a sample', () => {
  const order = { root: '/ws', path: 'p.csv', text: '', sample: 's2', line: 3 };
  const reading = (format: string | null, samples: { id: string; source: { file: string; line?: number } }[]) => ({
    readPrompts: async () => ({ format, samples, diagnostics: [] }) as never,
  });

  it('is where the file has it now', async () => {
    const moved = reading('csv', [
      { id: 's1', source: { file: 'p.csv', line: 3 } },
      { id: 's2', source: { file: 'p.csv', line: 9 } },
    ]);
    expect(await placeOfSample(moved, order)).toEqual({ line: 9, note: null });
  });

  it('is where it stood, with a word, when the file has it no more', async () => {
    const { line, note } = await placeOfSample(reading('csv', []), order);
    expect(line).toBe(3);
    expect(note).toContain('no sample "s2" any more');
  });

  it('is where it stood when only the config tells how the file is read', async () => {
    expect(await placeOfSample(reading(null, []), order)).toEqual({ line: 3, note: null });
    expect(await placeOfSample(reading(null, []), { ...order, line: undefined })).toEqual({ line: null, note: null });
  });
});

describe('what is sent to the page', () => {
  it('has typed arrays on memory of their own', () => {
    const message = new Uint8Array(64).fill(7).buffer;
    const whole = new Float64Array([1, 2]);
    const value = ownArrays({
      a: new Float64Array(message, 8, 2),
      b: [{ c: new Int32Array(message, 4, 3) }],
      whole,
      text: 'x',
      none: null,
      number: Number.NaN,
    });
    expect(value.a.buffer.byteLength).toBe(16);
    expect(value.a).toEqual(new Float64Array(message, 8, 2));
    expect(value.b[0]!.c.buffer.byteLength).toBe(12);
    expect(value.whole).toBe(whole);
    expect(value).toMatchObject({ text: 'x', none: null, number: Number.NaN });
  });
});

it('names the machine that computes', () => {
  expect(machineName(undefined, 'box', {})).toBe('this machine');
  expect(machineName('wsl', 'box', { WSL_DISTRO_NAME: 'Ubuntu' })).toBe('WSL: Ubuntu');
  expect(machineName('ssh-remote', 'gpu-box', {})).toBe('SSH: gpu-box');
  expect(machineName('codespaces', 'box', { CODESPACE_NAME: 'fancy' })).toBe('Codespaces: fancy');
  expect(machineName('constructor', 'box', {})).toBe('Remote: box');
});

describe('watching a run', () => {
  it('is shared by all who watch it, and ends with the last', () => {
    const asked: string[] = [];
    const reader = {
      watchRun: async (path: string) => void asked.push(`watch ${path}`),
      unwatchRun: async (path: string) => void asked.push(`unwatch ${path}`),
    };
    let tell: (change: RunChange) => void = () => {};
    const watch = createRunWatch(reader, (listener) => {
      tell = listener;
      return { dispose: () => {} };
    });
    const heard: string[] = [];
    const one = watch.watch('/r', () => heard.push('one'));
    const two = watch.watch('/r', () => heard.push('two'));
    tell({ path: '/r', done: 1, total: 2, state: 'running' });
    tell({ path: '/other', done: 1, total: 2, state: 'running' });
    one.dispose();
    one.dispose();
    tell({ path: '/r', done: 2, total: 2, state: 'running' });
    two.dispose();
    expect(heard).toEqual(['one', 'two', 'two']);
    expect(asked).toEqual(['watch /r', 'unwatch /r']);
  });

  it('says that a run is gone when it cannot be watched', async () => {
    const reader = { watchRun: () => Promise.reject(new Error('no')), unwatchRun: async () => {} };
    const heard: RunChange[] = [];
    createRunWatch(reader, () => ({ dispose: () => {} })).watch('/r', (change) => heard.push(change));
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([{ path: '/r', done: 0, total: 0, state: 'gone' }]);
  });
});

it('remembers what runs were asked to do, the newest hundred, across windows', () => {
  const stored = new Map<string, unknown>();
  const store = {
    get: (key: string, fallback: unknown) => stored.get(key) ?? fallback,
    update: async (key: string, value: unknown) => void stored.set(key, structuredClone(value)),
  };
  let tell: (run: never) => void = () => {};
  const runs = {
    onDidChange: (listener: typeof tell) => {
      tell = listener;
      return { dispose: () => {} };
    },
  };
  const memory = createScopeMemory(store as never, runs as never);
  tell({ run: null, scope: { files: ['early'] } } as never);
  for (let i = 0; i < 120; i++) tell({ run: { path: `/r${i}` }, scope: { samples: [`s${i}`] } } as never);
  tell({ run: { path: '/r119' }, scope: {}, isResumed: true } as never);
  tell({ run: { path: '/of the command line' }, scope: {}, isResumed: true } as never);
  const later = createScopeMemory(store as never, runs as never);
  for (const scopes of [memory, later]) {
    expect(scopes.of('/r119')).toEqual({ samples: ['s119'] });
    expect(scopes.of('/r20')).toEqual({ samples: ['s20'] });
    expect(scopes.of('/r19')).toBe(null);
    expect(scopes.of('/of the command line')).toBe(null);
  }
});
