import { expect, test } from 'vitest';
import { RunQueue } from '../../../src/host/runs/run-queue.ts';

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test('work is done one after the other, in the order it came', async () => {
  const queue = new RunQueue();
  const [a, b] = [deferred<string>(), deferred<string>()];
  const begun: string[] = [];
  const first = queue.add(() => {
    begun.push('a');
    return a.promise;
  });
  const second = queue.add(() => {
    begun.push('b');
    return b.promise;
  });
  await Promise.resolve();
  expect(begun).toEqual(['a']);
  expect(queue.busy).toBe(true);
  a.resolve('A');
  expect(await first).toBe('A');
  b.resolve('B');
  expect(await second).toBe('B');
  expect(begun).toEqual(['a', 'b']);
  expect(queue.busy).toBe(false);
});

test('work that fails fails its caller alone', async () => {
  const queue = new RunQueue();
  const failing = queue.add(() => Promise.reject(new Error('disk')));
  const next = queue.add(async () => 'done');
  await expect(failing).rejects.toThrow('disk');
  expect(await next).toBe('done');
  expect(queue.busy).toBe(false);
});

test('work that is cancelled before its turn is left out at once', async () => {
  const queue = new RunQueue();
  const a = deferred<string>();
  const begun: string[] = [];
  const first = queue.add(() => a.promise);
  const cancellation = new AbortController();
  const second = queue.add(async () => begun.push('b'), cancellation.signal);
  const third = queue.add(async () => 'C');
  cancellation.abort();
  expect(await second).toBeUndefined();
  expect(queue.busy).toBe(true);
  a.resolve('A');
  expect(await first).toBe('A');
  expect(await third).toBe('C');
  expect(begun).toEqual([]);
  expect(await queue.add(async () => 'D', AbortSignal.abort())).toBeUndefined();
  expect(queue.busy).toBe(false);
});

test('work that has begun goes on to its end', async () => {
  const queue = new RunQueue();
  const a = deferred<string>();
  const cancellation = new AbortController();
  const first = queue.add(() => a.promise, cancellation.signal);
  await new Promise(setImmediate);
  cancellation.abort();
  a.resolve('A');
  expect(await first).toBe('A');
});
