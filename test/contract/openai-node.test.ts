import { afterEach, describe, expect, test } from 'vitest';
import { configSchema, type OpenAiModelConfig } from '../../src/core/config.ts';
import type { GenerateOutcome, GenerateRequest, ModelNode } from '../../src/node/ports.ts';
import { type Clock, createOpenAiNode } from '../../src/node/providers/openai.ts';
import {
  type MockEndpoint,
  type Reply,
  type SeenRequest,
  startMockEndpoint,
} from '../fixtures/providers/mock-endpoint.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close();
});

type Script = Reply | Reply[] | ((request: SeenRequest, index: number) => Reply);

async function endpoint(script: Script = {}): Promise<MockEndpoint> {
  const mock = await startMockEndpoint(script);
  opened.push(mock);
  return mock;
}

function configOf(extra: object): OpenAiModelConfig {
  const config = configSchema.parse({
    prompts: ['p'],
    models: [{ id: 'served', provider: 'openai', model: 'm', ...extra }],
    evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
  });
  return config.models[0] as OpenAiModelConfig;
}

/** A clock whose waits pass at once, are written down, and are seen in its time. */
function fakeClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  let skipped = 0;
  return {
    waits,
    now: () => performance.now() + skipped,
    sleep: async (ms) => {
      waits.push(ms);
      skipped += ms;
    },
    random: () => 0.5,
  };
}

function nodeOf(extra: object, env: Record<string, string> = {}, clock?: Clock): ModelNode {
  const node = createOpenAiNode(configOf(extra), { env: (name) => env[name], root: '/', concurrency: 4 }, clock);
  opened.push(node);
  return node;
}

const REQUEST: GenerateRequest = {
  sampleId: 's',
  messages: [{ role: 'user', content: 'What is the capital of France?' }],
  options: { maxTokens: 64, temperature: 0, seed: 1 },
  repeat: 0,
};

const never = () => new AbortController().signal;

async function ask(node: ModelNode, request: Partial<GenerateRequest> = {}): Promise<GenerateOutcome> {
  const outcomes = await node.generate([{ ...REQUEST, ...request }], never());
  expect(outcomes).toHaveLength(1);
  return outcomes[0] as GenerateOutcome;
}

