import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const subscription = { dispose() {} };
class EventEmitter<T> {
  listeners: ((value: T) => void)[] = [];
  event = (listener: (value: T) => void) => {
    this.listeners.push(listener);
    return subscription;
  };
  fire(value: T) {
    for (const listener of this.listeners) listener(value);
  }
  dispose() {}
}
vi.mock('vscode', () => {
  const never = () => subscription;
  return {
    EventEmitter,
    RelativePattern: class {},
    workspace: {
      createFileSystemWatcher: () => ({ onDidChange: never, onDidCreate: never, onDidDelete: never, dispose() {} }),
      getWorkspaceFolder: () => ({}),
    },
  };
});
const { createHistory } = await import('../../../src/host/runs/history.ts');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const folder = { name: 'ws', uri: {} as never, root: '/nowhere' };

it('tells of a run when its folder is there and when it ends, not of every step', () => {
  const [changes, ends] = [new EventEmitter<unknown>(), new EventEmitter<unknown>()];
  const runs = { active: [], onDidChange: changes.event, onDidEnd: ends.event };
  const history = createHistory({ all: () => [folder] } as never, {} as never, runs as never);
  let told = 0;
  history.onDidChange(() => told++);
  const active = { folder, run: null as object | null };
  changes.fire(active);
  vi.advanceTimersByTime(1000);
  expect(told).toBe(0);
  active.run = { folder, id: '1', path: '/nowhere/.poq/runs/1' };
  for (let step = 0; step < 10; step++) {
    changes.fire(active);
    vi.advanceTimersByTime(1000);
  }
  expect(told).toBe(1);
  ends.fire({ folder });
  vi.advanceTimersByTime(1000);
  expect(told).toBe(2);
  history.dispose();
});

it('tells that a run of another window is over, also when that died without a word', async () => {
  const runs = { active: [], onDidChange: () => subscription, onDidEnd: () => subscription };
  let state = 'running';
  let looks = 0;
  const reader = {
    listRuns: async () => {
      looks++;
      return [{ id: '1', path: '/nowhere/.poq/runs/1', state, startedAt: '2026' }];
    },
  };
  const history = createHistory({ all: () => [folder] } as never, reader as never, runs as never);
  let told = 0;
  history.onDidChange(() => told++);
  expect(await history.list(folder)).toMatchObject([{ state: 'running', canResume: false }]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([told, looks > 2]).toEqual([0, true]);
  state = 'interrupted';
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toBe(1);
  expect(await history.list(folder)).toMatchObject([{ state: 'interrupted', canResume: true }]);
  const before = looks;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([told, looks]).toEqual([1, before]);
  history.dispose();
});
