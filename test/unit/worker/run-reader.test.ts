import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resumeEvaluation } from '../../../src/node/run/engine.ts';
import { rebuildSummary } from '../../../src/node/run/rebuild.ts';
import { sampleDigest } from '../../../src/node/sample-digest.ts';
import { createRunReader, type RunReader } from '../../../src/worker/runs/index.ts';
import {
  checkOf,
  context,
  generationOf,
  jsonl,
  openWritten,
  put,
  runRecorded,
  sampleOf,
  scoreOf,
} from './run-fixture.ts';

let root: string;
let reader: RunReader;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poq-reader-'));
  reader = createRunReader(() => {});
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

const IDS = Array.from({ length: 12 }, (_, i) => `q${i}`);
const PROMPTS = IDS.map((id, i) => ({
  id,
  prompt: `Question ${id}?`,
  reference: `answer number ${i}`,
  task: i % 2 ? 'odd' : 'even',
}));
const answers = (wrong: (i: number) => boolean) =>
  Object.fromEntries(
    PROMPTS.map(({ id, reference }, i) => [id, { text: wrong(i) ? 'no idea' : reference, latencyMs: 100 + 10 * i }]),
  );
const BUDGET = { reward: { models: { cost: { of: 'latency' as const, normalize: { budget: 1000 } } } } };

/** `good` is always right, `half` for the first six. */
const recorded = (change: object = {}) =>
  runRecorded(root, {
    prompts: { 'prompts.jsonl': PROMPTS },
    answers: { good: answers(() => false), half: answers((i) => i >= 6) },
    config: BUDGET,
    ...change,
  });

describe('the report of a finished run', () => {
  test('has the figures that the run itself told, to the last digit', async () => {
    const { summary, folder } = await recorded();
    const report = await reader.report({ path: folder.path, intervals: true });
    expect(report.summary).toEqual(summary);
    expect(report.summary).toEqual(JSON.parse(readFileSync(join(folder.path, 'summary.json'), 'utf8')));
    expect(report).toMatchObject({
      done: 72,
      total: 72,
      modelOrder: ['good', 'half'],
      passMinQuality: 5,
      run: { id: summary.run, path: folder.path, state: 'done', samples: 12, files: ['prompts.jsonl'], problem: null },
    });
    expect(report.run.winner).toEqual({
      model: 'good',
      quality: summary.models[0]!.quality.mean,
      reward: summary.models[0]!.reward.mean,
      p50: 155,
    });
    expect(report.latencies.map(({ model, values }) => [model, values.length])).toEqual([
      ['good', 12],
      ['half', 12],
    ]);
    expect([...report.latencies[0]!.values].sort((a, b) => a - b)[0]).toBe(100);
    // As it goes from process to process.
    expect(deserialize(serialize(report))).toEqual(report);
  });

  test('without intervals has the same means, and no intervals', async () => {
    const { summary, folder } = await recorded();
    const report = await reader.report({ path: folder.path, intervals: false });
    const means = (of: typeof summary) => of.models.map(({ id, quality, reward }) => [id, quality.mean, reward.mean]);
    expect(means(report.summary)).toEqual(means(summary));
    expect(report.summary.models[0]!.quality).toMatchObject({ low: null, high: null });
  });

  test('names rows that cannot be read and those of nobody as `poq report` does', async () => {
    const { folder } = await recorded();
    const add = (name: string, text: string) => appendFileSync(join(folder.path, name), text);
    add('generations.jsonl', `{torn\n${JSON.stringify(generationOf('q0', 'nobody'))}\n`);
    add('scores.jsonl', '[1]\n{"sample":"q0","mod');
    const { summary } = await reader.report({ path: folder.path, intervals: true });
    expect(summary).toEqual(await rebuildSummary(folder));
    expect(summary.warnings.filter((text) => text.includes('not a complete row'))).toHaveLength(3);
    const again = await reader.report({ path: folder.path, intervals: true });
    expect(again.summary.warnings).toEqual(summary.warnings);
  });

  test('of a run with failures, checks and repeats is that of its rows', async () => {
    const samples = [sampleOf('s1'), sampleOf('s2', { references: [], task: 't' }), sampleOf('s3', { group: 'g' })];
    const run = await openWritten(root, samples, { generation: { repeats: 2 } });
    const both = [0, 1].flatMap((repeat) =>
      ['a', 'b'].flatMap((model) =>
        samples.map(({ id }) => generationOf(id, model, { repeat, latencyMs: 50 * (repeat + 1) })),
      ),
    );
    both[3] = generationOf('s1', 'b', { error: 'too busy', latencyMs: null });
    run.writer.generations.append(both);
    run.writer.scores.append([
      scoreOf('s1', 'a', 'rouge', 9),
      scoreOf('s1', 'a', 'rouge', 4),
      scoreOf('s3', 'b', 'chrf', 7),
    ]);
    run.writer.checks.append([checkOf('s1', 'a', 'is-json', false), checkOf('s1', 'a', 'is-json', true)]);
    run.end('cancelled');
    const { summary, run: stored } = await reader.report({ path: run.folder.path, intervals: true });
    expect(summary).toEqual(await rebuildSummary(run.folder));
    expect(stored.state).toBe('cancelled');
  });

  test('of a run without any row is a report, not an accident', async () => {
    const run = await openWritten(root, [sampleOf('s1')]);
    run.end('cancelled');
    const report = await reader.report({ path: run.folder.path, intervals: true });
    expect(report).toMatchObject({ done: 0, total: 6, run: { winner: null } });
    expect(report.summary.models).toHaveLength(2);
    expect(await reader.samples({ path: run.folder.path, samples: ['s1'] })).toMatchObject([{ id: 's1', outputs: [] }]);
  });
});

