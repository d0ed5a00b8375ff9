import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput } from '../../src/core/config.ts';
import { RunFolder } from '../../src/node/store/run-folder.ts';
import { startEngine } from '../../src/node/worker-client/engine.ts';
import type { EditorModelRequest, RunOrder } from '../../src/protocol/engine.ts';
import { type MockEndpoint, type Reply, startMockEndpoint } from '../fixtures/providers/mock-endpoint.ts';
import { writeTinyLlm } from '../fixtures/runner/tiny-models.ts';
import { isGone } from '../fixtures/runner/workplace.ts';
import { LEXICAL, program, TestWorkspace, until } from '../fixtures/worker/workspace.ts';

/** The built run worker, forked as the editor does it. */

/** The bound that the product promises is one second; the rest is for a busy machine. */
const CANCEL_WITHIN_MS = 3000;

let place: TestWorkspace;
let endpoint: MockEndpoint | undefined;
beforeEach(() => {
  place = new TestWorkspace();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await place.remove();
  await endpoint?.close();
  endpoint = undefined;
});

async function served(reply: Reply = {}, more: object = {}): Promise<ConfigInput> {
  endpoint = await startMockEndpoint(reply);
  return {
    prompts: ['*.jsonl'],
    models: [{ id: 'm', provider: 'openai', baseUrl: endpoint.baseUrl, model: 'x', concurrency: 1, ...more }],
    evaluators: LEXICAL,
  };
}

async function samplesOf(path: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of new RunFolder(path).samples(() => {})) ids.push(id);
  return ids;
}

async function generationsOf(path: string) {
  const rows = [];
  for await (const row of new RunFolder(path).generations(() => {})) rows.push(row);
  return rows;
}

