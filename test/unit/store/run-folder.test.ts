import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CannotFinishError, InputError } from '../../../src/node/errors.ts';
import { createRun, listRuns, openRun, type RunRecord } from '../../../src/node/store/run-folder.ts';
import { newRunId } from '../../../src/node/store/run-id.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poq-runs-'));
});

const record = (id: string, format = 1) => ({ format, id, state: 'running' }) as unknown as RunRecord;
const create = (at: string) => createRun(root, new Date(at), async (id) => record(id));

describe('run folders', () => {
  test('ids sort by start time and are legal names on every system', () => {
    const ids = ['2026-01-02T03:04:05.006Z', '2026-01-02T03:04:05.007Z', '2026-11-22T00:00:00.000Z'].map((t) =>
      newRunId(new Date(t)),
    );
    expect([...ids].sort()).toEqual(ids);
    expect(ids[0]).toMatch(/^20260102-030405-006-[0-9a-f]{4}$/);
  });

  test('the folder appears whole, beside a .gitignore that keeps it out of the repository', async () => {
    const run = await createRun(root, new Date(), async (id, samples) => {
      samples.append([{ id: 's' }]);
      expect(listRuns(root)).toEqual([]);
      expect(existsSync(join(root, '.poq', 'runs', id))).toBe(false);
      return record(id);
    });
    expect(readdirSync(run.path).sort()).toEqual([
      'checks.jsonl',
      'generations.jsonl',
      'run.json',
      'samples.jsonl',
      'scores.jsonl',
    ]);
    expect(readFileSync(join(root, '.poq', '.gitignore'), 'utf8')).toContain('*');
    expect(run.root).toBe(root);
  });

  test('a run that could not be prepared leaves nothing', async () => {
    await expect(
      createRun(root, new Date(), async () => {
        throw new InputError([{ severity: 'error', message: 'no prompts' }]);
      }),
    ).rejects.toThrow('no prompts');
    expect(readdirSync(join(root, '.poq', 'runs'))).toEqual([]);
  });

  test('a disk that refuses is named, and nothing is promised to be kept', async () => {
    writeFileSync(join(root, '.poq'), 'a file where the folder should be');
    const failure = await create('2026-01-01T00:00:00Z').catch((error: Error) => error);
    expect(failure).toBeInstanceOf(CannotFinishError);
    expect((failure as Error).message).toMatch(/^Cannot write .*\.poq.*Nothing was run\.$/);
  });

  test('runs are found by id, by path and as the latest', async () => {
    const a = await create('2026-01-01T00:00:00Z');
    const b = await create('2026-02-01T00:00:00Z');
    expect(listRuns(root).map((r) => r.id)).toEqual([a.id, b.id]);
    expect(openRun(root, a.id).path).toBe(a.path);
    expect(openRun('/nowhere', b.path).path).toBe(b.path);
    expect(openRun(root, 'latest').path).toBe(b.path);
    expect(() => openRun(root, 'nope')).toThrow(new RegExp(`No run "nope".*${b.id}`));
  });

  test('another format is refused with what to do', async () => {
    const run = await create('2026-01-01T00:00:00Z');
    const file = join(run.path, 'run.json');
    writeFileSync(file, JSON.stringify(record(run.id, 2)));
    expect(() => run.readRecord()).toThrow(/newer PoQ Lab: update/);
    writeFileSync(file, JSON.stringify(record(run.id, 0)));
    expect(() => run.readRecord()).toThrow(/older PoQ Lab/);
    for (const damaged of ['{', 'null', '[]', '"x"', '{"format":1}', '{"format":1,"config":{"models":3}}']) {
      writeFileSync(file, damaged);
      expect(() => run.readRecord()).toThrow(InputError);
    }
    expect(() => run.readRecord()).toThrow(/damaged: ".+" is missing/);
  });

  test.skipIf(process.platform === 'win32')('a folder that is deleted under its writer is noticed', async () => {
    const run = await create('2026-01-01T00:00:00Z');
    const writer = run.open();
    writer.generations.append([{ sample: 's' }]);
    writer.sync();
    rmSync(run.path, { recursive: true });
    expect(() => writer.sync()).toThrow(/the folder is gone/);
    writer.close();
  });

  test('a run without its samples is no run', async () => {
    const run = await create('2026-01-01T00:00:00Z');
    rmSync(join(run.path, 'samples.jsonl'));
    expect(() => run.samples(() => {})).toThrow(/samples\.jsonl is gone/);
  });

  test('one writer at a time; rows written before are still there for the next', async () => {
    const run = await create('2026-01-01T00:00:00Z');
    const writer = run.open();
    expect(() => run.open()).toThrow(/is writing this run/);
    writer.generations.append([{ sample: 's' }]);
    writer.close();
    const again = run.open();
    again.close();
    const rows = [];
    for await (const row of run.generations(() => {})) rows.push(row);
    expect(rows).toEqual([{ sample: 's' }]);
  });

  test('a file where the folder should be is a clear error', async () => {
    mkdirSync(join(root, '.poq'));
    writeFileSync(join(root, '.poq', 'runs'), '');
    await expect(create('2026-01-01T00:00:00Z')).rejects.toThrow(/Cannot write/);
  });
});