describe('what is sent', () => {
  test('one POST with the model, the messages and the options', async () => {
    const mock = await endpoint();
    const node = nodeOf({ baseUrl: `${mock.baseUrl}/`, apiKey: { env: 'KEY' } }, { KEY: 'sk-very-secret-1' });
    expect(await node.load(never())).toEqual({ device: mock.origin });
    expect(mock.requests).toHaveLength(0);
    const options = { maxTokens: 9, temperature: 0.5, topP: 0.9, topK: 5, seed: 3, stop: ['\n'] };
    await ask(node, { options, repeat: 2 });
    expect(mock.requests).toHaveLength(1);
    const [request] = mock.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(request?.headers.authorization).toBe('Bearer sk-very-secret-1');
    expect(request?.body).toEqual({
      model: 'm',
      messages: REQUEST.messages,
      max_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      seed: 5,
      stop: ['\n'],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('no key, no header; options that are not set are not sent; a query of baseUrl is kept', async () => {
    const mock = await endpoint();
    await ask(nodeOf({ baseUrl: `${mock.baseUrl}?api-version=1` }));
    expect(mock.requests[0]?.path).toBe('/v1/chat/completions?api-version=1');
    expect(mock.requests[0]?.headers.authorization).toBeUndefined();
    expect(Object.keys(mock.requests[0]?.body ?? {}).sort()).toEqual(
      ['max_tokens', 'messages', 'model', 'seed', 'stream', 'stream_options', 'temperature'].sort(),
    );
  });

  test('connections are kept and used again', async () => {
    const mock = await endpoint();
    const node = nodeOf({ baseUrl: mock.baseUrl });
    for (let i = 0; i < 10; i++) await ask(node);
    // A second one may be opened when a request follows before the first connection has seen the end of its answer.
    expect(new Set(mock.requests.map((request) => request.connection)).size).toBeLessThanOrEqual(2);
  });

  test('lanes: loopback shares this machine, other hosts are their own', () => {
    const lane = (baseUrl: string) => nodeOf({ baseUrl }).lane;
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.9.8.7', 'a.localhost']) {
      expect(lane(`http://${host}:8000/v1`)).toBe('local');
    }
    expect(lane('https://api.example.com/v1')).toBe('https://api.example.com');
    expect(lane('http://127.example.com/v1')).toBe('http://127.example.com');
  });
});

describe('what is read', () => {
  test('a stream: text, finish, usage, timings that add up', async () => {
    const usage = { prompt_tokens: 11, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 8 } };
    const mock = await endpoint({
      delayMs: 60,
      pieces: ['Par', 'is', ' is', ' it'],
      pieceMs: 30,
      usage,
      finish: 'length',
    });
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }));
    expect(outcome).toMatchObject({
      text: 'Paris is it',
      finish: 'length',
      inputTokens: 11,
      outputTokens: 4,
      cachedTokens: 8,
      device: mock.origin,
    });
    expect(outcome.tokensCounted).toBeUndefined();
    const { latencyMs, ttftMs, decodeMs, queueMs } = outcome;
    // Timers of Node may fire up to a millisecond early.
    expect(ttftMs).toBeGreaterThanOrEqual(58);
    expect(decodeMs).toBeGreaterThanOrEqual(85);
    expect(ttftMs! + decodeMs!).toBeCloseTo(latencyMs!, 2);
    expect(queueMs).toBeGreaterThanOrEqual(0);
  });

  test.each([1, 2, 3, 5, 7])('a stream cut every %i bytes, inside characters too', async (writeBytes) => {
    const pieces = ['zażółć ', '日本語', ' 🦊', '\u0000\u001b[31m', '"\\\n'];
    const mock = await endpoint({ pieces, writeBytes });
    const deltas: string[] = [];
    const [outcome] = await nodeOf({ baseUrl: mock.baseUrl }).generate([REQUEST], never(), (delta) =>
      deltas.push(delta),
    );
    expect(outcome?.text).toBe(pieces.join(''));
    expect(deltas.join('')).toBe(pieces.join(''));
  });

  test('CRLF line ends, comments, a byte-order mark, events without a space', async () => {
    const body =
      '\ufeff: hello\r\n\r\ndata:{"choices":[{"delta":{"content":"a"}}]}\r\n\r\n: ping\r\n\r\n' +
      'data: {"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}\r\n\r\ndata: [DONE]\r\n\r\n';
    const mock = await endpoint({ body, headers: { 'content-type': 'text/plain' } });
    expect(await ask(nodeOf({ baseUrl: mock.baseUrl }))).toMatchObject({ text: 'ab', finish: 'stop' });
  });

  test('one JSON completion is accepted, without a time to first token', async () => {
    const mock = await endpoint({ json: true, delayMs: 30, pieces: ['whole'] });
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }));
    expect(outcome).toMatchObject({ text: 'whole', ttftMs: null, decodeMs: null, inputTokens: 7, outputTokens: 3 });
    expect(outcome.latencyMs).toBeGreaterThanOrEqual(28);
  });

  test('without usage, tokens are counted and marked', async () => {
    const mock = await endpoint({ usage: null, pieces: ['a', 'b', 'c', 'd', 'e'] });
    // 30 bytes of prompt at four a token; five pieces, which are more than five bytes at four a token.
    expect(await ask(nodeOf({ baseUrl: mock.baseUrl }))).toMatchObject({
      inputTokens: 8,
      outputTokens: 5,
      tokensCounted: true,
    });
  });

  test('an empty answer is an answer', async () => {
    const mock = await endpoint({ pieces: [] });
    expect(await ask(nodeOf({ baseUrl: mock.baseUrl }))).toMatchObject({ text: '', ttftMs: null, decodeMs: null });
  });

  test('reasoning is not the answer, but counts for the time to first token', async () => {
    const mock = await endpoint({ reasoning: ['hmm'], pieces: ['x', 'yes'], pieceMs: 40 });
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }));
    expect(outcome.text).toBe('xyes');
    expect(outcome.decodeMs).toBeGreaterThanOrEqual(38);
  });

  test('finish_reason completes an answer: neither [DONE] nor the end of the connection is waited for', async () => {
    const open = await endpoint({ keepOpen: true });
    expect((await ask(nodeOf({ baseUrl: open.baseUrl }))).text).toBe('answer');
    const noDone = await endpoint({ noDone: true });
    expect((await ask(nodeOf({ baseUrl: noDone.baseUrl }))).text).toBe('answer');
    const neither = await endpoint({ noDone: true, keepOpen: true });
    expect((await ask(nodeOf({ baseUrl: neither.baseUrl, timeoutMs: 300 }))).text).toBe('answer');
  });
});