describe('what is run', () => {
  it('is the whole workspace, told without texts', async () => {
    place.putPrompts('a.jsonl', 3);
    const engine = place.engine();
    const outcome = await engine.run(place.order(await served({ pieces: ['private words'] })));
    expect(outcome).toMatchObject({ state: 'done', problems: [] });
    const record = new RunFolder(outcome.path!).readRecord();
    expect(record).toMatchObject({ state: 'done', samples: 3 });
    expect(record.scope).toBeUndefined();
    const types = engine.events.map((event) => event.type);
    expect(types[0]).toBe('started');
    expect(engine.events.at(-1)).toMatchObject({ type: 'progress', progress: { done: 6, total: 6 } });
    expect(types).not.toContain('generation');
    expect(JSON.stringify(engine.events)).not.toContain('private words');
  });

  it('is a file that the config does not name, with the settings of an entry where one names it', async () => {
    place.putPrompts('listed.jsonl', 2, 'a');
    place.putPrompts('other/not listed.jsonl', 2, 'b');
    const config = await served();
    config.prompts = [{ glob: 'listed.jsonl', task: 'from the entry', tags: ['t'] }, 'missing/**'];
    const files = ['listed.jsonl', 'other/not listed.jsonl'];
    const outcome = await place.engine().run(place.order(config, { scope: { files } }));
    expect(outcome).toMatchObject({ state: 'done', problems: [] });
    expect(await samplesOf(outcome.path!)).toEqual(['a0', 'a1', 'b0', 'b1']);
    const record = new RunFolder(outcome.path!).readRecord();
    expect(record).toMatchObject({ scope: { files }, files });
    const [first] = await generationsOf(outcome.path!);
    expect(first).toMatchObject({ sample: 'a0', text: 'answer' });
    for await (const sample of new RunFolder(outcome.path!).samples(() => {})) {
      expect([sample.task, sample.tags]).toEqual(sample.id.startsWith('a') ? ['from the entry', ['t']] : [null, []]);
    }
  });

  it('is single samples, of chosen models', async () => {
    place.putPrompts('a.jsonl', 5);
    const config = await served();
    config.models.push({ ...config.models[0]!, id: 'other' });
    const scope = { files: ['a.jsonl'], samples: ['q3', 'q1', 'gone'], models: ['other'] };
    const outcome = await place.engine().run(place.order(config, { scope }));
    expect(outcome.state).toBe('done');
    expect(await samplesOf(outcome.path!)).toEqual(['q1', 'q3']);
    const record = new RunFolder(outcome.path!).readRecord();
    expect(record.config.models.map((m) => m.id)).toEqual(['other']);
    expect(record.scope).toEqual(scope);
    expect(record.diagnostics).toMatchObject([{ severity: 'warning', message: expect.stringContaining('"gone"') }]);
  });

  it('can be a config without a file', async () => {
    place.putPrompts('a.jsonl', 1);
    const config = place.config(await served());
    const outcome = await place.engine().run(place.order(null, { configFile: null, config }));
    expect(outcome.state).toBe('done');
    expect(new RunFolder(outcome.path!).readRecord()).toMatchObject({ configFile: null, config });
  });

  it.each([
    ['a file that is gone', { files: ['none.jsonl'] }, /No prompt could be read from none\.jsonl/],
    ['a file outside', { files: ['../../etc/hostname'] }, /No prompt could be read/],
    ['samples that are gone', { samples: ['none'] }, /None of the chosen prompts/],
    ['a model that is unknown', { models: ['none'] }, /No model "none" in the config/],
  ])('is refused for %s', async (_what, scope, message) => {
    place.putPrompts('a.jsonl', 1);
    const outcome = await place.engine().run(place.order(await served(), { scope }));
    expect(outcome).toMatchObject({ state: 'refused', path: null });
    expect(outcome.problems.at(-1)!.message).toMatch(message);
    expect(endpoint!.requests).toEqual([]);
  });

  it('is refused for a config with errors, which are told with their lines', async () => {
    place.putPrompts('a.jsonl', 1);
    place.put('poq.config.json', '{\n "prompts": ["a.jsonl"],\n "models": []\n}');
    const outcome = await place.engine().run(place.order(null));
    expect(outcome).toMatchObject({ state: 'refused', path: null });
    expect(outcome.problems).toContainEqual({
      file: 'poq.config.json',
      line: 3,
      message: expect.stringContaining('models: must have at least 1 entry'),
    });
  });

  it('does not depend on the config once it goes on', async () => {
    place.putPrompts('a.jsonl', 10);
    const engine = place.engine();
    const running = engine.run(place.order(await served({ delayMs: 30 })));
    await until(() => endpoint!.requests.length > 1);
    place.put('poq.config.json', '{ nonsense');
    place.put('a.jsonl', 'nonsense');
    expect(await running).toMatchObject({ state: 'done', problems: [] });
  });

  it('fails where no model can be used, with the reason', async () => {
    place.putPrompts('a.jsonl', 2);
    const config = await served();
    config.models = [{ id: 'none', provider: 'onnx', model: './no-such-folder' }];
    const outcome = await place.engine().run(place.order(config));
    expect(outcome).toMatchObject({ state: 'failed' });
    expect(outcome.problems[0]!.message).toMatch(/^none: .*there is no folder/);
  });
});