describe('a run that goes on', () => {
  test('is read as far as whole lines are there, and further with every call', async () => {
    const run = await openWritten(root, [sampleOf('s1'), sampleOf('s2')], {
      evaluators: [{ id: 'chrf', kind: 'lexical', metric: 'chrf' }],
    });
    const { path } = run.folder;
    const report = () => reader.report({ path, intervals: false });
    expect(await report()).toMatchObject({ done: 0, total: 8, run: { state: 'running', winner: null } });
    run.writer.generations.append([generationOf('s1', 'a', { latencyMs: 40 })]);
    appendFileSync(join(path, 'generations.jsonl'), JSON.stringify(generationOf('s2', 'a')).slice(0, 30));
    const first = await report();
    expect(first).toMatchObject({
      done: 1,
      summary: { state: 'running', warnings: expect.not.arrayContaining([expect.stringContaining('complete row')]) },
    });
    expect(first.latencies[0]!.values).toEqual(Float64Array.of(40));
    truncateSync(join(path, 'generations.jsonl'), statSync(join(path, 'generations.jsonl')).size - 30);
    run.writer.generations.append([generationOf('s2', 'a', { error: 'no answer' })]);
    run.writer.scores.append([scoreOf('s1', 'a', 'chrf', 8)]);
    // A failed generation is never scored: its score counts as done.
    expect(await report()).toMatchObject({
      done: 4,
      summary: { models: expect.arrayContaining([expect.objectContaining({ id: 'a', samples: 2, errors: 1 })]) },
    });
    run.end('cancelled');
    expect((await report()).run).toMatchObject({ state: 'cancelled', winner: { model: 'a' } });
  });

  test('many readers at the same time as its writer end with the same figures', async () => {
    const samples = Array.from({ length: 40 }, (_, i) => sampleOf(`s${i}`));
    const run = await openWritten(root, samples);
    const { path } = run.folder;
    const seen: number[] = [];
    for (const { id } of samples) {
      for (const model of ['a', 'b']) {
        run.writer.generations.append([generationOf(id, model)]);
        run.writer.scores.append(['rouge', 'chrf'].map((e) => scoreOf(id, model, e, 5)));
        void reader.report({ path, intervals: false }).then(({ done }) => seen.push(done));
      }
      await new Promise((resume) => setImmediate(resume));
    }
    run.end('done');
    const last = await reader.report({ path, intervals: true });
    expect(last.summary).toEqual(await rebuildSummary(run.folder));
    expect(last).toMatchObject({ done: 240, total: 240 });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('is never told to be over before its last row, whoever reads it meanwhile', async () => {
    const samples = Array.from({ length: 400 }, (_, i) =>
      sampleOf(`s${i}`, { references: [`${'long '.repeat(40)}${i}`] }),
    );
    const run = await openWritten(root, samples);
    const { path } = run.folder;
    await reader.report({ path, intervals: false });
    for (const model of ['a', 'b']) {
      run.writer.generations.append(
        samples.map(({ id }) => generationOf(id, model, { text: 'an answer '.repeat(100) })),
      );
      run.writer.scores.append(samples.flatMap(({ id }) => ['rouge', 'chrf'].map((e) => scoreOf(id, model, e, 5))));
    }
    run.end('done');
    const seen: { state: string; done: number }[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        for (let turn = 0; turn < i; turn++) await new Promise((resume) => setImmediate(resume));
        const { run: told, done } = await reader.report({ path, intervals: false });
        seen.push({ state: told.state, done });
      }),
    );
    expect(seen.filter(({ state }) => state !== 'running').every(({ done }) => done === 2400)).toBe(true);
    expect(seen).toContainEqual({ state: 'done', done: 2400 });
  });

  test('that was killed is interrupted; its torn line is told, and gone once it is resumed', async () => {
    const { folder } = await recorded();
    const killed = folder.readRecord();
    const lines = readFileSync(join(folder.path, 'generations.jsonl'), 'utf8').trimEnd().split('\n');
    writeFileSync(
      join(folder.path, 'generations.jsonl'),
      `${lines.slice(0, 20).join('\n')}\n${lines[20]!.slice(0, 25)}`,
    );
    writeFileSync(join(folder.path, 'scores.jsonl'), '');
    writeFileSync(join(folder.path, 'run.json'), JSON.stringify({ ...killed, state: 'running', finishedAt: null }));
    const old = new Date(Date.now() - 60_000);
    utimesSync(join(folder.path, 'run.json'), old, old);

    const before = await reader.report({ path: folder.path, intervals: false });
    expect(before).toMatchObject({
      done: 20,
      total: 72,
      run: { state: 'interrupted', winner: null, finishedAt: null },
    });
    expect(before.summary.warnings.some((text) => text.includes('not a complete row'))).toBe(true);
    expect((await reader.listRuns(root))[0]).toMatchObject({ state: 'interrupted' });

    const { summary } = await resumeEvaluation({
      folder,
      signal: new AbortController().signal,
      context: context(root),
    });
    const after = await reader.report({ path: folder.path, intervals: true });
    expect(after.summary).toEqual(summary);
    expect(after.summary.warnings.some((text) => text.includes('not a complete row'))).toBe(false);
    expect(after).toMatchObject({ done: 72, run: { state: 'done' } });
  });

  test('is gone when it was deleted, and says so', async () => {
    const { folder } = await recorded();
    await reader.report({ path: folder.path, intervals: false });
    rmSync(folder.path, { recursive: true });
    for (const call of [
      () => reader.report({ path: folder.path, intervals: true }),
      () => reader.rows(folder.path),
      () => reader.samples({ path: folder.path, samples: ['q1'] }),
      () => reader.settled({ path: folder.path, from: 0 }),
      () => reader.exportRun({ path: folder.path, format: 'html' }),
    ]) {
      await expect(call()).rejects.toThrow(/is gone: .* was deleted or moved/);
    }
    expect(await reader.listRuns(root)).toEqual([]);
  });
});

