import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SampleDetail } from '../../src/protocol/reader.ts';
import { SampleCache } from '../../webview/compare/sample-cache.ts';

const detail = (id: string, characters = 10): SampleDetail => ({
  id,
  task: null,
  group: null,
  tags: [],
  messages: [{ role: 'user', text: 'x'.repeat(characters), cut: null }],
  references: [],
  unanswerable: false,
  source: { file: 'a.jsonl' },
  outputs: [],
});
const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `s${from + i}`);

let calls: string[][];
let answer: (ids: string[]) => Promise<SampleDetail[]>;
let changes: number;
let cache: SampleCache;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  changes = 0;
  answer = async (wanted) => wanted.map((id) => detail(id));
  cache = new SampleCache(
    (wanted) => {
      calls.push(wanted);
      return answer(wanted);
    },
    () => changes++,
  );
});
afterEach(() => {
  cache.close();
  vi.useRealTimers();
});

describe('texts of samples', () => {
  test('are asked for once they have been in view for a moment, in few calls', async () => {
    cache.want(ids(0, 30));
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls.flat()).toEqual(ids(0, 30));
    expect(calls.length).toBe(2);
    expect(cache.get('s0')).toEqual(detail('s0'));
    cache.want(ids(0, 30));
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls.length).toBe(2);
  });

  test('of what was scrolled past are never asked for', async () => {
    for (let from = 0; from < 2000; from += 20) {
      cache.want(ids(from, 20));
      await vi.advanceTimersByTimeAsync(16);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls).toEqual([ids(1980, 20)]);
  });

  test('are asked for one call after the other, the newest view next', async () => {
    let release: () => void = () => {};
    answer = (wanted) => new Promise((resolve) => (release = () => resolve(wanted.map((id) => detail(id)))));
    cache.want(['a']);
    await vi.advanceTimersByTimeAsync(100);
    cache.want(['b']);
    await vi.advanceTimersByTimeAsync(100);
    cache.want(['c']);
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toEqual([['a']]);
    release();
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toEqual([['a'], ['c']]);
    expect(cache.get('a')).toEqual(detail('a'));
  });

  test('that the run does not have are not asked for again', async () => {
    answer = async () => [];
    cache.want(['a']);
    await vi.advanceTimersByTimeAsync(1000);
    cache.want(['a']);
    await vi.advanceTimersByTimeAsync(1000);
    expect([calls.length, cache.get('a')]).toEqual([1, 'unknown']);
  });

  test('are forgotten, the longest unused first, but never what is in view', async () => {
    answer = async (wanted) => wanted.map((id) => detail(id, 500_000));
    for (let i = 0; i < 12; i++) {
      cache.want([`s${i}`, 's0']);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(cache.get('s0')).toBeDefined();
    expect(cache.get('s11')).toBeDefined();
    expect(cache.get('s1')).toBeUndefined();
    const kept = ids(0, 12).filter((id) => cache.get(id) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(8);
  });

  test('stay while they are asked for again, at most once a second', async () => {
    cache.want(['a', 'b']);
    await vi.advanceTimersByTimeAsync(2000);
    const before = calls.length;
    for (let i = 0; i < 50; i++) {
      cache.refresh();
      expect(cache.get('a')).toBeDefined();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(calls.length - before).toBeGreaterThanOrEqual(4);
    expect(calls.length - before).toBeLessThanOrEqual(6);
    await vi.advanceTimersByTimeAsync(3000);
    const settled = calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls.length).toBe(settled);
  });

  test('after a fault are asked for only when somebody says so', async () => {
    answer = async () => {
      throw new Error('generations.jsonl cannot be read.');
    };
    cache.want(['a']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([calls.length, cache.error]).toEqual([1, 'generations.jsonl cannot be read.']);
    answer = async (wanted) => wanted.map((id) => detail(id));
    cache.retry();
    await vi.advanceTimersByTimeAsync(100);
    expect([cache.error, cache.get('a')]).toEqual([null, detail('a')]);
  });

  test('that arrive after the end change nothing', async () => {
    cache.want(['a']);
    await vi.advanceTimersByTimeAsync(59);
    cache.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect([calls.length, changes]).toEqual([0, 0]);
  });
});