describe('keys that the editor keeps', () => {
  const SECRET = 'sk-kept-by-the-editor-4711';
  const kept = ({ models: [model] }: Awaited<ReturnType<typeof served>>, key: string) => {
    if (model?.provider !== 'openai') throw new Error('an endpoint is expected');
    return { origin: new URL(model.baseUrl).origin, key };
  };

  it('do not follow a model to another origin', async () => {
    place.putPrompts('a.jsonl', 1);
    const config = await served({}, { apiKey: { env: 'POQ_NO_SUCH_KEY' } });
    const elsewhere = { origin: 'https://api.example.com', key: SECRET };
    const outcome = await place.engine().run(place.order(config, { keys: { m: elsewhere } }));
    expect(outcome.state).toBe('refused');
    expect(endpoint!.requests).toEqual([]);
  });

  it('go to the endpoint, before the environment, and into no file, event or message', async () => {
    vi.stubEnv('POQ_TEST_KEY', 'sk-of-the-environment-1');
    place.putPrompts('a.jsonl', 2);
    const config = await served(
      { status: 401, body: `{"error": {"message": "bad key ${SECRET}"}}` },
      {
        apiKey: { env: 'POQ_TEST_KEY' },
      },
    );
    const engine = place.engine();
    const outcome = await engine.run(
      place.order(config, { keys: { m: kept(config, SECRET), another: kept(config, 'sk-not-for-this-one') } }),
    );
    expect(endpoint!.requests[0]!.headers.authorization).toBe(`Bearer ${SECRET}`);
    const written = readdirSync(outcome.path!).map((name) => readFileSync(join(outcome.path!, name), 'utf8'));
    const told = JSON.stringify([outcome, engine.events, engine.logged, written]);
    expect(told).toContain('check the key that the editor keeps for this model');
    expect(told).not.toContain('sk-kept');
    expect(told).not.toContain('sk-not-for-this-one');
    expect(JSON.stringify(endpoint!.requests)).not.toContain('sk-not-for-this-one');
  });

  it('are replaced in answers that echo them', async () => {
    place.putPrompts('a.jsonl', 1);
    const config = await served({ pieces: [`your key is ${SECRET}`] }, { apiKey: { env: 'POQ_NO_SUCH_KEY' } });
    const outcome = await place.engine().run(place.order(config, { keys: { m: kept(config, SECRET) } }));
    expect(await generationsOf(outcome.path!)).toMatchObject([{ text: 'your key is [redacted]' }]);
  });

  it('are missed before anything is run', async () => {
    place.putPrompts('a.jsonl', 1);
    const outcome = await place.engine().run(place.order(await served({}, { apiKey: { env: 'POQ_NO_SUCH_KEY' } })));
    expect(outcome).toMatchObject({ state: 'refused', path: null });
    expect(outcome.problems[0]).toMatchObject({
      file: 'poq.config.json',
      line: expect.any(Number),
      message: expect.stringContaining('POQ_NO_SUCH_KEY is not set'),
    });
  });
});