describe('what cannot be shown', () => {
  test('is told with its reason: a newer format, damage, samples that are gone', async () => {
    const newer = (await recorded()).folder;
    writeFileSync(join(newer.path, 'run.json'), JSON.stringify({ ...newer.readRecord(), format: 99 }));
    await expect(reader.report({ path: newer.path, intervals: false })).rejects.toThrow(/newer PoQ Lab/);
    const lost = (await recorded()).folder;
    rmSync(join(lost.path, 'samples.jsonl'));
    await expect(reader.rows(lost.path)).rejects.toThrow(/samples\.jsonl is gone/);
    mkdirSync(join(root, '.poq', 'runs', '20250102-030405-006-abcd'));
    put(root, '.poq/runs/notes.txt', 'not a run');
    put(root, '.poq/runs/broken/run.json', '{');
    const runs = await reader.listRuns(root);
    const problems = Object.fromEntries(runs.map(({ id, problem }) => [id, problem]));
    expect(problems[newer.id]).toMatch(/newer PoQ Lab/);
    expect(problems['20250102-030405-006-abcd']).toMatch(/cannot be read/);
    expect(problems.broken).toMatch(/cannot be read/);
    expect(problems[lost.id]).toBeNull();
    expect(runs).toHaveLength(4);
    expect(runs.find(({ id }) => id.startsWith('2025'))?.startedAt).toBe('2025-01-02T03:04:05.006Z');
  });
});

