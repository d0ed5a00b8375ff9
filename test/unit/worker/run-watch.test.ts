import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ReaderHostApi } from '../../../src/protocol/reader.ts';
import { createRunReader, type RunReader } from '../../../src/worker/runs/index.ts';
import { generationOf, openWritten, runRecorded, sampleOf } from './run-fixture.ts';

type Change = Parameters<ReaderHostApi['onRunChanged']>[0];

let root: string;
let changes: Change[];
let reader: RunReader;
const watched: string[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poq-watch-'));
  changes = [];
  reader = createRunReader((change) => changes.push(change));
});
afterEach(() => {
  for (const path of watched.splice(0)) reader.unwatchRun(path);
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

async function watch(path: string): Promise<void> {
  watched.push(path);
  await reader.watchRun(path);
}

/** Waits until a change was told that fits, for at most ten seconds. */
const told = (fits: Partial<Change>) =>
  vi.waitFor(() => expect(changes).toContainEqual(expect.objectContaining(fits)), { timeout: 10_000, interval: 20 });

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

const finished = () =>
  runRecorded(root, {
    prompts: { 'prompts.jsonl': [{ id: 'q', prompt: 'Q?', reference: 'yes' }] },
    answers: { good: { q: { text: 'yes', latencyMs: 5 } } },
  });

describe('watching a run', () => {
  test('tells of rows as they come, a few times a second, and of its end', async () => {
    const samples = Array.from({ length: 50 }, (_, i) => sampleOf(`s${i}`));
    const run = await openWritten(root, samples);
    const { path } = run.folder;
    await watch(path);
    await told({ path, done: 0, total: 300, state: 'running' });
    const start = performance.now();
    for (const { id } of samples) {
      run.writer.generations.append([generationOf(id, 'a')]);
      await pause(15);
    }
    await told({ done: 50 });
    const seconds = (performance.now() - start) / 1000;
    expect(changes.length).toBeLessThanOrEqual(4 * seconds + 2);
    run.end('cancelled');
    await told({ done: 50, state: 'cancelled' });
    const count = changes.length;
    await pause(600);
    expect(changes).toHaveLength(count);
  });

  test('says nothing of a finished run until it changes, and that it is gone when it was deleted', async () => {
    const { folder } = await finished();
    await watch(folder.path);
    await pause(400);
    expect(changes).toEqual([]);
    rmSync(folder.path, { recursive: true });
    await told({ path: folder.path, state: 'gone' });
    await pause(2500);
    expect(changes).toHaveLength(1);
  });

  test('tells that a run is gone that was never there', async () => {
    await watch(join(root, '.poq', 'runs', 'none'));
    await told({ state: 'gone' });
  });

  test('tells that a run goes on which had ended', async () => {
    const run = await openWritten(root, [sampleOf('s1')]);
    run.end('cancelled');
    await watch(run.folder.path);
    await pause(100);
    const writer = run.folder.open();
    writer.writeRecord({ ...run.record, state: 'running' });
    await told({ state: 'running' });
    writer.generations.append([generationOf('s1', 'a')]);
    await told({ done: 1 });
    writer.close();
  });

  test('tells that it is interrupted when the process that wrote it died', async () => {
    const run = await openWritten(root, [sampleOf('s1')]);
    run.writer.close();
    const owner = fork('-e', ['setInterval(() => {}, 1000)'], { execArgv: [], stdio: 'ignore' });
    try {
      const lock = { token: 't', pid: owner.pid, host: hostname(), processStart: null };
      writeFileSync(join(run.folder.path, 'lock'), JSON.stringify(lock));
      await watch(run.folder.path);
      await told({ state: 'running' });
    } finally {
      const ended = new Promise((resolve) => owner.once('exit', resolve));
      owner.kill('SIGKILL');
      await ended;
    }
    await told({ state: 'interrupted' });
  });

  test('outlives a record that somebody broke, and tells when it is whole again', async () => {
    const { folder } = await finished();
    const file = join(folder.path, 'run.json');
    const text = readFileSync(file, 'utf8');
    await watch(folder.path);
    await pause(100);
    writeFileSync(file, '{');
    await told({ path: folder.path });
    await expect(reader.report({ path: folder.path, intervals: false })).rejects.toThrow(/cannot be read/);
    changes.length = 0;
    writeFileSync(file, text.replace('"state": "done"', '"state": "cancelled"'));
    await told({ state: 'cancelled', done: 3, total: 3 });
  });

  test.runIf(process.platform === 'linux')('keeps no file of the run open', async () => {
    const { path } = (await finished()).folder;
    await watch(path);
    await reader.samples({ path, samples: ['q'] });
    await reader.fileResults({ root, file: 'prompts.jsonl' });
    await reader.exportRun({ path, format: 'html' });
    await pause(300);
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return []; // that of the listing itself
      }
    });
    expect(open.length).toBeGreaterThan(3);
    expect(open.filter((file) => file.startsWith(root))).toEqual([]);
  });

  test('ends with unwatchRun', async () => {
    const run = await openWritten(root, [sampleOf('s1')]);
    await watch(run.folder.path);
    await told({ state: 'running' });
    reader.unwatchRun(run.folder.path);
    run.writer.generations.append([generationOf('s1', 'a')]);
    await pause(600);
    expect(changes).toHaveLength(1);
    run.end('cancelled');
  });
});