describe('retries', () => {
  test.each([408, 409, 429, 500, 502, 503, 529])('%i is tried again, and the wait is queueing', async (status) => {
    const busy = { status, body: '{"error":{"message":"busy"}}', headers: { 'retry-after': '40' }, delayMs: 80 };
    const mock = await endpoint([busy, {}]);
    const clock = fakeClock();
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }, {}, clock));
    expect(outcome.text).toBe('answer');
    expect(mock.requests).toHaveLength(2);
    expect(clock.waits).toEqual([40_000]);
    expect(outcome.queueMs).toBeGreaterThanOrEqual(40_078);
    expect(outcome.latencyMs).toBeLessThan(40_000);
  });

  test('waits double, and the last failure is told with its count', async () => {
    const mock = await endpoint({ status: 503, body: '{"error":{"message":"overloaded"}}' });
    const clock = fakeClock();
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }, {}, clock));
    expect(clock.waits).toEqual([500, 1000, 2000]);
    expect(mock.requests).toHaveLength(4);
    expect(outcome.error).toBe(`HTTP 503 from ${mock.baseUrl}/chat/completions: overloaded (4 attempts)`);
    expect(outcome.text).toBeUndefined();
    expect(outcome.latencyMs).toBeGreaterThan(0);
  });

  test('Retry-After in seconds and as a date, with an upper bound', async () => {
    const inAMinute = new Date(Date.now() + 20_000).toUTCString();
    const mock = await endpoint([
      { status: 429, body: '{}', headers: { 'retry-after': '7' } },
      { status: 429, body: '{}', headers: { 'retry-after': inAMinute } },
      { status: 429, body: '{}', headers: { 'retry-after': '86400' } },
      {},
    ]);
    const clock = fakeClock();
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl }, {}, clock))).text).toBe('answer');
    expect(clock.waits[0]).toBe(7000);
    expect(clock.waits[1]).toBeGreaterThan(15_000);
    expect(clock.waits[1]).toBeLessThanOrEqual(20_000);
    expect(clock.waits[2]).toBe(60_000);
  });

  test.each([400, 401, 402, 403, 404, 413, 422])('%i is not tried again', async (status) => {
    const mock = await endpoint({ status, body: '{"error":{"message":"no"}}' });
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }));
    expect(outcome.error).toContain(`HTTP ${status}`);
    expect(mock.requests).toHaveLength(1);
  });

  test('retries: 0 means one request', async () => {
    const mock = await endpoint({ status: 500, body: '' });
    await ask(nodeOf({ baseUrl: mock.baseUrl, retries: 0 }));
    expect(mock.requests).toHaveLength(1);
  });

  test.each(['before', 'head'] as const)('a hang-up (%s) before the answer began is tried again', async (hangUp) => {
    const mock = await endpoint([{ hangUp }, {}]);
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl }, {}, fakeClock()));
    expect(outcome.text).toBe('answer');
    expect(mock.requests).toHaveLength(2);
  });

  test('a hang-up in the middle is an error of that sample alone', async () => {
    const mock = await endpoint((_, index) => (index === 1 ? { pieces: ['one ', 'two'], hangUp: 1 } : {}));
    const node = nodeOf({ baseUrl: mock.baseUrl }, {}, fakeClock());
    const outcomes = [await ask(node), await ask(node), await ask(node)];
    expect(outcomes.map((outcome) => outcome.text)).toEqual(['answer', undefined, 'answer']);
    expect(outcomes[1]?.error).toContain('hung up in the middle');
    expect(outcomes[1]?.latencyMs).toBeGreaterThan(0);
    expect(mock.requests).toHaveLength(3);
  });

  test('a stream that ends without finish_reason or [DONE] was cut', async () => {
    const mock = await endpoint({ pieces: ['half'], finish: null, noDone: true });
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl }))).error).toContain('without finish_reason');
  });

  test('refused connections: retries, then one try each until the server is back', async () => {
    const gone = await startMockEndpoint();
    await gone.close();
    const clock = fakeClock();
    const node = nodeOf({ baseUrl: gone.baseUrl }, {}, clock);
    const first = await ask(node);
    expect(first.error).toContain(`${gone.origin} refuses connections`);
    expect(first.error).toContain('(4 attempts)');
    expect(clock.waits).toHaveLength(3);
    await ask(node);
    await ask(node);
    clock.waits.length = 0;
    expect((await ask(node)).error).toContain('refuses connections');
    expect(clock.waits).toHaveLength(0);
  });

  test('an endpoint that has refused from the start is left alone', async () => {
    const mock = await endpoint({ status: 401, body: '{}' });
    const node = nodeOf({ baseUrl: mock.baseUrl });
    const errors = [];
    for (let i = 0; i < 15; i++) errors.push((await ask(node)).error);
    expect(mock.requests).toHaveLength(10);
    expect(errors[9]).toContain('HTTP 401');
    expect(errors[14]).toContain('not asked');
  });
});