describe('the list of runs', () => {
  test('is newest first, with what lists show', async () => {
    const old = await openWritten(root, [sampleOf('s1')], {}, new Date('2026-01-01T00:00:00Z'));
    old.end('cancelled');
    const { folder, summary } = await recorded({ limit: 4 });
    const [newest, oldest] = await reader.listRuns(root);
    expect(newest).toEqual({
      id: folder.id,
      path: folder.path,
      state: 'done',
      startedAt: folder.readRecord().startedAt,
      finishedAt: folder.readRecord().finishedAt,
      samples: 4,
      models: ['good', 'half'],
      evaluators: ['rouge', 'chrf'],
      files: ['prompts.jsonl'],
      machine: expect.stringMatching(/cores, \d+ GiB$/),
      winner: {
        model: 'good',
        quality: summary.models[0]!.quality.mean,
        reward: summary.models[0]!.reward.mean,
        p50: summary.models[0]!.latencyMs.p50,
      },
      problem: null,
    });
    expect(oldest).toMatchObject({ state: 'cancelled', winner: null, machine: 'linux x64, a cpu, 2 cores, 4 GiB' });
    expect(await reader.listRuns(join(root, 'elsewhere'))).toEqual([]);
  });

  test('names copied and renamed runs by their folders, so that each is one of its own', async () => {
    const { folder } = await recorded({ limit: 2 });
    const runs = join(root, '.poq', 'runs');
    cpSync(folder.path, join(runs, `${folder.id} copy`), { recursive: true });
    renameSync(folder.path, join(runs, 'good'));
    const listed = await reader.listRuns(root);
    expect(listed.map(({ id }) => id).sort()).toEqual([`${folder.id} copy`, 'good'].sort());
    for (const { id, path, problem } of listed) expect([path, problem]).toEqual([join(runs, id), null]);
  });

  test('finds the prompt files of runs whose record does not name them', async () => {
    const { folder } = await recorded();
    const { files: _, ...record } = folder.readRecord();
    writeFileSync(join(folder.path, 'run.json'), JSON.stringify(record));
    expect((await reader.listRuns(root))[0]!.files).toEqual(['prompts.jsonl']);
  });

  test('of a thousand runs, one of which changed, reads that one again', async () => {
    const { folder } = await recorded();
    const text = readFileSync(join(folder.path, 'run.json'), 'utf8');
    for (let i = 0; i < 999; i++) {
      const id = `20200101-000000-${String(i).padStart(3, '0')}-aaaa`;
      put(root, `.poq/runs/${id}/run.json`, text.replaceAll(folder.id, id));
    }
    const untouched = join(root, '.poq', 'runs', '20200101-000000-500-aaaa', 'run.json');
    const then = new Date('2020-01-01T00:00:00Z');
    utimesSync(untouched, then, then);
    expect(await reader.listRuns(root)).toHaveLength(1000);
    // Other content under the same time and size: whoever reads it again sees it.
    writeFileSync(untouched, readFileSync(untouched, 'utf8').replace('"state": "done"', '"state": "fail"'));
    utimesSync(untouched, then, then);
    writeFileSync(join(folder.path, 'run.json'), text.replace('"state": "done"', '"state": "cancelled"'));
    const again = await reader.listRuns(root);
    expect(again.find(({ id }) => id === folder.id)!.state).toBe('cancelled');
    expect(again.filter(({ state }) => state === 'done')).toHaveLength(999);
  });
});

