import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config.ts';
import { cachedBytes, filesToFetch, type HubUse, hubUses } from '../../../src/node/hub-models.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'poq-cache-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const use = (more: Partial<HubUse> = {}) =>
  ({ hub: 'owner/model', role: 'model', device: 'cpu', dtype: 'auto', ...more }) as const;
const put = (name: string, content: string) => {
  const file = join(cache, 'owner', 'model', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const putSmall = (config: object = {}) => {
  put('config.json', JSON.stringify(config));
  put('tokenizer.json', '12345');
  put('tokenizer_config.json', '12345');
};

describe('what a config takes from the hub', () => {
  it('are models and evaluators that are neither bundled nor folders', () => {
    const config = configSchema.parse({
      prompts: ['*'],
      models: [
        { id: 'a', provider: 'onnx', model: 'owner/name', dtype: 'q4' },
        { id: 'b', provider: 'onnx', model: 'bundled:small' },
        { id: 'c', provider: 'onnx', model: './folder' },
        { id: 'd', provider: 'onnx', model: '../owner/name' },
        { id: 'e', provider: 'onnx', model: 'gpt2' },
        { id: 'f', provider: 'vscode-lm', model: 'owner/name' },
      ],
      evaluators: [
        { id: 'g', kind: 'bi-encoder', model: 'owner/encoder' },
        { id: 'h', kind: 'lexical', metric: 'chrf' },
      ],
    });
    const found = hubUses(config).map(({ usedBy, role, hub, dtype, path }) => [usedBy, role, hub, dtype, path]);
    expect(found).toEqual([
      ['a', 'model', 'owner/name', 'q4', ['models', 0, 'model']],
      ['e', 'model', 'gpt2', 'auto', ['models', 4, 'model']],
      ['g', 'evaluator', 'owner/encoder', 'auto', ['evaluators', 0, 'model']],
    ]);
    expect(hubUses(config, ['e']).map(({ usedBy }) => usedBy)).toEqual(['e', 'g']);
  });
});

describe('the cache', () => {
  it('holds a model whole or not at all', () => {
    expect(cachedBytes(cache, use())).toBeNull();
    putSmall();
    expect(cachedBytes(cache, use())).toBeNull();
    put('onnx/model_quantized.onnx', '1234567');
    expect(cachedBytes(cache, use())).toBe(2 + 5 + 5 + 7);
    expect(cachedBytes(cache, use({ dtype: 'fp32' }))).toBeNull();
    rmSync(join(cache, 'owner', 'model', 'tokenizer.json'));
    expect(cachedBytes(cache, use())).toBeNull();
  });

  it('must hold the weights that lie beside the ONNX file', () => {
    const config = { 'transformers.js_config': { use_external_data_format: { 'model_q4.onnx': 2 } } };
    putSmall(config);
    put('onnx/model_q4.onnx', '1');
    put('onnx/model_q4.onnx_data', '12');
    expect(cachedBytes(cache, use())).toBeNull();
    put('onnx/model_q4.onnx_data_1', '123');
    expect(cachedBytes(cache, use())).toBe(JSON.stringify(config).length + 10 + 6);
  });

  it('must hold how an encoder pools its vectors: without, its scores would be others', () => {
    putSmall();
    put('onnx/model.onnx', '1');
    const encoder = use({ role: 'evaluator' });
    expect(cachedBytes(cache, encoder)).toBeNull();
    put('1_Pooling/config.json', '{}');
    put('sentence_bert_config.json', '{}');
    expect(cachedBytes(cache, encoder)).toBe(2 + 10 + 1 + 4);
  });
});

describe('what would be fetched', () => {
  const names = [
    'config.json',
    'tokenizer.json',
    'onnx/model.onnx',
    'onnx/model_fp16.onnx',
    'onnx/model_fp16.onnx_data',
  ];

  it('is the first data type that the hub has, for the first device that works', () => {
    const fetched = (devices: ('cpu' | 'webgpu')[], dtype: HubUse['dtype'] = 'auto') =>
      filesToFetch(names, { role: 'model', dtype }, devices);
    expect(fetched(['webgpu', 'cpu'])).toEqual(['config.json', 'tokenizer.json', ...names.slice(3)]);
    expect(fetched(['cpu'])).toEqual(['config.json', 'tokenizer.json', 'onnx/model.onnx']);
    expect(fetched(['webgpu', 'cpu'], 'fp32')).toEqual(['config.json', 'tokenizer.json', 'onnx/model.onnx']);
    expect(fetched(['cpu'], 'q4')).toBeNull();
    expect(filesToFetch(['config.json'], { role: 'model', dtype: 'auto' }, ['cpu'])).toBeNull();
  });
});
