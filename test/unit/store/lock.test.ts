import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CannotFinishError } from '../../../src/node/errors.ts';
import { acquireLock, isLocked } from '../../../src/node/store/lock.ts';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'poq-lock-')), 'lock');
});

/** A process that has ended, so that its id belongs to nobody. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid as number;
}

describe('acquireLock', () => {
  test('a second holder is refused and told who holds it', () => {
    const lock = acquireLock(file);
    expect(() => acquireLock(file)).toThrow(CannotFinishError);
    expect(() => acquireLock(file)).toThrow(new RegExp(`${process.pid} on ${hostname()}`));
    lock.release();
    acquireLock(file).release();
    expect(existsSync(file)).toBe(false);
  });

  test('the lock of a process that is gone is taken over at once', async () => {
    writeFileSync(file, JSON.stringify({ token: 't', pid: await deadPid(), host: hostname(), processStart: null }));
    acquireLock(file).release();
  });

  test('the lock of another process that got the same id later is taken over', () => {
    writeFileSync(file, JSON.stringify({ token: 't', pid: process.pid, host: hostname(), processStart: '1' }));
    if (process.platform === 'linux') acquireLock(file).release();
  });

  test('a lock that a crash tore is taken over', () => {
    writeFileSync(file, '{"token":"t","pi');
    acquireLock(file).release();
  });

  test("another machine's lock counts while it is touched, and no longer when it is not", () => {
    writeFileSync(file, JSON.stringify({ token: 't', pid: 1, host: 'elsewhere', processStart: null }));
    expect(() => acquireLock(file)).toThrow(CannotFinishError);
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(file, longAgo, longAgo);
    acquireLock(file).release();
  });

  test('releasing leaves a lock alone that somebody else took over', () => {
    const lock = acquireLock(file);
    const other = JSON.stringify({ token: 'other', pid: process.pid, host: hostname(), processStart: null });
    writeFileSync(file, other);
    lock.release();
    expect(readFileSync(file, 'utf8')).toBe(other);
  });
});

describe('isLocked', () => {
  test('is true while a living process holds the lock, and leaves the lock alone', async () => {
    expect(isLocked(file)).toBe(false);
    const lock = acquireLock(file);
    expect(isLocked(file)).toBe(true);
    lock.release();
    expect(isLocked(file)).toBe(false);
    const abandoned = JSON.stringify({ token: 't', pid: await deadPid(), host: hostname(), processStart: null });
    writeFileSync(file, abandoned);
    expect(isLocked(file)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(abandoned);
    writeFileSync(file, '{"torn');
    expect(isLocked(file)).toBe(false);
  });
});