describe('texts of samples', () => {
  test('come with scores, checks and rewards, in the order asked for; unknown ids are left out', async () => {
    const samples = [sampleOf('s1', { tags: ['x'] }), sampleOf('s2')];
    const run = await openWritten(root, samples, { ...BUDGET, generation: { repeats: 2 } });
    run.writer.generations.append([
      generationOf('s1', 'b', { error: 'down' }),
      generationOf('s1', 'a', { repeat: 1, text: 'zwei 😀', latencyMs: 300, finish: 'length', reused: true }),
      generationOf('s1', 'a', { text: 'old' }),
      generationOf('s1', 'a', { text: 'new', latencyMs: 200 }),
    ]);
    run.writer.scores.append([
      scoreOf('s1', 'a', 'rouge', 6),
      scoreOf('s1', 'a', 'chrf', 8),
      { sample: 's1', model: 'a', repeat: 1, evaluator: 'chrf', raw: null, error: 'no memory', latencyMs: null },
    ]);
    run.writer.checks.append([
      checkOf('s1', 'a', 'is-json', false),
      checkOf('s1', 'a', 'has "x"', true),
      checkOf('s1', 'a', 'is-json', true),
    ]);
    run.end('cancelled');
    const [s2, s1, ...others] = await reader.samples({ path: run.folder.path, samples: ['s2', 'none', 's1'] });
    expect(others).toEqual([]);
    expect(s2).toMatchObject({ id: 's2', outputs: [] });
    expect(s1).toMatchObject({
      id: 's1',
      tags: ['x'],
      messages: [{ role: 'user', text: 'Question s1?', cut: null }],
      references: [{ text: 'answer s1', cut: null }],
      source: { file: 'prompts.jsonl', line: 1 },
    });
    const [first, second, failed] = s1!.outputs;
    expect(first).toMatchObject({
      model: 'a',
      repeat: 0,
      text: { text: 'new', cut: null },
      error: null,
      quality: 7,
      latencyMs: 200,
      scores: [
        { evaluator: 'rouge', raw: 0.6, quality: 6, error: null, compared: 'reference' },
        { evaluator: 'chrf', raw: 0.8, quality: 8, error: null, compared: 'reference' },
      ],
      checks: [
        { label: 'is-json', pass: true },
        { label: 'has "x"', pass: true },
      ],
    });
    // alpha 1, beta .5, budget 1000: .7 - .5 * .2
    expect(first!.reward).toBeCloseTo(0.6, 12);
    expect(second).toMatchObject({
      repeat: 1,
      text: { text: 'zwei 😀' },
      quality: null,
      reward: null,
      reused: true,
      finish: 'length',
    });
    expect(second!.scores).toEqual([
      { evaluator: 'chrf', raw: null, quality: null, error: 'no memory', compared: null },
    ]);
    expect(failed).toMatchObject({ model: 'b', text: null, error: 'down', scores: [], checks: [] });
  });

  test('are cut when they are long, never inside a character', async () => {
    const long = `${'x'.repeat(19_999)}😀y`;
    const run = await openWritten(root, [
      sampleOf('s1', { references: [long], messages: [{ role: 'user', content: 'z'.repeat(20_000) }] }),
    ]);
    run.end('done');
    const [detail] = await reader.samples({ path: run.folder.path, samples: ['s1'] });
    expect(detail!.references).toEqual([{ text: 'x'.repeat(19_999), cut: 20_002 }]);
    expect(detail!.messages[0]).toMatchObject({ text: 'z'.repeat(20_000), cut: null });
  });
});

describe('rows', () => {
  test('are the run’s samples and models as columns', async () => {
    const { folder } = await recorded();
    const rows = await reader.rows(folder.path);
    expect(rows.samples).toEqual(IDS);
    expect(rows.models).toEqual(['good', 'half']);
    expect(rows.tasks.map((_, i) => rows.tasks[i])).toEqual(['even', 'odd']);
    expect([...rows.state]).toEqual(new Array(24).fill(1));
    expect(rows.quality[0]).toBeCloseTo(10, 9);
    expect(rows.files).toEqual(['prompts.jsonl']);
    expect(rows.line[2]).toBe(3);
  });
});