describe('parameters that an endpoint does not take', () => {
  const refusing = (parameter: string, message: string) => (request: SeenRequest) =>
    parameter in request.body ? { status: 400, body: JSON.stringify({ error: { message } }) } : {};

  test.each([
    [
      'max_tokens',
      "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
      'max_completion_tokens',
    ],
    ['stream_options', 'stream_options is not supported', undefined],
    ['seed', "Unrecognized request argument supplied: 'seed'", undefined],
  ])('%s is left out from the second request on', async (parameter, message, instead) => {
    const mock = await endpoint(refusing(parameter, message));
    const clock = fakeClock();
    const node = nodeOf({ baseUrl: mock.baseUrl }, {}, clock);
    expect((await ask(node)).text).toBe('answer');
    expect((await ask(node)).text).toBe('answer');
    expect(mock.requests).toHaveLength(3);
    expect(mock.requests[2]?.body).not.toHaveProperty(parameter);
    if (instead) expect(mock.requests[2]?.body).toHaveProperty(instead, 64);
    expect(clock.waits).toEqual([]);
    expect(node.warnings?.(new Set())).toHaveLength(parameter === 'seed' ? 1 : 0);
  });

  test('it counts as a retry', async () => {
    const mock = await endpoint(refusing('stream_options', 'stream_options?'));
    const node = nodeOf({ baseUrl: mock.baseUrl, retries: 0 });
    expect((await ask(node)).error).toContain('HTTP 400');
    expect((await ask(node)).text).toBe('answer');
    expect(mock.requests).toHaveLength(2);
  });

  test('a limit that is too large is an error, not a reason to rename it', async () => {
    const mock = await endpoint({ status: 400, body: '{"error":{"message":"max_tokens is too large: 64"}}' });
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl }))).error).toContain('max_tokens is too large');
    expect(mock.requests).toHaveLength(1);
  });
});