describe('downloads', () => {
  async function withHub(work: (asked: string[]) => Promise<void>): Promise<void> {
    const asked: string[] = [];
    const model = writeTinyLlm(join(place.root, 'tiny'));
    const hub = createServer((request, response) => {
      asked.push(request.url!);
      const file = join(model, request.url!.replace('/owner/tiny/resolve/main/', ''));
      if (existsSync(file)) response.writeHead(200).end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(hub.address() as AddressInfo).port}`);
    try {
      await work(asked);
    } finally {
      hub.close();
    }
  }
  const config: ConfigInput = {
    prompts: ['a.jsonl'],
    models: [{ id: 'hub', provider: 'onnx', model: 'owner/tiny', dtype: 'fp32', device: 'cpu' }],
    evaluators: LEXICAL,
    generation: { maxTokens: 2 },
  };

  it('need an agreement: without one nothing is fetched, with one the model runs, and then from the cache', async () => {
    place.put('a.jsonl', '{"id": "1", "prompt": "w1", "reference": "w2"}\n');
    await withHub(async (asked) => {
      const refused = await place.engine().run(place.order(config));
      expect(refused).toMatchObject({ state: 'refused', path: null });
      expect(refused.problems[0]).toMatchObject({
        file: 'poq.config.json',
        line: expect.any(Number),
        message: expect.stringMatching(/hub: the model "owner\/tiny" is not on this machine.*agree/),
      });
      expect(asked).toEqual([]);

      const agreed = await place.engine().run(place.order(config, { downloads: ['owner/tiny'] }));
      expect(agreed).toMatchObject({ state: 'done', problems: [] });
      expect(asked).toContain('/owner/tiny/resolve/main/onnx/model.onnx');

      asked.length = 0;
      const again = await place.engine().run(place.order(config));
      expect(again).toMatchObject({ state: 'done', problems: [] });
      expect(asked).toEqual([]);
    });
  });

  it('are refused to the runner too, where the cache has not all that it wants', async () => {
    place.put('a.jsonl', '{"id": "1", "prompt": "w1", "reference": "w2"}\n');
    const model = writeTinyLlm(join(place.root, 'tiny'));
    const cached = join(place.places.cache, 'owner', 'tiny');
    mkdirSync(cached, { recursive: true });
    cpSync(model, cached, { recursive: true });
    // Weights for a GPU: on the CPU others are wanted.
    renameSync(join(cached, 'onnx', 'model.onnx'), join(cached, 'onnx', 'model_fp16.onnx'));
    const models: ConfigInput['models'] = [{ id: 'hub', provider: 'onnx', model: 'owner/tiny' }];
    await withHub(async (asked) => {
      const outcome = await place.engine().run(place.order({ ...config, models }));
      expect(asked).toEqual([]);
      if (outcome.state === 'failed') expect(outcome.problems[0]!.message).toContain('nothing may be downloaded');
    });
  });
});

describe("the editor's models", () => {
  const config: ConfigInput = {
    prompts: ['a.jsonl'],
    models: [
      { id: 'mine', provider: 'vscode-lm', model: 'family-1' },
      { id: 'other', provider: 'vscode-lm', model: 'none' },
    ],
    evaluators: LEXICAL,
    generation: { maxTokens: 7, temperature: 0.5 },
  };
  const findEditorModel = async (model: string) => {
    if (model === 'none') throw new Error('The editor offers no model "none"; there are family-1.');
    return 'Family One';
  };

  it('are asked through the host, whose times and counts are stored', async () => {
    place.put('a.jsonl', '{"id": "1", "prompt": "Hello", "reference": "Hi"}\n');
    const asked: EditorModelRequest[] = [];
    const engine = place.engine({
      findEditorModel,
      askEditorModel: async (request) => {
        asked.push(request);
        return { text: 'Hi', latencyMs: 123, ttftMs: 23, inputTokens: 5, outputTokens: null };
      },
    });
    const outcome = await engine.run(place.order(config));
    expect(outcome).toMatchObject({
      state: 'done',
      problems: [{ message: expect.stringContaining('offers no model') }],
    });
    expect(asked).toMatchObject([
      { model: 'family-1', messages: [{ role: 'user', content: 'Hello' }], maxTokens: 7, temperature: 0.5 },
    ]);
    const rows = await generationsOf(outcome.path!);
    expect(rows.find((row) => row.model === 'mine')).toMatchObject({
      text: 'Hi',
      latencyMs: 123,
      ttftMs: 23,
      decodeMs: 100,
      inputTokens: 5,
      outputTokens: null,
      device: 'editor',
    });
    expect(rows.find((row) => row.model === 'other')!.error).toContain('offers no model "none"');
  });

  it('that refuse a prompt fail that sample alone', async () => {
    place.putPrompts('a.jsonl', 2);
    const engine = place.engine({
      findEditorModel,
      askEditorModel: async ({ messages }) => {
        if (messages[0]!.content.includes('0')) throw new Error('filtered');
        return { text: 'fine', latencyMs: 1, ttftMs: null, inputTokens: null, outputTokens: null };
      },
    });
    const one = { ...config, models: [config.models[0]!] };
    const outcome = await engine.run(place.order(one));
    expect(outcome.state).toBe('done');
    expect(await generationsOf(outcome.path!)).toMatchObject([{ error: 'filtered' }, { text: 'fine', ttftMs: null }]);
    expect(engine.events).toContainEqual(
      expect.objectContaining({ type: 'generation', row: expect.objectContaining({ error: 'filtered' }) }),
    );
  });

  it('are aborted by name when the run is cancelled', async () => {
    place.putPrompts('a.jsonl', 2);
    const asked: string[] = [];
    const aborted: string[] = [];
    const engine = place.engine({
      findEditorModel,
      askEditorModel: (request) => {
        asked.push(request.job);
        return new Promise(() => {}); // a provider that never answers
      },
      abortEditorModel: (job) => void aborted.push(job),
    });
    const running = engine.run(place.order({ ...config, models: [config.models[0]!] }));
    await until(() => asked.length > 0);
    engine.cancel();
    expect(await running).toMatchObject({ state: 'cancelled' });
    await until(() => aborted.length > 0);
    expect(aborted).toEqual(asked);
  });
});

describe('cancelling', () => {
  it('ends a run at once, keeps what is complete, and the run goes on where it was', async () => {
    place.putPrompts('a.jsonl', 20);
    const engine = place.engine();
    const order = place.order(await served({ delayMs: 50 }));
    const running = engine.run(order);
    await until(() => endpoint!.requests.length > 3);
    const start = performance.now();
    engine.cancel();
    const outcome = await running;
    expect(performance.now() - start).toBeLessThan(CANCEL_WITHIN_MS);
    expect(outcome).toMatchObject({ state: 'cancelled', problems: [] });
    const kept = (await generationsOf(outcome.path!)).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(20);

    const asked = endpoint!.requests.length;
    const { places, keys, downloads } = order;
    const resumed = await place.engine().resume({ path: outcome.path!, retryErrors: false, places, keys, downloads });
    expect(resumed).toMatchObject({ state: 'done', path: outcome.path });
    expect(endpoint!.requests.length - asked).toBe(20 - kept);
    expect(await generationsOf(outcome.path!)).toHaveLength(20);
  });

  it('ends a worker that does not answer', async () => {
    const fake = join(place.root, 'stuck.mjs');
    writeFileSync(fake, "process.on('message', () => { for (;;); });");
    const host = { onEvents() {}, findEditorModel: async () => '', abortEditorModel() {} };
    const engine = startEngine(fake, { ...host, askEditorModel: async () => null as never }, undefined, undefined, 100);
    const running = engine.run(place.order(await served()));
    await until(() => engine.pid);
    engine.cancel();
    expect(await running).toEqual({ state: 'cancelled', path: null, problems: [] });
    expect(engine.pid).toBeNull();
  });

  it('before the run began runs nothing', async () => {
    place.putPrompts('a.jsonl', 2);
    const engine = place.engine();
    engine.cancel();
    expect(await engine.run(place.order(await served()))).toEqual({ state: 'cancelled', path: null, problems: [] });
    expect(engine.pid).toBeNull();
  });
});

describe('faults', () => {
  const resumeOrder = ({ places, keys, downloads }: RunOrder, path: string) => ({
    path,
    places,
    keys,
    downloads,
    retryErrors: false,
  });

  it('a worker that is killed: the outcome says so, the log why, and the run can be resumed', async () => {
    place.putPrompts('a.jsonl', 20);
    const engine = place.engine();
    const order = place.order(await served({ delayMs: 50 }));
    const running = engine.run(order);
    await until(() => endpoint!.requests.length > 3);
    await until(() => engine.events.length > 0);
    process.kill(engine.pid!, 'SIGKILL');
    const outcome = await running;
    expect(outcome).toMatchObject({ state: 'stopped', path: expect.stringContaining('.poq') });
    expect(outcome.problems).toEqual([
      { message: expect.stringMatching(/^The background process .* ended unexpectedly \(.*\)\. .*resume the run/) },
    ]);
    expect(engine.logged[0]).toContain('ended unexpectedly');
    const resumed = await place.engine().resume(resumeOrder(order, outcome.path!));
    expect(resumed.state).toBe('done');
    expect(await generationsOf(outcome.path!)).toHaveLength(20);
  });

  it('two workers on one run: the second is told who writes it', async () => {
    place.putPrompts('a.jsonl', 100);
    const engine = place.engine();
    const order = place.order(await served({ delayMs: 200 }));
    const running = engine.run(order);
    const started = await until(() => engine.events.find((event) => event.type === 'started'));
    const path = (started as { path: string }).path;
    const second = await place.engine().resume(resumeOrder(order, path));
    expect(second).toMatchObject({ state: 'stopped', path });
    expect(second.problems[0]!.message).toMatch(/Another process \(\d+ on .*\) is writing this run/);
    engine.cancel();
    expect(await running).toMatchObject({ state: 'cancelled' });
  });

  it('a disk that is full: stopped with a message, what is complete is kept', async () => {
    if (process.platform !== 'linux') return;
    place.putPrompts('a.jsonl', 60);
    const engine = place.engine();
    const order = place.order(await served({ delayMs: 10, pieces: ['word '.repeat(400)] }));
    const running = engine.run(order);
    await until(() => engine.pid);
    // A limit on the size of files makes writing fail as a full disk does.
    execFileSync('prlimit', ['--pid', String(engine.pid), '--fsize=30000']);
    const outcome = await running;
    expect(outcome).toMatchObject({ state: 'stopped', path: expect.any(String) });
    expect(outcome.problems[0]!.message).toMatch(/the disk .* is full/);
    const kept = await generationsOf(outcome.path!);
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(60);
    expect(await place.engine().resume(resumeOrder(order, outcome.path!))).toMatchObject({ state: 'done' });
  });

  it('a run folder that is gone, or no run folder, is told', async () => {
    const order = place.order(await served());
    const outcome = await place.engine().resume(resumeOrder(order, join(place.root, '.poq', 'runs', 'none')));
    expect(outcome).toMatchObject({ state: 'refused' });
    expect(outcome.problems[0]!.message).toMatch(/run\.json cannot be read as the record of a run/);
  });

  it('a program that is missing is told', async () => {
    const host = { onEvents() {}, findEditorModel: async () => '', abortEditorModel() {} };
    const engine = startEngine(join(place.root, 'none.mjs'), { ...host, askEditorModel: async () => null as never });
    const outcome = await engine.run(place.order(await served()));
    expect(outcome).toMatchObject({ state: 'refused', path: null });
    expect(outcome.problems[0]!.message).toMatch(/none\.mjs is missing: the installation is incomplete/);
  });

  it('leaves no process when the editor is killed: neither the worker nor what holds its model', async () => {
    writeTinyLlm(join(place.root, 'tiny'));
    place.put('a.jsonl', '{"id": "1", "prompt": "w1", "reference": "w2"}\n');
    const order = place.order({
      prompts: ['a.jsonl'],
      models: [{ id: 'tiny', provider: 'onnx', model: './tiny', device: 'cpu' }],
      evaluators: LEXICAL,
      generation: { maxTokens: 4000, repeats: 100 },
    });
    const source = fileURLToPath(new URL('../../src/node/worker-client/engine.ts', import.meta.url));
    const parentFile = join(place.root, 'editor.mjs');
    await build({
      stdin: {
        contents: `
          import { startEngine } from ${JSON.stringify(source)};
          const host = { onEvents: (e) => e.some((x) => x.type === 'loaded') && console.log(engine.pid) };
          const engine = startEngine(${JSON.stringify(program('run-worker'))}, host);
          await engine.run(${JSON.stringify(order)});`,
        resolveDir: fileURLToPath(new URL('../../', import.meta.url)),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: parentFile,
    });
    const parent = spawn(process.execPath, [parentFile], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(parent.stdout, 'data');
      const worker = Number(String(line));
      const runners = childrenOf(worker);
      if (process.platform === 'linux') expect(runners.length).toBeGreaterThan(0);
      expect(await isGone(worker, 100)).toBe(false);
      parent.kill('SIGKILL');
      for (const pid of [worker, ...runners]) expect(await isGone(pid, 10_000)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

/** Processes that a process started; on Linux, which tells. */
function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}