describe('the comparison of two runs', () => {
  test('is paired by sample id over what both hold', async () => {
    const before = (await recorded({ samples: IDS.slice(0, 10) })).folder;
    const after = await recorded({
      answers: { half: answers((i) => i >= 8), other: answers(() => true) },
      samples: IDS.slice(2),
    });
    const comparison = await reader.compare({ base: before.path, run: after.folder.path });
    expect(comparison).toMatchObject({
      base: { run: before.id },
      run: { run: after.folder.id, startedAt: after.record.startedAt },
      onlyBase: ['good'],
      onlyRun: ['other'],
      samplesOnlyBase: 2,
      samplesOnlyRun: 2,
    });
    // Of q2 to q9, q6 and q7 became right.
    expect(comparison.models).toMatchObject([{ id: 'half', samples: 8 }]);
    const [half] = comparison.models;
    expect(half!.quality.mean).toBeCloseTo(half!.after.quality! - half!.before.quality!, 9);
    expect(
      half!.largest
        .filter(({ before: x, after: y }) => y > x)
        .map(({ sample }) => sample)
        .sort(),
    ).toEqual(['q6', 'q7']);
  });

  test('needs both', async () => {
    const { path } = (await recorded()).folder;
    const gone = join(root, '.poq', 'runs', 'gone');
    await expect(reader.compare({ base: gone, run: path })).rejects.toThrow(/The run gone is gone/);
  });
});

describe('results of a prompt file', () => {
  test('come, sample by sample, from the newest run that holds it', async () => {
    const all = await recorded();
    await new Promise((resume) => setTimeout(resume, 5));
    const one = await recorded({ samples: ['q3'] });
    const results = await reader.fileResults({ root, file: 'prompts.jsonl' });
    expect(results.run).toEqual({ id: one.folder.id, path: one.folder.path, startedAt: one.record.startedAt });
    expect(Object.keys(results.samples).sort()).toEqual([...IDS].sort());
    expect(results.samples.q3).toMatchObject({ run: one.folder.id, pass: true });
    expect(results.samples.q9).toMatchObject({ run: all.folder.id, pass: false, minQuality: 5 });
    expect(results.models.map(({ model, samples }) => [model, samples])).toEqual([
      ['good', 1],
      ['half', 1],
    ]);
    for await (const sample of all.folder.samples(() => {})) {
      expect(results.samples[sample.id]!.digest).toBe(sampleDigest(sample));
    }
    expect(await reader.fileResults({ root, file: 'prompts.jsonl' })).toEqual(results);
  });

  test('are nothing where no run holds the file, and leave out what nobody answered', async () => {
    expect(await reader.fileResults({ root, file: 'prompts.jsonl' })).toEqual({ run: null, models: [], samples: {} });
    const run = await openWritten(root, [sampleOf('s1'), sampleOf('s2'), sampleOf('constructor')]);
    expect((await reader.fileResults({ root, file: 'prompts.jsonl' })).run).toBeNull();
    run.writer.generations.append([generationOf('s2', 'a'), generationOf('constructor', 'a')]);
    const { samples } = await reader.fileResults({ root, file: 'prompts.jsonl' });
    expect(Object.keys(samples)).toEqual(['s2', 'constructor']);
    expect(samples.s2).toMatchObject({ pass: null });
    run.end('cancelled');
  });

  test('survive runs that are broken or go away meanwhile', async () => {
    const { folder } = await recorded();
    await new Promise((resume) => setTimeout(resume, 5));
    const broken = (await recorded()).folder;
    rmSync(join(broken.path, 'samples.jsonl'));
    put(root, '.poq/runs/20300101-000000-000-aaaa/run.json', '{}');
    const results = await reader.fileResults({ root, file: 'prompts.jsonl' });
    expect(results.run?.id).toBe(folder.id);
  });
});

