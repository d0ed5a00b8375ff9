import { appendFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reweigh } from '../../../src/core/report/weighing.ts';
import { createRunReader } from '../../../src/worker/runs/index.ts';
import { storedReport } from '../../../src/worker/runs/stored-report.ts';
import { runRecorded } from './run-fixture.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'poq-stored-report-'));
  const ids = ['a', 'b', 'c', 'd'];
  const answers = (words: string, latencyMs: number) =>
    Object.fromEntries(ids.map((id, i) => [id, { text: `${id} ${i % 2 ? words : 'no'}`, latencyMs: latencyMs + i }]));
  const { summary } = await runRecorded(root, {
    prompts: { 'p.jsonl': ids.map((id) => ({ id, prompt: `say ${id}`, reference: `${id} again`, task: 'qa' })) },
    // `none` answers nothing, so that it has no reward.
    answers: { slow: answers('again', 900), fast: answers('or so', 20), none: {} },
  });
  path = summary!.path;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('tells the figures of the whole report, and ranks alike under other weights', async () => {
  const stored = storedReport(path, 0)!;
  const whole = await createRunReader(() => {}).report({ path, intervals: true });
  expect(stored.summary).toEqual(whole.summary);
  expect({ ...stored.run, files: [] }).toEqual({ ...whole.run, files: [] });
  for (const name of ['reward', 'modelOrder', 'passMinQuality', 'versions'] as const)
    expect(stored[name]).toEqual(whole[name]);
  expect(stored.latencies.map(({ model }) => model)).toEqual(whole.latencies.map(({ model }) => model));
  for (const weights of [
    { alpha: 1, beta: 0 },
    { alpha: 0, beta: 1 },
    { alpha: 0.3, beta: 2 },
  ]) {
    const [own, other] = [stored, whole].map(({ weighing }) =>
      reweigh(weighing, weights).models.map(({ id, reward, rewardNote }) => ({ id, mean: reward.mean, rewardNote })),
    );
    expect(own).toEqual(other);
  }
});

test('leaves small runs to those who read their rows', () => {
  expect(storedReport(path)).toBeNull();
});

test('keeps quiet once a row is newer than the summary', () => {
  appendFileSync(join(path, 'scores.jsonl'), '\n');
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(path, 'scores.jsonl'), later, later);
  expect(storedReport(path, 0)).toBeNull();
});

test.each([
  ['of another run', { run: 'another' }],
  ['without a model', { models: [] }],
  ['without intervals', { intervals: { method: '', resamples: 0, unit: 'sample', seed: 1 } }],
  ['without warnings', { warnings: undefined }],
  ['of another state', { state: 'cancelled' }],
])('keeps quiet where the summary is one %s', (_, change) => {
  const file = join(path, 'summary.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
  expect(storedReport(path, 0)).toBeNull();
});

test('keeps quiet where there is none, or the run is one of another version', () => {
  const record = join(path, 'run.json');
  const { versions, ...rest } = JSON.parse(readFileSync(record, 'utf8'));
  writeFileSync(record, JSON.stringify({ ...rest, versions: { ...versions, poq: '0.0.1' } }));
  expect(storedReport(path, 0)).toBeNull();
  writeFileSync(record, JSON.stringify({ ...rest, versions }));
  expect(storedReport(path, 0)).not.toBeNull();
  rmSync(join(path, 'summary.json'));
  expect(storedReport(path, 0)).toBeNull();
});
