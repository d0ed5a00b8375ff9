import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PoqFolder } from '../../../src/host/ports.ts';
import { acquireLock } from '../../../src/node/store/lock.ts';

const context: Record<string, unknown> = {};
vi.mock('vscode', () => ({
  commands: {
    executeCommand: async (_: string, key: string, value: unknown) => {
      context[key] = value;
    },
  },
  workspace: { getWorkspaceFolder: () => undefined },
}));
const { followRuns } = await import('../../../src/host/runs/context-keys.ts');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poq-keys-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

const put = (id: string, state: string) => {
  const path = join(root, '.poq', 'runs', id);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'run.json'), JSON.stringify({ state }));
  return path;
};
const subscription = { dispose() {} };

/** Follows the runs of workspace folders; returns what tells of a change in a folder. */
function follow(all: PoqFolder[]) {
  let changed: (folder: PoqFolder) => unknown = () => {};
  const history = {
    onDidChange: (listener: typeof changed) => {
      changed = listener;
      return subscription;
    },
  };
  followRuns({ all: () => all, onDidChange: () => subscription } as never, history as never);
  return (folder: PoqFolder) => changed(folder);
}

it('a run that somebody writes cannot be resumed; one whose writer is gone can', async () => {
  const folder = { name: 'ws', uri: {} as never, root };
  const tell = follow([folder]);
  await tell(folder);
  expect(context).toEqual({ 'poq.hasRuns': false, 'poq.canResume': false });
  put('1', 'done');
  const lock = acquireLock(join(put('2', 'running'), 'lock'));
  await tell(folder);
  expect(context).toEqual({ 'poq.hasRuns': true, 'poq.canResume': false });
  // The process dies: nobody tells.
  lock.release();
  await vi.waitFor(() => expect(context['poq.canResume']).toBe(true), { timeout: 10_000 });
});

it('runs beside a file that is open without a workspace count', async () => {
  put('1', 'cancelled');
  const tell = follow([]);
  await tell({ name: 'x', uri: {} as never, root });
  expect(context).toEqual({ 'poq.hasRuns': true, 'poq.canResume': true });
});