describe('settled samples', () => {
  const EVALUATORS = [
    { id: 'rouge', kind: 'lexical' as const, metric: 'rougeL' as const },
    { id: 'enc', kind: 'bi-encoder' as const, model: 'bundled:sts' },
  ];
  const CHECK = { kind: 'is-json' as const, negated: false, label: 'is-json' };

  test('come in the order in which they became complete, each once', async () => {
    const samples = [
      sampleOf('s1'),
      sampleOf('s2'),
      sampleOf('bare', { references: [] }),
      sampleOf('checked', { checks: [CHECK] }),
    ];
    const run = await openWritten(root, samples, { evaluators: EVALUATORS });
    const { path } = run.folder;
    let from = 0;
    const news = async () => {
      const { next, samples } = await reader.settled({ path, from });
      from = next;
      return samples.map(({ id }) => id);
    };
    const generate = (...ids: string[]) =>
      run.writer.generations.append(ids.flatMap((id) => ['a', 'b'].map((model) => generationOf(id, model))));
    const score = (id: string, ...evaluators: string[]) =>
      run.writer.scores.append(evaluators.flatMap((e) => ['a', 'b'].map((model) => scoreOf(id, model, e, 6))));
    generate('s1', 's2', 'bare', 'checked');
    expect(await news()).toEqual([]);
    score('s2', 'rouge', 'enc');
    score('s1', 'rouge');
    expect(await news()).toEqual(['s2']);
    expect(await news()).toEqual([]);
    // Without a reference the lexical evaluator skips, which leaves no row.
    score('bare', 'enc');
    score('s1', 'enc');
    score('checked', 'rouge', 'enc');
    expect(await news()).toEqual(['bare', 's1']);
    run.writer.checks.append(['a', 'b'].map((model) => checkOf('checked', model, 'is-json', false)));
    expect(await news()).toEqual(['checked']);
    const all = await reader.settled({ path, from: 0 });
    expect(all.samples.map(({ id }) => id)).toEqual(['s2', 'bare', 's1', 'checked']);
    expect(all.samples.find(({ id }) => id === 'checked')).toMatchObject({
      pass: false,
      models: [{ failedChecks: ['is-json'] }, {}],
    });
    // A cursor of a list that is no more begins anew.
    const other = createRunReader(() => {});
    expect((await other.settled({ path, from })).samples).toHaveLength(4);
    run.end('done');
  });

  test('hold failures at once, and the rest when the run ends', async () => {
    const run = await openWritten(root, [sampleOf('s1'), sampleOf('s2'), sampleOf('s3')]);
    const { path } = run.folder;
    run.writer.generations.append([
      generationOf('s2', 'a', { error: 'down' }),
      generationOf('s2', 'b', { error: 'down' }),
      generationOf('s1', 'a'),
    ]);
    const first = await reader.settled({ path, from: 0 });
    expect(first.samples.map(({ id, pass }) => [id, pass])).toEqual([['s2', false]]);
    run.end('cancelled');
    const rest = await reader.settled({ path, from: first.next });
    expect(rest.samples.map(({ id, pass }) => [id, pass])).toEqual([
      ['s1', null],
      ['s3', null],
    ]);
    expect((await reader.settled({ path, from: rest.next })).samples).toEqual([]);
  });

  test('that a resumed run did again are told again', async () => {
    const { folder } = await recorded({ answers: { good: answers(() => false), half: {} } });
    const before = await reader.settled({ path: folder.path, from: 0 });
    expect(before.samples).toHaveLength(12);
    put(
      root,
      'half.jsonl',
      jsonl(
        Object.entries(answers(() => false))
          .slice(0, 2)
          .map(([sample, a]) => ({ sample, ...a })),
      ),
    );
    await resumeEvaluation({ folder, retryErrors: true, signal: new AbortController().signal, context: context(root) });
    const after = await reader.settled({ path: folder.path, from: before.next });
    const passed = after.samples.filter(({ pass }) => pass).map(({ id }) => id);
    expect(after.samples).toHaveLength(12);
    expect(passed.sort()).toEqual(['q0', 'q1']);
  });
});

describe('exports', () => {
  test('are what `poq report` writes', async () => {
    const { folder, summary } = await recorded();
    const { path } = folder;
    expect(JSON.parse(await reader.exportRun({ path, format: 'json' }))).toEqual(summary);
    expect(await reader.exportRun({ path, format: 'md' })).toMatch(/\| +1 \| good/);
    expect(await reader.exportRun({ path, format: 'csv' })).toContain('good');
    expect(await reader.exportRun({ path, format: 'html' })).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i);
  });
});