describe('answers that are none', () => {
  test('a web page', async () => {
    const page = { body: '<!doctype html><title>hi</title>', headers: { 'content-type': 'text/html' } };
    for (const reply of [page, { ...page, status: 404 }]) {
      const mock = await endpoint(reply);
      const { error } = await ask(nodeOf({ baseUrl: mock.origin }));
      expect(error).toContain(`not an OpenAI-compatible endpoint: got text/html from ${mock.origin}/chat/completions`);
      expect(error).toContain('/v1');
      expect(error).not.toContain('doctype');
    }
  });

  test.each([
    ['nothing', '', 'empty'],
    ['other JSON', '{"hello": 1}', 'choices'],
    ['plain text', 'It works!', 'no completion'],
    ['a stream of junk', 'data: junk\n\n', 'not JSON'],
    ['only [DONE]', 'data: [DONE]\n\n', 'no completion'],
    ['an error with status 200', '{"error": "model is loading"}', 'model is loading'],
    [
      'an error in the stream',
      'data: {"error": {"message": "CUDA out of memory", "code": 500}}\n\n',
      'CUDA out of memory',
    ],
  ])('%s', async (_, body, expected) => {
    const mock = await endpoint({ body });
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl }))).error).toContain(expected);
  });

  test('one that never ends is stopped at maxResponseBytes, and its connection is closed', async () => {
    const mock = await endpoint({ endless: true, pieces: ['x'.repeat(1000)] });
    const { error } = await ask(nodeOf({ baseUrl: mock.baseUrl, maxResponseBytes: 200_000 }));
    expect(error).toContain('larger than 200000 bytes (maxResponseBytes)');
    await expect.poll(() => mock.openSockets()).toBe(0);
  });

  test('one that announces two gigabytes is not read', async () => {
    const mock = await endpoint({ body: '{', headers: { 'content-length': '2147483648' } });
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl, timeoutMs: 5000 }))).error).toContain('maxResponseBytes');
  });

  test('one that drips is stopped at timeoutMs, whole answer counted', async () => {
    const mock = await endpoint({ endless: true, pieceMs: 50 });
    const outcome = await ask(nodeOf({ baseUrl: mock.baseUrl, timeoutMs: 400 }));
    expect(outcome.error).toContain('within 400 ms (timeoutMs)');
    expect(outcome.latencyMs).toBeGreaterThanOrEqual(300);
    expect(mock.requests).toHaveLength(1);
    await expect.poll(() => mock.openSockets()).toBe(0);
  });

  test('what a server says is shown in one short line', async () => {
    const message = `bad\u001b[31m\n\tthing ${'x'.repeat(1000)}`;
    const mock = await endpoint({ status: 400, body: JSON.stringify({ error: { message } }) });
    const error = (await ask(nodeOf({ baseUrl: mock.baseUrl }))).error as string;
    expect(error).toContain('bad [31m thing xxx');
    expect(error).not.toMatch(/\p{Cc}/u);
    expect(error.length).toBeLessThan(500);
  });

  test('an unknown model is named, and so is the variable of a refused key', async () => {
    const missing = await endpoint({ status: 404, body: '{"error":{"message":"model not found"}}' });
    expect((await ask(nodeOf({ baseUrl: missing.baseUrl }))).error).toContain('model name "m"');
    const refused = await endpoint({ status: 401, body: '{"error":{"message":"bad key"}}' });
    const node = nodeOf({ baseUrl: refused.baseUrl, apiKey: { env: 'MY_KEY' } }, { MY_KEY: 'sk-wrong-key' });
    expect((await ask(node)).error).toContain('environment variable MY_KEY');
    expect((await ask(nodeOf({ baseUrl: refused.baseUrl }))).error).toContain('no key is configured');
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('%i to another origin is not followed, and the key stays', async (status) => {
    const other = await endpoint();
    const mock = await endpoint({ status, body: '', headers: { location: `${other.baseUrl}/chat/completions` } });
    const node = nodeOf({ baseUrl: mock.baseUrl, apiKey: { env: 'KEY' } }, { KEY: 'sk-very-secret-1' });
    const { error } = await ask(node);
    expect(error).toContain(`redirects to ${other.origin}`);
    expect(other.requests).toHaveLength(0);
    expect(mock.requests).toHaveLength(1);
  });

  test('307 and 308 within the origin keep method and body', async () => {
    const mock = await endpoint((request) =>
      request.path.startsWith('/v1/') ? { status: 307, body: '', headers: { location: '/v2/chat/completions' } } : {},
    );
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl }))).text).toBe('answer');
    expect(mock.requests[1]).toMatchObject({ method: 'POST', path: '/v2/chat/completions', body: { model: 'm' } });
  });

  test('a circle ends', async () => {
    const mock = await endpoint({ status: 308, body: '', headers: { location: '/v1/chat/completions' } });
    expect((await ask(nodeOf({ baseUrl: mock.baseUrl }))).error).toContain('redirects');
    expect(mock.requests.length).toBeLessThanOrEqual(4);
  });
});

