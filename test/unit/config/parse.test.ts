import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/core/config-parse.ts';

const parse = (value: unknown) =>
  parseConfig(typeof value === 'string' ? value : JSON.stringify(value), 'poq.config.json');
const told = (value: unknown) => parse(value).diagnostics.map((d) => d.message);

const small = { id: 'small', provider: 'onnx', model: 'bundled:small' };
const sts = { id: 'sts', kind: 'bi-encoder', model: 'bundled:sts' };
const base = { prompts: ['prompts/**'], models: [small], evaluators: [sts] };

describe('defaults', () => {
  it('are those of the documentation, at every depth', () => {
    const { config, diagnostics } = parse({
      ...base,
      models: [small, { id: 'm', provider: 'openai', baseUrl: 'http://127.0.0.1:1/v1', model: 'm' }],
    });
    expect(diagnostics).toEqual([]);
    expect(config).toMatchObject({
      generation: { maxTokens: 64, temperature: 0, seed: 1, repeats: 1 },
      reward: {
        consensus: 'mean',
        closeness: 'inclusive',
        failures: 'zero',
        models: { alpha: 1, beta: 0.5, cost: { of: 'latency', normalize: 'minmax' } },
        evaluators: { alpha: 1, beta: 0.5, cost: { of: 'latency', normalize: 'minmax' } },
      },
      simulation: {
        rounds: 5000,
        seed: 1,
        k: 3,
        consensus: 'mean',
        draw: 'uniform',
        commitReveal: true,
        audit: { probability: 0, stake: 1 },
        panel: 'rule',
        samples: 400,
        nodes: {},
        attacks: [],
        sweep: {},
      },
      pass: { minQuality: 5 },
      gates: [],
      env: [],
      reuse: false,
      concurrency: 4,
      evaluators: [{ compare: 'auto' }],
      models: [
        { dtype: 'auto', device: 'auto' },
        { timeoutMs: 120_000, retries: 3, maxResponseBytes: 10_000_000 },
      ],
    });
    const partly = parse({ ...base, reward: { models: { cost: { normalize: { budget: 200 } } } } }).config!;
    expect(partly.reward.models).toEqual({ alpha: 1, beta: 0.5, cost: { of: 'latency', normalize: { budget: 200 } } });
  });
});

describe('the text', () => {
  it('may hold comments, trailing commas, a BOM and CRLF', () => {
    const text = `\uFEFF// mine\r\n{\r\n "$schema": "x", /* y */\r\n "prompts": ["a",],\r\n "models": [${JSON.stringify(small)},],\r\n "evaluators": [${JSON.stringify(sts)}],\r\n}\r\n`;
    expect(parse(text).diagnostics).toEqual([]);
  });

  it('that is not JSON is told with its line', () => {
    expect(parse('{\n "prompts": [,\n}').diagnostics[0]).toMatchObject({ line: 2, file: 'poq.config.json' });
    expect(told('')[0]).toMatch(/./);
    expect(parse('{"simulation": {"nodes": {"a": {\n"latencyMs": NaN}}}}').diagnostics[0]).toMatchObject({
      line: 2,
      message: 'not valid JSON: invalid symbol in simulation.nodes.a.latencyMs',
    });
    expect(told('[]')[0]).toMatch(/the config: must be an object/);
    expect(told('{"prompts":'.repeat(3))[0]).toMatch(/not valid JSON/);
    expect(told(`${'['.repeat(1e5)}`)[0]).toMatch(/./);
  });

  it('may not have a key twice, and knows no prototype', () => {
    const text = JSON.stringify(base).replace('{', '{"reuse":true,"reuse":false,"__proto__":{"env":["X"]},');
    const messages = told(text);
    expect(messages).toContainEqual('the key "reuse" occurs twice in one object');
    expect(messages).toContainEqual(expect.stringMatching(/^__proto__: unknown key/));
    expect(({} as Record<string, unknown>).env).toBeUndefined();
  });
});

