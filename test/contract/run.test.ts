import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConfigInput, configSchema } from '../../src/core/config.ts';
import type { RunSummary } from '../../src/core/report/summary.ts';
import type { GenerationRow, ScoreRow } from '../../src/core/types.ts';
import type { Workspace } from '../../src/node/config-file.ts';
import { CannotFinishError } from '../../src/node/errors.ts';
import { installedPlaces } from '../../src/node/installed-places.ts';
import { type RunResult, resumeEvaluation, runEvaluation } from '../../src/node/run/engine.ts';
import { rebuildSummary } from '../../src/node/run/rebuild.ts';
import { listRuns, RunFolder } from '../../src/node/store/run-folder.ts';
import type { RunEvent } from '../../src/protocol/run-events.ts';
import { type MockEndpoint, startMockEndpoint } from '../fixtures/providers/mock-endpoint.ts';

/** A whole run, from prompt files to a folder and back: what is stored, what is resumed, what survives which fault. */

const CLI = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));

let root: string;
let endpoint: MockEndpoint | undefined;
let child: ChildProcess | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poq-run-'));
});
afterEach(async () => {
  await endpoint?.close();
  endpoint = undefined;
  if (child?.pid !== undefined && child.exitCode === null) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

const jsonl = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const put = (name: string, text: string) => writeFileSync(join(root, name), text);

const SAMPLES = Array.from({ length: 12 }, (_, i) => ({
  id: `q${i}`,
  prompt: `Question ${i}?`,
  reference: `answer number ${i}`,
  task: i % 2 ? 'odd' : 'even',
}));

function workspace(config: Omit<ConfigInput, 'prompts'>, samples: object[] = SAMPLES): Workspace {
  put('prompts.jsonl', jsonl(samples));
  const whole = { prompts: ['prompts.jsonl'], ...config };
  put('poq.config.json', JSON.stringify(whole));
  return {
    root,
    configFile: join(root, 'poq.config.json'),
    config: configSchema.parse(whole),
    diagnostics: [],
  };
}

const LEXICAL: ConfigInput['evaluators'] = [
  { id: 'rouge', kind: 'lexical', metric: 'rougeL' },
  { id: 'chrf', kind: 'lexical', metric: 'chrf' },
];

function options(change: { onEvent?: (e: RunEvent) => void; signal?: AbortSignal } = {}) {
  const context = { root, env: (name: string) => process.env[name], places: installedPlaces(process.env) };
  return { signal: new AbortController().signal, context, ...change };
}

async function generations(folder: RunFolder): Promise<GenerationRow[]> {
  const rows = [];
  for await (const row of folder.generations(() => {})) rows.push(row);
  return rows;
}

async function scores(folder: RunFolder): Promise<ScoreRow[]> {
  const rows = [];
  for await (const row of folder.scores(() => {})) rows.push(row);
  return rows;
}

/** A summary without what differs between any two runs: names, and times that evaluators took. */
function comparable(summary: RunSummary): unknown {
  return JSON.parse(
    JSON.stringify({ ...summary, run: null, path: null }, (key, value) =>
      key === 'evaluators' ? (value as RunSummary['evaluators']).map((e) => [e.id, e.samples, e.quality]) : value,
    ),
  );
}

function recordedAnswers(wrong: (i: number) => boolean): string {
  return jsonl(
    SAMPLES.map((s, i) => ({ sample: s.id, text: wrong(i) ? 'no idea' : s.reference, latencyMs: 100 + 10 * i })),
  );
}

function recordedWorkspace(): Workspace {
  put(
    'good.jsonl',
    recordedAnswers(() => false),
  );
  put(
    'half.jsonl',
    recordedAnswers((i) => i >= 6),
  );
  return workspace({
    models: [
      { id: 'good', provider: 'recorded', file: 'good.jsonl' },
      { id: 'half', provider: 'recorded', file: 'half.jsonl' },
    ],
    evaluators: LEXICAL,
    reward: { models: { cost: { of: 'latency', normalize: { budget: 1000 } } } },
  });
}

describe('a run', () => {
  test('goes from prompt files to the figures that a hand computes', async () => {
    const events: RunEvent[] = [];
    const { summary, state, folder } = await runEvaluation({
      workspace: recordedWorkspace(),
      ...options({ onEvent: (e) => events.push(e) }),
    });
    expect(state).toBe('done');
    const good = summary.models[0];
    expect(good).toMatchObject({ id: 'good', samples: 12, errors: 0, truth: { f1: 10, exact: 10 } });
    expect(good?.quality.mean).toBeCloseTo(10, 9);
    // Latencies are 100, 110, ... 210: mean 155, so the cost of a budget of 1000 is .155 and the reward 1 - .5 * .155.
    expect(good?.latencyMs).toMatchObject({ mean: 155, p50: 155, count: 12 });
    expect(good?.reward.mean).toBeCloseTo(1 - 0.5 * 0.155, 9);
    const half = summary.models[1];
    expect(half?.truth.f1).toBeCloseTo(5, 9);
    expect(summary.pairs).toHaveLength(1);
    expect(summary.pairs[0]).toMatchObject({ a: 'good', b: 'half', samples: 12, verdict: 'a', on: 'reward' });
    const last = events.findLast((e) => e.type === 'progress');
    expect(last?.type === 'progress' && [last.progress.done, last.progress.total]).toEqual([72, 72]);
    expect(events.at(-1)?.type).toBe('finished');
    expect(JSON.parse(readFileSync(join(folder.path, 'summary.json'), 'utf8'))).toEqual(summary);
  });

  test('its summary can be rebuilt from its rows to the last digit', async () => {
    const { summary, folder } = await runEvaluation({ workspace: recordedWorkspace(), ...options() });
    expect(await rebuildSummary(new RunFolder(folder.path))).toEqual(summary);
  });

  test('rows without a sample, samples without a row and broken rows are named', async () => {
    const w = recordedWorkspace();
    put(
      'half.jsonl',
      `${recordedAnswers(() => false)
        .split('\n')
        .slice(0, 11)
        .join('\n')}\n{"sample":"gone","text":"x","latencyMs":1}\n{torn\n`,
    );
    const { summary, record } = await runEvaluation({ workspace: w, ...options() });
    const half = summary.models.find((m) => m.id === 'half');
    expect(half).toMatchObject({ samples: 12, errors: 1 });
    expect(record.diagnostics.some((d) => d.message.includes('gone'))).toBe(true);
    expect(record.diagnostics.some((d) => d.file === 'half.jsonl' && d.line === 13)).toBe(true);
    expect(summary.warnings.some((text) => text.includes('half.jsonl:13'))).toBe(true);
  });

  test('an unusable model does not keep the others from running', async () => {
    const w = recordedWorkspace();
    w.config.models.push({
      id: 'lost',
      provider: 'onnx',
      model: './no-such-folder',
      dtype: 'auto',
      device: 'auto',
      batchSize: 1,
    });
    const { summary, unusable, state } = await runEvaluation({ workspace: w, ...options() });
    expect(state).toBe('done');
    expect([...unusable.keys()]).toEqual(['lost']);
    expect(unusable.get('lost')).toMatch(/no-such-folder/);
    expect(summary.models.map((m) => [m.id, m.errors])).toEqual([
      ['good', 0],
      ['half', 0],
      ['lost', 12],
    ]);
    expect(summary.models[2]?.reward.mean).toBeNull();
  });

  test('when no model at all can be used the state says failed', async () => {
    const w = recordedWorkspace();
    w.config.models = [{ id: 'lost', provider: 'recorded', file: 'none.jsonl' }];
    const { state } = await runEvaluation({ workspace: w, ...options() });
    expect(state).toBe('failed');
  });
});

describe('an endpoint', () => {
  const served = (change: object = {}): ConfigInput['models'] => [
    { id: 'served', provider: 'openai', baseUrl: (endpoint as MockEndpoint).baseUrl, model: 'm', ...change },
  ];

  test('one hang-up in the middle of an answer is an error of that sample alone; retrying mends it', async () => {
    endpoint = await startMockEndpoint((request, index) => {
      const asked = JSON.stringify(request.body.messages);
      const pieces = ['answer ', 'number ', '1'];
      return asked.includes('Question 3?') && index < 12 ? { pieces, hangUp: 1 } : { pieces };
    });
    const first = await runEvaluation({
      workspace: workspace({ models: served(), evaluators: LEXICAL }),
      ...options(),
    });
    expect(first.summary.models[0]).toMatchObject({ samples: 12, errors: 1 });
    const before = endpoint.requests.length;

    const same = await resumeEvaluation({ folder: first.folder, ...options() });
    expect(same.summary).toEqual(first.summary);
    expect(endpoint.requests.length).toBe(before);

    const mended = await resumeEvaluation({ folder: first.folder, retryErrors: true, ...options() });
    expect(endpoint.requests.length).toBe(before + 1);
    expect(mended.summary.models[0]).toMatchObject({ samples: 12, errors: 0 });
    expect(await generations(first.folder)).toHaveLength(13);

    const record = readFileSync(join(first.folder.path, 'run.json'), 'utf8');
    const again = await resumeEvaluation({ folder: first.folder, retryErrors: true, ...options() });
    expect(again.summary).toEqual(mended.summary);
    expect(readFileSync(join(first.folder.path, 'run.json'), 'utf8'), 'nothing to retry, nothing written').toBe(record);
  });

  test('unanswerable questions are scored against the empty answer, whoever compares with references', async () => {
    const qas = [
      { id: 'no', question: 'When did it close?', is_impossible: true, answers: [] },
      { id: 'yes', question: 'When was it built?', is_impossible: false, answers: [{ text: '1890' }] },
    ];
    put('v2.json', JSON.stringify({ version: 'v2.0', data: [{ paragraphs: [{ context: 'Built in 1890.', qas }] }] }));
    put(
      'abstains.jsonl',
      jsonl([
        { sample: 'no', text: '', latencyMs: 1 },
        { sample: 'yes', text: '1890', latencyMs: 1 },
      ]),
    );
    put('guesses.jsonl', jsonl([{ sample: 'no', text: '1890', latencyMs: 1 }]));
    const { config, ...rest } = workspace({
      models: ['abstains', 'guesses'].map((id) => ({ id, provider: 'recorded', file: `${id}.jsonl` })),
      evaluators: LEXICAL,
    });
    const { summary } = await runEvaluation({
      workspace: { ...rest, config: { ...config, prompts: ['v2.json'] } },
      ...options(),
    });
    const models = new Map(summary.models.map((m) => [m.id, m]));
    expect(models.get('abstains')).toMatchObject({
      quality: { mean: 10 },
      truth: { f1: 10, exact: 10 },
      metrics: { rougeL: 10, chrf: 10 },
    });
    expect(models.get('guesses')).toMatchObject({
      quality: { mean: 0 },
      truth: { f1: 0, exact: 0 },
      metrics: { rougeL: 0, chrf: 0 },
    });
    expect(summary.evaluators).toMatchObject([
      { samples: 3, skipped: 0 },
      { samples: 3, skipped: 0 },
    ]);
  });

  test('cancelling keeps what is complete, and resuming asks only for the rest', async () => {
    endpoint = await startMockEndpoint({ pieces: ['yes'], delayMs: 30 });
    const stop = new AbortController();
    let seen = 0;
    const first = await runEvaluation({
      workspace: workspace({ models: served(), evaluators: LEXICAL, concurrency: 2 }),
      ...options({
        signal: stop.signal,
        onEvent: (e) => {
          if (e.type === 'generation' && ++seen === 4) stop.abort();
        },
      }),
    });
    expect(first.state).toBe('cancelled');
    const kept = await generations(first.folder);
    expect(kept.length).toBeGreaterThanOrEqual(4);
    expect(kept.length).toBeLessThan(12);
    const before = endpoint.requests.length;
    const rest = await resumeEvaluation({ folder: first.folder, ...options() });
    expect(rest.state).toBe('done');
    expect(endpoint.requests.length - before).toBe(12 - kept.length);
    expect(rest.summary.models[0]).toMatchObject({ samples: 12, errors: 0 });
    expect(await scores(first.folder)).toHaveLength(24);
  });

  test('reuse takes equal generations of an earlier run, marked, and out of the fresh latency figures', async () => {
    endpoint = await startMockEndpoint({ pieces: ['yes'] });
    const w = workspace({ models: served(), evaluators: LEXICAL });
    const first = await runEvaluation({ workspace: w, ...options() });
    put('prompts.jsonl', jsonl(SAMPLES.map((s, i) => (i === 0 ? { ...s, prompt: 'Another question?' } : s))));
    const second = await runEvaluation({ workspace: w, reuse: true, ...options() });
    expect(endpoint.requests).toHaveLength(13);
    const rows = await generations(second.folder);
    expect(rows.filter((r) => r.reused)).toHaveLength(11);
    const old = new Map((await generations(first.folder)).map((r) => [r.sample, r.latencyMs]));
    for (const row of rows.filter((r) => r.reused)) expect(row.latencyMs).toBe(old.get(row.sample));
    expect(second.summary.models[0]).toMatchObject({ reused: 11, latencyMs: { count: 1 } });
    const third = await runEvaluation({ workspace: w, reuse: true, ...options() });
    expect(endpoint.requests).toHaveLength(13);
    expect(third.summary.models[0]?.latencyMs).toEqual({ mean: null, p50: null, p95: null, count: 0 });
  });

  test('a key and a listed variable reach the endpoint and no file, also when the endpoint echoes them', async () => {
    process.env.POQ_TEST_KEY = 'sk-very-secret-key-1234';
    process.env.POQ_TEST_CITY = 'Quillborough';
    endpoint = await startMockEndpoint((request) => ({
      pieces: [`you sent ${request.headers.authorization} and `, JSON.stringify(request.body.messages)],
    }));
    const w = workspace(
      { models: served({ apiKey: { env: 'POQ_TEST_KEY' } }), evaluators: LEXICAL, env: ['POQ_TEST_CITY'] },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder of prompt files
      [{ id: 'a', prompt: 'Where is ${env:POQ_TEST_CITY}?', reference: 'there' }],
    );
    const { folder } = await runEvaluation({ workspace: w, ...options() });
    expect(endpoint.requests[0]?.headers.authorization).toBe('Bearer sk-very-secret-key-1234');
    expect(JSON.stringify(endpoint.requests[0]?.body)).toContain('Where is Quillborough?');
    for (const name of ['run.json', 'samples.jsonl', 'generations.jsonl', 'scores.jsonl', 'summary.json']) {
      const text = readFileSync(join(folder.path, name), 'utf8');
      expect(text).not.toContain('very-secret');
      expect(text).not.toContain('Quillborough');
    }
  });
});

describe('faults', () => {
  const poq = (args: string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const process_ = spawn(process.execPath, [CLI, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      child = process_;
      let stdout = '';
      let stderr = '';
      process_.stdout.on('data', (d) => {
        stdout += d;
      });
      process_.stderr.on('data', (d) => {
        stderr += d;
      });
      process_.on('close', (code) => resolve({ code, stdout, stderr }));
    });

  test('kill -9 at any moment: resumed, the run equals an uninterrupted one', async () => {
    endpoint = await startMockEndpoint((request) => {
      const n = /Question (\d+)/.exec(JSON.stringify(request.body.messages))?.[1];
      return { pieces: ['answer ', `number ${Number(n) % 3}`], delayMs: 25 };
    });
    const models: ConfigInput['models'] = [{ id: 'served', provider: 'openai', baseUrl: endpoint.baseUrl, model: 'm' }];
    const w = workspace({ models, evaluators: LEXICAL, concurrency: 2 });
    const whole = await runEvaluation({ workspace: w, ...options() });

    for (const killAfter of [1, 5, 9]) {
      const before = endpoint.requests.length;
      const ended = poq(['run', '--json']);
      const atLeast = async (n: number) => {
        while ((endpoint as MockEndpoint).requests.length - before < n) await new Promise((r) => setTimeout(r, 5));
      };
      await atLeast(killAfter + 1);
      child?.kill('SIGKILL');
      await ended;
      const folder = listRuns(root).at(-1) as RunFolder;
      const kept = (await generations(folder)).length;
      const asked = endpoint.requests.length;
      const resumed = await poq(['run', '--resume', folder.id, '--json']);
      expect(resumed.code).toBe(0);
      expect(endpoint.requests.length - asked).toBe(12 - kept);
      expect(await generations(folder)).toHaveLength(12);
      expect(await scores(folder)).toHaveLength(24);
      const a = whole.summary.models[0];
      const b = (JSON.parse(resumed.stdout) as RunSummary).models[0];
      expect([b?.quality, b?.truth, b?.metrics, b?.samples, b?.errors]).toEqual([
        a?.quality,
        a?.truth,
        a?.metrics,
        a?.samples,
        a?.errors,
      ]);
    }
  });

  test('rows torn by a crash are cut, and a run of recorded models resumes to the very same summary', async () => {
    const w = recordedWorkspace();
    const whole = await runEvaluation({ workspace: w, ...options() });
    const { folder } = await runEvaluation({ workspace: w, ...options() });
    // The state a crash leaves: the record says running, the files end in the middle of a row.
    const record = { ...folder.readRecord(), state: 'running', finishedAt: null };
    writeFileSync(join(folder.path, 'run.json'), JSON.stringify(record));
    for (const [name, keep] of [
      ['generations.jsonl', 17],
      ['scores.jsonl', 20],
    ] as const) {
      const lines = readFileSync(join(folder.path, name), 'utf8').split('\n');
      writeFileSync(join(folder.path, name), `${lines.slice(0, keep).join('\n')}\n${lines[keep]?.slice(0, 15)}`);
    }
    const resumed = await resumeEvaluation({ folder, ...options() });
    expect(comparable(resumed.summary)).toEqual(comparable(whole.summary));
    expect(await generations(folder)).toHaveLength(24);
    expect(await scores(folder)).toHaveLength(48);
  });

  test('a recorded file without answers does not keep an interrupted run from being finished', async () => {
    const workspace = recordedWorkspace();
    put('half.jsonl', '');
    const whole = await runEvaluation({ workspace, ...options() });
    expect(whole).toMatchObject({ state: 'done', unusable: new Map([['half', expect.stringContaining('empty')]]) });

    const record = whole.folder.readRecord();
    writeFileSync(join(whole.folder.path, 'run.json'), JSON.stringify({ ...record, state: 'running' }));
    const resumed = await resumeEvaluation({ folder: whole.folder, ...options() });
    expect(comparable(resumed.summary)).toEqual(comparable(whole.summary));
    expect(resumed).toMatchObject({ state: 'done', unusable: whole.unusable });
  });

  test('a second writer is turned away while the first goes on', async () => {
    const workspace = recordedWorkspace();
    put('good.jsonl', recordedAnswers(() => false).slice(0, -2));
    const { folder } = await runEvaluation({ workspace, ...options() });
    const writer = folder.open();
    const failing = resumeEvaluation({ folder, retryErrors: true, ...options() });
    await expect(failing).rejects.toThrow(CannotFinishError);
    writer.close();
  });

  test('a disk that is full: exit 4, a clear message, everything complete kept, and resumable', async () => {
    if (process.platform === 'win32') return;
    const long = 'word '.repeat(400);
    const samples = Array.from({ length: 60 }, (_, i) => ({ id: `q${i}`, prompt: `Q ${i}`, reference: 'word' }));
    put('long.jsonl', jsonl(samples.map((s) => ({ sample: s.id, text: long, latencyMs: 1 }))));
    workspace({ models: [{ id: 'long', provider: 'recorded', file: 'long.jsonl' }], evaluators: LEXICAL }, samples);
    // A limit on the size of files makes writing fail as a full disk does.
    const limited = `ulimit -f 100; exec "${process.execPath}" "${CLI}" run --json`;
    let failure: { status?: number; stderr?: Buffer } = {};
    try {
      execFileSync('bash', ['-c', limited], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      failure = error as typeof failure;
    }
    expect(failure.status).toBe(4);
    expect(String(failure.stderr)).toMatch(/generations\.jsonl: the disk .* is full/);
    expect(String(failure.stderr)).not.toMatch(/\n\s+at /);
    const folder = listRuns(root).at(-1) as RunFolder;
    const kept = await generations(folder);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.every((row) => row.text === long)).toBe(true);
    const result: RunResult = await resumeEvaluation({ folder, ...options() });
    expect(result.summary.models[0]).toMatchObject({ samples: 60, errors: 0 });
  });

  test('lines that somebody broke by hand are named by the report and cost nothing else', async () => {
    const { folder, summary } = await runEvaluation({ workspace: recordedWorkspace(), ...options() });
    appendFileSync(join(folder.path, 'scores.jsonl'), 'not json\n');
    const rebuilt = await rebuildSummary(folder);
    expect(rebuilt.models).toEqual(summary.models);
    expect(rebuilt.warnings.some((text) => /scores\.jsonl:\d+: not a complete row/.test(text))).toBe(true);
  });
});