describe('secrets', () => {
  const KEY = 'sk-Ab+c/d"e\\f-0123456789';
  const env = { KEY };

  test('a key that the endpoint echoes is in no error', async () => {
    const echoes = [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64'), `Bearer ${KEY}`];
    for (const echo of echoes) {
      const mock = await endpoint({ status: 400, body: JSON.stringify({ error: { message: `wrong: ${echo}!` } }) });
      const { error } = await ask(nodeOf({ baseUrl: mock.baseUrl, apiKey: { env: 'KEY' } }, env));
      expect(error).toMatch(/wrong: (Bearer )?\[redacted\]!/);
    }
  });

  test('nor in a raw body that is no JSON, nor half of it at the end of a shortened message', async () => {
    for (let pad = 270; pad < 300; pad += 3) {
      const mock = await endpoint({ status: 400, body: `${'x'.repeat(pad)}${KEY}` });
      const { error } = await ask(nodeOf({ baseUrl: mock.baseUrl, apiKey: { env: 'KEY' } }, env));
      expect(error).not.toContain('sk-A');
    }
  });

  test('nor in an answer, streamed in pieces or not, nor in what is shown meanwhile', async () => {
    for (const reply of [{ pieces: ['Your key: ', ...KEY, ' ok'] }, { pieces: [`Your key: ${KEY} ok`], json: true }]) {
      const mock = await endpoint(reply);
      let shown = '';
      const node = nodeOf({ baseUrl: mock.baseUrl, apiKey: { env: 'KEY' } }, env);
      const [outcome] = await node.generate([REQUEST], never(), (delta) => {
        shown += delta;
      });
      expect(outcome?.text).toBe('Your key: [redacted] ok');
      expect(shown).toBe('Your key: [redacted] ok');
    }
  });

  test('bad keys and addresses are refused before anything is sent', () => {
    const create = (extra: object, values: Record<string, string>) => () =>
      nodeOf({ baseUrl: 'http://127.0.0.1:1/v1', apiKey: { env: 'KEY' }, ...extra }, values);
    expect(create({}, {})).toThrow(/model "served".*KEY.*not set/);
    expect(create({}, { KEY: '' })).toThrow(/not set/);
    expect(create({}, { KEY: 'abc\n' })).toThrow(/KEY holds a line end/);
    expect(create({}, { KEY: 'ab c' })).toThrow(/KEY holds a blank/);
    expect(create({}, { KEY: 'schlüssel' })).toThrow(/non-ASCII/);
    expect(create({}, { KEY: 'secret value' })).not.toThrow(/secret/);
    expect(create({ baseUrl: 'http://me:hunter2@127.0.0.1:1/v1' }, { KEY: 'k' })).toThrow(/user name or password/);
    expect(create({ baseUrl: 'http://me:hunter2@127.0.0.1:1/v1' }, { KEY: 'k' })).not.toThrow(/hunter2/);
  });
});

describe('cancelling', () => {
  test('ends a request at once and closes its connection', async () => {
    const mock = await endpoint({ endless: true, pieceMs: 20 });
    const node = nodeOf({ baseUrl: mock.baseUrl });
    const controller = new AbortController();
    const running = node.generate([REQUEST], controller.signal, () => controller.abort(new Error('enough')));
    await expect(running).rejects.toThrow('enough');
    await expect.poll(() => mock.openSockets()).toBe(0);
  });

  test('ends a wait for a retry', async () => {
    const mock = await endpoint({ status: 429, body: '{}', headers: { 'retry-after': '50' } });
    const node = nodeOf({ baseUrl: mock.baseUrl });
    const controller = new AbortController();
    const running = node.generate([REQUEST], controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(running).rejects.toThrow('enough');
  });

  test('sends nothing when it is already cancelled', async () => {
    const mock = await endpoint();
    const node = nodeOf({ baseUrl: mock.baseUrl });
    await expect(node.generate([REQUEST], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(mock.requests).toHaveLength(0);
  });
});