it('tells all errors at once, each with line, key and remedy', () => {
  const text = `{
  "prompts": ["a", {"glob": "b", "format": "xml"}, 3, "../c", "/d", "{p,../q}/*", ""],
  "models": [
    {"id": "a", "provider": "onyx", "model": "m"},
    {"id": "b", "provider": "openai", "baseURL": "http://x/v1", "model": "m", "apiKey": "sk-secret"},
    {"id": "a", "provider": "onnx", "model": "m", "dtype": "q5"},
    {"id": "r", "provider": "recorded", "file": "../x.jsonl"},
    {"id": "u", "provider": "openai", "baseUrl": "https://me:pw@x/v1", "model": "m", "apiKey": {"env": "sk-secret"}}
  ],
  "evaluators": [
    {"id": "f", "kind": "lexical", "metric": "f1"},
    {"id": "j", "kind": "judge", "model": "m"},
    {"id": "e", "kind": "exact"}
  ],
  "reward": {"consensus": {"trimed": 0.2}, "models": {"alpha": 0, "beta": 0}, "evaluators": {"cost": {"normalize": "max"}}},
  "gates": [{"metric": "reward", "min": 1}, {"metric": "truth", "model": "z"}, {"metric": "quality", "min": 5, "max": 4}],
  "generation": {"maxTokens": 0, "temperature": "hot"},
  "modls": []
}`;
  const { config, diagnostics } = parse(text);
  expect(config).toBeNull();
  const lines = diagnostics.map((d) => `${d.line} ${d.message}`);
  const expected: (string | RegExp)[] = [
    /^2 prompts\[1\]\.format: must be one of "prompt-yml".*not "xml"$/,
    /^2 prompts\[2\]: must be text or an object with "glob".*not 3$/,
    /^2 prompts\[3\]: leads outside the workspace/,
    /^2 prompts\[4\]: must be relative/,
    '2 prompts[5]: has ".." inside alternatives: refused',
    '2 prompts[6]: must not be empty',
    '4 models[0].provider: must be one of "onnx", "openai", "recorded", "vscode-lm", not "onyx"',
    '5 models[1].baseURL: unknown key; did you mean "baseUrl"?',
    '5 models[1].baseUrl: is required',
    /^5 models\[1\]\.apiKey: keys never stand in the config/,
    /^6 models\[2\]\.id: the id "a" is taken by models\[0\]\.id \(line 4\)/,
    /^6 models\[2\]\.dtype: must be one of/,
    /^7 models\[3\]\.file: leads outside the workspace/,
    /^8 models\[4\]\.baseUrl: must not hold/,
    /^8 models\[4\]\.apiKey.*keys never stand|^8 models\[4\]\.apiKey\.env: must be the name/,
    /^11 evaluators\[0\]\.metric: "f1" is truth.*never enters a reward.*"rouge1"/,
    /^12 evaluators\[1\]\.kind: evaluators of kind "judge" are not available.*"bi-encoder", "lexical"/,
    /^13 evaluators\[2\]\.kind: "exact" is truth/,
    '15 reward.consensus.trimed: unknown key; did you mean "trimmed"?',
    '15 reward.consensus.trimmed: is required',
    '15 reward.models: alpha and beta must not both be 0',
    '15 reward.evaluators.cost.normalize: must be "minmax" or an object with "budget", not "max"',
    /^16 gates\[0\]\.metric: a gate on the reward needs a budget/,
    /^16 gates\[1\]\.model: there is no model "z"; the models are a, b/,
    '16 gates[1]: a gate needs `min` or `max`',
    '16 gates[2]: no value can be at least 5 and at most 4',
    '17 generation.maxTokens: must be more than 0',
    '17 generation.temperature: must be a number, not "hot"',
    '18 modls: unknown key; did you mean "models"?',
  ];
  for (const wanted of expected)
    expect(lines).toContainEqual(typeof wanted === 'string' ? wanted : expect.stringMatching(wanted));
  expect(lines).toHaveLength(expected.length);
  expect(JSON.stringify(diagnostics)).not.toContain('sk-secret');
});

it('takes a gate on the reward under a budget', () => {
  const reward = { models: { cost: { normalize: { budget: 100 } } } };
  expect(told({ ...base, reward, gates: [{ metric: 'reward', min: 0.1 }] })).toEqual([]);
});

it('suggests the nearest key for every key of the schema, misspelt', () => {
  for (const [key, object] of [
    ['concurency', 'concurrency'],
    ['evaluator', 'evaluators'],
    ['Prompts', 'prompts'],
    ['gate', 'gates'],
  ])
    expect(told({ ...base, [key!]: 1 })).toContainEqual(`${key}: unknown key; did you mean "${object}"?`);
  expect(told({ ...base, generation: { max_tokens: 5 } })).toEqual([
    'generation.max_tokens: unknown key; did you mean "maxTokens"?',
  ]);
  const nodes = { a: { kind: 'model', quality: 5, latencyMs: 3, latency: 3 } };
  expect(told({ ...base, simulation: { nodes } })).toEqual([
    'simulation.nodes.a.latency: unknown key; did you mean "latencyMs"?',
  ]);
  expect(told({ ...base, zzzzzzzzzzzz: 1 })[0]).toMatch(/known here: .*prompts/);
});
