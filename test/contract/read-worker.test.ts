import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/core/config.ts';
import { type ReaderProcess, startReader } from '../../src/node/worker-client/reader.ts';
import type { ReaderHostApi } from '../../src/protocol/reader.ts';
import { writeTinyLlm } from '../fixtures/runner/tiny-models.ts';
import { isGone } from '../fixtures/runner/workplace.ts';
import { LEXICAL, program, TestWorkspace, until } from '../fixtures/worker/workspace.ts';

/** The built read worker, forked as the editor does it: prompt files, configs, models. */

const place = new TestWorkspace();
let hub: Server;
let hubAnswer: (url: string) => { status: number; body: string };
const hubAsked: string[] = [];
let reader: ReaderProcess;
const changes: Parameters<ReaderHostApi['onRunChanged']>[0][] = [];

beforeAll(async () => {
  hub = createServer((request, response) => {
    hubAsked.push(request.url!);
    const { status, body } = hubAnswer(request.url!);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/`;
  reader = startReader(program('read-worker'), { onRunChanged: (change) => void changes.push(change) });
  place.keep(reader);
});
afterAll(async () => {
  delete process.env.HF_ENDPOINT;
  hub.close();
  await place.remove();
});
afterEach(() => {
  hubAsked.length = 0;
});

const read = (path: string, text: string, more: object = {}) =>
  reader.readPrompts({ root: place.root, path, text, format: null, ...more });

describe('prompts of a text', () => {
  it('are heads of samples, in their order, and what cannot be read has its line', async () => {
    const text = [
      '{"id": "a", "prompt": "\\n  First   line \\nsecond", "reference": ["one\\ntwo", "three"], "task": "qa"}',
      '{"prompt": "no id"}',
      '{broken',
      `{"id": "long", "prompt": ${JSON.stringify('x'.repeat(500))}}`,
    ].join('\n');
    const { format, samples, diagnostics } = await read('data/rows.jsonl', text);
    expect(format).toBe('jsonl');
    expect(samples).toMatchObject([
      { id: 'a', task: 'qa', label: 'First line', reference: 'one', references: 2, source: { line: 1 } },
      { id: 'data/rows.jsonl#1', label: 'no id', reference: null, references: 0, source: { file: 'data/rows.jsonl' } },
      { id: 'long', label: `${'x'.repeat(119)}…` },
    ]);
    expect(diagnostics).toMatchObject([{ severity: 'error', file: 'data/rows.jsonl', line: 3 }]);
  });

  it('have the same digest as long as they ask the same', async () => {
    const digestOf = async (row: object) => (await read('a.jsonl', JSON.stringify(row))).samples[0]!.digest;
    const row = { id: 'a', prompt: 'P', reference: 'R' };
    const digest = await digestOf(row);
    expect(await digestOf({ ...row, id: 'b', task: 'other' })).toBe(digest);
    expect(await digestOf({ ...row, prompt: 'P.' })).not.toBe(digest);
    expect(await digestOf({ ...row, reference: 'R.' })).not.toBe(digest);
  });

  it('of one id are named with both places', async () => {
    const row = '{"id": "a", "prompt": "p"}\n';
    const { samples, diagnostics } = await read('a.jsonl', row + row);
    expect(samples).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ line: 2, message: expect.stringContaining('already that of a.jsonl:1') }]);
  });

  it('are none in a file of another kind', async () => {
    expect(await read('src/main.ts', 'let a = 1;')).toEqual({ format: null, samples: [], diagnostics: [] });
    expect(await read('settings.json', '{"a": 1}')).toEqual({ format: null, samples: [], diagnostics: [] });
  });

  it('may read the environment where the config lists the name', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder of prompt files
    const text = '{"id": "a", "prompt": "${env:POQ_SURELY_UNSET}"}';
    expect((await read('a.jsonl', text)).diagnostics).toEqual([]);
    expect((await read('a.jsonl', text, { env: [] })).diagnostics).toMatchObject([
      { severity: 'error', message: expect.stringContaining('list "POQ_SURELY_UNSET" under "env"') },
    ]);
  });

  it('take files beside theirs inside the workspace alone', async () => {
    place.put('evals/tests.csv', 'name,__expected\nAda,Ada\nBob,Bob\n');
    const promptfoo = (tests: string) => `prompts: ["Say {{name}}"]\nproviders: [x]\ntests: ${tests}\n`;
    const { format, samples } = await read('evals/promptfooconfig.yaml', promptfoo('file://tests.csv'));
    expect(format).toBe('promptfoo');
    expect(samples.map((s) => s.label)).toEqual(['Say Ada', 'Say Bob']);
    const outside = await read('evals/promptfooconfig.yaml', promptfoo('file://../../../etc/passwd'));
    expect(outside.samples).toEqual([]);
    expect(outside.diagnostics).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('outside the workspace') }),
    );
    if (process.platform === 'win32') return;
    symlinkSync('/etc', join(place.root, 'evals', 'linked'));
    const linked = await read('evals/promptfooconfig.yaml', promptfoo('file://linked/passwd.csv'));
    expect(linked.samples).toEqual([]);
  });

  it('are all of ten thousand', async () => {
    const rows = Array.from(
      { length: 10_000 },
      (_, i) => `{"id": "r${i}", "prompt": "Question ${i}", "expected": "${i}"}`,
    );
    const { samples, diagnostics } = await read('big.jsonl', rows.join('\n'));
    expect(samples).toHaveLength(10_000);
    expect(samples.at(-1)).toMatchObject({ id: 'r9999', label: 'Question 9999', source: { line: 10_000 } });
    expect(diagnostics).toEqual([]);
  });

  it('with thousands of broken rows are not told one by one', async () => {
    const { diagnostics } = await read('big.jsonl', '{broken\n'.repeat(5000));
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)!.message).toBe('4900 more of these');
  });
});

describe('prompt files of a workspace', () => {
  it('are listed with their samples; a table that another file reads belongs to that file', async () => {
    const { root } = place;
    place.put('w/a.prompt.yml', 'messages: [{role: user, content: "{{x}}"}]\ntestData: [{x: one}, {x: two}]\n');
    place.put('w/promptfooconfig.yaml', 'prompts: ["Say {{name}}"]\nproviders: [x]\ntests: file://cases.csv\n');
    place.put('w/cases.csv', 'name,__expected\nAda,Ada\n');
    place.put('w/broken.jsonl', '{broken\n');
    const { files, diagnostics } = await reader.findPrompts({ root, prompts: ['w/**', 'none/**'], env: [] });
    expect(files.map(({ path, samples }) => [path, samples.length])).toEqual([
      ['w/a.prompt.yml', 2],
      ['w/promptfooconfig.yaml', 1],
    ]);
    expect(diagnostics).toContainEqual(expect.objectContaining({ file: 'w/broken.jsonl', line: 1 }));
    expect(diagnostics).toContainEqual(expect.objectContaining({ message: expect.stringContaining('"none/**"') }));
  });

  it('of which two have a sample of one id are listed all the same', async () => {
    const row = '{"id": "same", "prompt": "p"}\n';
    place.put('d/a.jsonl', row);
    place.put('d/b.jsonl', row + row.replace('same', 'other'));
    const { files, diagnostics } = await reader.findPrompts({ root: place.root, prompts: ['d/**'], env: [] });
    expect(files.map(({ samples }) => samples.map((s) => s.id))).toEqual([['same'], ['other']]);
    expect(diagnostics).toMatchObject([{ severity: 'error', file: 'd/b.jsonl', line: 1 }]);
  });
});

describe('a config', () => {
  const check = (text: string, keys: string[] = [], editorModels?: string[]) =>
    reader.checkConfig({
      root: place.root,
      configFile: join(place.root, 'poq.config.json'),
      text,
      places: place.places,
      keys,
      editorModels,
    });

  it('is told of models that the editor does not offer, where the editor was asked', async () => {
    place.put('here.jsonl', '{"prompt": "p"}\n');
    const text = `{
  "prompts": ["here.jsonl"],
  "models": [
    {"id": "a", "provider": "vscode-lm", "model": "Offered"},
    {"id": "b", "provider": "vscode-lm", "model": "not offered"}
  ],
  "evaluators": [{"id": "r", "kind": "lexical", "metric": "rougeL"}]
}`;
    expect(await check(text, [], ['offered', 'vendor/offered'])).toMatchObject([
      { severity: 'warning', line: 5, message: expect.stringContaining('no language model "not offered"') },
    ]);
    expect(await check(text)).toEqual([]);
  });

  it('is told what only a run would find, each with its line', async () => {
    place.put('here.jsonl', '{"prompt": "p"}\n');
    const text = `{
  // with comments, as people write it
  "prompts": [
    "here.jsonl",
    {"glob": "nowhere/**"},
  ],
  "models": [
    {"id": "bundled", "provider": "onnx", "model": "bundled:none"},
    {"id": "folder", "provider": "onnx", "model": "./no-folder"},
    {"id": "hub", "provider": "onnx", "model": "owner/name"},
    {"id": "old", "provider": "recorded", "file": "no-file.jsonl"},
    {"id": "served", "provider": "openai", "baseUrl": "http://127.0.0.1:1/v1", "model": "m",
      "apiKey": {"env": "POQ_SURELY_UNSET"}}
  ],
  "evaluators": [{"id": "sts", "kind": "bi-encoder", "model": "bundled:nothing"}],
  "env": ["POQ_ALSO_UNSET"]
}`;
    const found = await check(text);
    expect(found.map(({ severity, line }) => [line, severity])).toEqual([
      [5, 'warning'],
      [8, 'error'],
      [9, 'error'],
      [11, 'error'],
      [13, 'warning'],
      [15, 'error'],
      [16, 'warning'],
    ]);
    expect(found.every(({ file }) => file === 'poq.config.json')).toBe(true);
    const messages = found.map((d) => d.message);
    expect(messages[0]).toBe('prompts[1].glob: "nowhere/**" matches no file');
    expect(messages[1]).toMatch(/no bundled model "none"; there are bundled:/);
    expect(messages[2]).toMatch(/there is no folder/);
    expect(messages[3]).toMatch(/there is no file no-file\.jsonl/);
    expect(messages[4]).toMatch(/POQ_SURELY_UNSET is not set.*PoQ: Set API Key/);
    expect(messages[6]).toMatch(/POQ_ALSO_UNSET is not set/);
    expect((await check(text, ['served'])).map(({ line }) => line)).not.toContain(13);
  });

  it('is told what no schema can say, and not what the schema says itself', async () => {
    const text = `{
  "prompts": ["../outside/**"],
  "models": [
    {"id": "a", "provider": "onnx", "model": "bundled:small"},
    {"id": "a", "provider": "openai", "baseUrl": "ftp://x", "model": "m"}
  ],
  "evaluators": [{"id": "r", "kind": "lexical", "metric": "no such metric"}],
  "gates": [{"metric": "quality"}, {"metric": "quality", "min": 1, "model": "zzz"}],
  "reward": {"models": {"alpha": 0, "beta": 0}},
  "unknownKey": 1
}`;
    const found = await check(text);
    expect(found.map(({ line, message }) => [line, message.split(':')[0]]).sort()).toEqual(
      [
        [2, 'prompts[0]'],
        [5, 'models[1].baseUrl'],
        [5, 'models[1].id'],
        [8, 'gates[0]'],
        [8, 'gates[1].model'],
        [9, 'reward.models'],
      ].sort(),
    );
  });

  it.each(['', '{', '[]', '"text"', '{"prompts": 1}', '{"models": [null], "gates": "x", "env": [1]}', '\uFEFF{}'])(
    'that is %j is the JSON language to complain about',
    async (text) => {
      expect(await check(text)).toEqual([]);
    },
  );

  it('can be planned, in part too', async () => {
    place.putPrompts('plan/a.jsonl', 3, 'a');
    place.putPrompts('plan/b.jsonl', 4, 'b');
    const config = place.config({
      prompts: ['plan/**'],
      models: ['small', 'medium'].map((id) => ({ id, provider: 'onnx' as const, model: `bundled:${id}` })),
      evaluators: LEXICAL,
    });
    const { root } = place;
    expect(await reader.plan({ root, config })).toMatchObject({ samples: 7, evaluators: [{ scores: 14 }] });
    const part = { files: ['plan/b.jsonl'], samples: ['b1', 'b3'], models: ['small'] };
    expect(await reader.plan({ root, config, ...part })).toMatchObject({
      samples: 2,
      models: [{ id: 'small', calls: 2 }],
      notes: [],
    });
  });
});

describe('models', () => {
  const config = (more: Partial<ConfigInput> = {}) =>
    place.config({
      prompts: ['*'],
      models: [{ id: 'x', provider: 'vscode-lm', model: 'm' }],
      evaluators: LEXICAL,
      ...more,
    });

  it('are told as they stand', async () => {
    writeTinyLlm(join(place.root, 'tiny'));
    place.put('old.jsonl', '{}\n');
    const cached = join(place.places.cache, 'owner', 'cached');
    cpSync(join(place.root, 'tiny'), cached, { recursive: true });
    const states = await reader.models({
      root: place.root,
      places: place.places,
      keys: ['kept'],
      config: config({
        models: [
          { id: 'bundled', provider: 'onnx', model: 'bundled:small' },
          { id: 'folder', provider: 'onnx', model: './tiny' },
          { id: 'no folder', provider: 'onnx', model: './none' },
          { id: 'cached', provider: 'onnx', model: 'owner/cached' },
          { id: 'cached otherwise', provider: 'onnx', model: 'owner/cached', dtype: 'q4' },
          { id: 'to fetch', provider: 'onnx', model: 'owner/other' },
          { id: 'recorded', provider: 'recorded', file: 'old.jsonl' },
          { id: 'kept', provider: 'openai', baseUrl: 'http://h/v1?key=abc', model: 'm', apiKey: { env: 'POQ_UNSET' } },
          { id: 'no key', provider: 'openai', baseUrl: 'http://h/v1', model: 'm', apiKey: { env: 'POQ_UNSET' } },
          { id: 'editor', provider: 'vscode-lm', model: 'm' },
        ],
        evaluators: [{ id: 'sts', kind: 'bi-encoder', model: 'bundled:sts' }, ...LEXICAL],
      }),
    });
    expect(states.map(({ id, role, kind, state }) => [id, role, kind, state])).toEqual([
      ['bundled', 'model', 'onnx', 'ready'],
      ['folder', 'model', 'onnx', 'ready'],
      ['no folder', 'model', 'onnx', 'missing'],
      ['cached', 'model', 'onnx', 'ready'],
      ['cached otherwise', 'model', 'onnx', 'download'],
      ['to fetch', 'model', 'onnx', 'download'],
      ['recorded', 'model', 'recorded', 'ready'],
      ['kept', 'model', 'openai', 'unknown'],
      ['no key', 'model', 'openai', 'missing'],
      ['editor', 'model', 'vscode-lm', 'unknown'],
      ['sts', 'evaluator', 'bi-encoder', 'ready'],
      ['rouge', 'evaluator', 'lexical', 'ready'],
    ]);
    expect(states.find(({ id }) => id === 'kept')!.source).toBe('m at http://h');
    expect(states.find(({ id }) => id === 'recorded')!.bytes).toBe(3);
    for (const id of ['bundled', 'folder', 'cached', 'sts'])
      expect(states.find((s) => s.id === id)!.bytes, id).toBeGreaterThan(1000);
    expect(states.every(({ state, problem }) => (state === 'missing') === (problem !== null))).toBe(true);
  });

  it('tell how they were last loaded', async () => {
    place.putPrompts('l.jsonl', 1);
    place.put('l-old.jsonl', '{"sample": "q0", "text": "answer 0", "latencyMs": 5}\n');
    const raw: ConfigInput = {
      prompts: ['l.jsonl'],
      models: [{ id: 'old', provider: 'recorded', file: 'l-old.jsonl' }],
      evaluators: LEXICAL,
    };
    const outcome = await place.engine().run(place.order(raw));
    expect(outcome.state).toBe('done');
    const order = { root: place.root, places: place.places, keys: [] };
    const [old] = await reader.models({ ...order, config: place.config(raw) });
    expect(old).toMatchObject({ id: 'old', lastLoaded: { device: 'recorded' } });
    // Another model under the same id is not that one.
    const changed = { ...raw, models: [{ ...raw.models[0]!, file: 'old.jsonl' }] } as ConfigInput;
    expect((await reader.models({ ...order, config: place.config(changed) }))[0]!.lastLoaded).toBeNull();
    // Never loaded, whatever every object has by that name.
    const inherited = { ...raw, models: [...raw.models, { ...raw.models[0]!, id: 'constructor' }] } as ConfigInput;
    await place.engine().run({ ...place.order(inherited), scope: { models: ['old'] } });
    expect((await reader.models({ ...order, config: place.config(inherited) }))[1]!.lastLoaded).toBeNull();
  });

  const file = (rfilename: string, size: number) => ({ rfilename, size, lfs: null });
  const description = {
    siblings: [
      file('README.md', 9_000_000),
      file('config.json', 100),
      file('generation_config.json', 10),
      file('tokenizer.json', 2000),
      file('tokenizer_config.json', 30),
      file('onnx/model.onnx', 400_000),
      { rfilename: 'onnx/model_quantized.onnx', size: 1, lfs: { size: 100_000 } },
      file('onnx/model_quantized.onnx_data', 5_000_000),
      file('onnx/model_q4.onnx', 60_000),
      file('model.safetensors', 90_000_000),
    ],
    cardData: { license: 'apache-2.0' },
    gated: false,
  };
  const hubModel = (more: object = {}) => ({ id: 'h', provider: 'onnx', model: 'owner/model', device: 'cpu', ...more });
  const downloads = (models: object[], only?: string[]) =>
    reader.downloads({
      root: place.root,
      places: place.places,
      config: config({ models: models as ConfigInput['models'] }),
      models: only,
    });

  it('to be downloaded come with size and licence, for the files that would be fetched', async () => {
    hubAnswer = () => ({ status: 200, body: JSON.stringify(description) });
    expect(await downloads([hubModel(), hubModel({ id: 'h2' })])).toEqual([
      {
        hub: 'owner/model',
        usedBy: ['h', 'h2'],
        bytes: 100 + 10 + 2000 + 30 + 100_000 + 5_000_000,
        licence: 'apache-2.0',
        problem: null,
      },
    ]);
    expect(hubAsked).toEqual(['/api/models/owner/model?blobs=true']);
    const [q4] = await downloads([hubModel({ dtype: 'q4' })]);
    expect(q4!.bytes).toBe(100 + 10 + 2000 + 30 + 60_000);
    const [both] = await downloads([hubModel({ dtype: 'q4' }), hubModel({ id: 'h2', dtype: 'fp32' })]);
    expect(both!.bytes).toBe(100 + 10 + 2000 + 30 + 60_000 + 400_000);
    const [fp16] = await downloads([hubModel({ dtype: 'fp16' })]);
    expect(fp16).toMatchObject({ bytes: null, problem: expect.stringContaining('no ONNX weights') });
    // Where the config leaves the device open, the devices of this machine are tried first.
    const [auto] = await downloads([hubModel({ device: 'auto' })]);
    expect([5_102_140, 402_140, 62_140]).toContain(auto!.bytes);
  });

  it('that are here already, or of other models, are not asked about', async () => {
    expect(
      await downloads([hubModel({ model: 'owner/cached' }), { id: 'b', provider: 'onnx', model: 'bundled:small' }]),
    ).toEqual([]);
    expect(
      await downloads([hubModel({ id: 'a' }), { id: 'b', provider: 'onnx', model: 'bundled:small' }], ['b']),
    ).toEqual([]);
    expect(hubAsked).toEqual([]);
  });

  it('of evaluators belong to every run', async () => {
    hubAnswer = () => ({
      status: 200,
      body: JSON.stringify({ ...description, cardData: null, tags: ['license:mit'] }),
    });
    const found = await reader.downloads({
      root: place.root,
      places: place.places,
      models: ['x'],
      config: config({
        evaluators: [{ id: 'e', kind: 'bi-encoder', model: 'owner/encoder', device: 'cpu', dtype: 'fp32' }],
      }),
    });
    expect(found).toMatchObject([{ hub: 'owner/encoder', usedBy: ['e'], bytes: 402_130, licence: 'mit' }]);
  });

  it('tell what the hub does not', async () => {
    hubAnswer = () => ({ status: 404, body: '' });
    const [unknown] = await downloads([hubModel()]);
    expect(unknown).toMatchObject({
      bytes: null,
      licence: null,
      problem: expect.stringMatching(/no model "owner\/model".*HF_TOKEN/),
    });
    const [known] = await downloads([hubModel({ model: 'Xenova/Phi-3-mini-4k-instruct' })]);
    expect(known).toMatchObject({
      bytes: 2_290_000_000,
      licence: 'MIT',
      problem: expect.stringContaining('catalogue'),
    });
    hubAnswer = () => ({ status: 200, body: 'no JSON' });
    expect((await downloads([hubModel()]))[0]!.problem).toMatch(/\w/);
    hubAnswer = () => ({ status: 200, body: JSON.stringify({ ...description, gated: 'manual' }) });
    expect((await downloads([hubModel()]))[0]!.problem).toMatch(/restricted.*HF_TOKEN/);
    hubAnswer = () => ({
      status: 200,
      body: JSON.stringify({ siblings: [{ rfilename: 'config.json' }, { rfilename: 'onnx/model_quantized.onnx' }] }),
    });
    expect((await downloads([hubModel()]))[0]).toMatchObject({ bytes: null, licence: null, problem: null });
  });

  it('that could be chosen are the bundled ones at least, as entries of a config', async () => {
    const found = await reader.candidates({ places: place.places });
    const bundled = found.filter(({ entry }) => entry.provider === 'onnx');
    expect(bundled.map(({ entry }) => 'model' in entry && entry.model).sort()).toEqual([
      'bundled:large',
      'bundled:medium',
      'bundled:small',
    ]);
    expect(() => config({ models: found.map(({ entry }) => entry) })).not.toThrow();
  });

  it('run on devices that are tried', async () => {
    const devices = await reader.devices({ places: place.places });
    expect(devices.at(-1)).toEqual({ device: 'cpu', works: true, reason: null, advice: null });
  });
});

describe('the process', () => {
  it('is started again after its end; calls that waited are rejected with words for the user', async () => {
    const logged: string[] = [];
    const own = startReader(program('read-worker'), { onRunChanged: () => {} }, (text) => logged.push(text));
    place.keep(own);
    expect(own.pid).toBeNull();
    await own.listRuns(place.root);
    const pid = own.pid!;
    const waiting = Promise.allSettled([own.devices({ places: place.places }), own.devices({ places: place.places })]);
    await until(() => own.pid !== null);
    process.kill(pid, 'SIGKILL');
    for (const result of await waiting) {
      expect(result.status).toBe('rejected');
      const { message } = (result as PromiseRejectedResult).reason as Error;
      expect(message).toMatch(/^The background process that reads files ended unexpectedly \(.*\)\.$/);
    }
    expect(logged).toHaveLength(1);
    expect(Array.isArray(await own.listRuns(place.root))).toBe(true);
    expect(own.pid).not.toBe(pid);
    await own.dispose();
    await expect(own.listRuns(place.root)).rejects.toThrow('has been ended');
  });

  it('watches again what was watched before its end', async () => {
    place.putPrompts('watched.jsonl', 1);
    place.put('w-old.jsonl', '{"sample": "q0", "text": "answer 0", "latencyMs": 5}\n');
    const models: ConfigInput['models'] = [{ id: 'old', provider: 'recorded', file: 'w-old.jsonl' }];
    const { path } = await place.engine().run(place.order({ prompts: ['watched.jsonl'], models, evaluators: LEXICAL }));
    const heard: { path: string; state: string }[] = [];
    const own = startReader(program('read-worker'), { onRunChanged: (change) => void heard.push(change) });
    place.keep(own);
    await own.watchRun(path!);
    const pid = own.pid!;
    process.kill(pid, 'SIGKILL');
    await until(() => own.pid !== null && own.pid !== pid);
    heard.length = 0;
    rmSync(path!, { recursive: true });
    await until(() => heard.some((change) => change.path === path && change.state === 'gone'));
  });

  it('ends with the editor', async () => {
    const source = fileURLToPath(new URL('../../src/node/worker-client/reader.ts', import.meta.url));
    const parentFile = join(place.root, 'editor.mjs');
    await build({
      stdin: {
        contents: `
          import { startReader } from ${JSON.stringify(source)};
          const reader = startReader(${JSON.stringify(program('read-worker'))}, { onRunChanged() {} });
          await reader.listRuns(${JSON.stringify(place.root)});
          console.log(reader.pid);`,
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
      const pid = Number(String(line));
      expect(pid).toBeGreaterThan(0);
      parent.kill('SIGKILL');
      expect(await isGone(pid, 10_000)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
