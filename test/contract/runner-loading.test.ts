import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OnnxModelConfig } from '../../src/core/config.ts';
import { listDevices } from '../../src/node/device-report.ts';
import { ModelUnusableError } from '../../src/node/ports.ts';
import { createOnnxNode } from '../../src/node/providers/onnx.ts';
import { writeTinyLlm } from '../fixtures/runner/tiny-models.ts';
import { makeWorkplace, onnxConfig, request } from '../fixtures/runner/workplace.ts';

const place = makeWorkplace();
const never = new AbortController().signal;
const good = writeTinyLlm(join(place.root, 'good'));
const onnx = (folder: string, file = 'model.onnx') => join(folder, 'onnx', file);
afterAll(() => place.remove());
afterEach(() => vi.unstubAllEnvs());

async function load(model: string, more: Partial<OnnxModelConfig> = {}, context = place) {
  const node = createOnnxNode(onnxConfig(model, more), context);
  try {
    return await node.load(never);
  } finally {
    await node.close();
  }
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it worked'),
    (e: Error) => e,
  );
  expect(error, error.message).toBeInstanceOf(ModelUnusableError);
  expect(error.message).not.toMatch(/\n\s+at /);
  return error.message;
}

describe('a model folder that cannot work', () => {
  let copies = 0;
  function broken(spoil: (folder: string) => void): string {
    const name = `broken${++copies}`;
    const folder = join(place.root, name);
    cpSync(good, folder, { recursive: true });
    spoil(folder);
    return `./${name}`;
  }
  const cases: [string, (folder: string) => void, RegExp][] = [
    ['no folder', (f) => rmSync(f, { recursive: true }), /there is no folder .*broken/],
    ['no config', (f) => rmSync(join(f, 'config.json')), /config\.json is missing.*whole folder/],
    ['no tokenizer', (f) => rmSync(join(f, 'tokenizer.json')), /tokenizer\.json is missing/],
    ['no tokenizer config', (f) => rmSync(join(f, 'tokenizer_config.json')), /tokenizer_config\.json is missing/],
    ['a tokenizer cut short', (f) => truncateSync(join(f, 'tokenizer.json'), 900), /tokenizer\.json is cut short/],
    ['an empty config', (f) => writeFileSync(join(f, 'config.json'), ''), /config\.json is not a JSON object/],
    ['no weights', (f) => rmSync(onnx(f)), /holds no ONNX model/],
    ['weights cut short', (f) => truncateSync(onnx(f), 5000), /model\.onnx is cut short: 5000 of at least \d+ bytes/],
    ['empty weights', (f) => writeFileSync(onnx(f), ''), /model\.onnx is empty/],
    ['a web page', (f) => writeFileSync(onnx(f), '<!doctype html><p>404'), /is an HTML or XML page/],
    ['a pointer', (f) => writeFileSync(onnx(f), 'version https://git-lfs.github.com/spec/v1\noid'), /git lfs pull/],
    ['something else', (f) => writeFileSync(onnx(f), Buffer.alloc(4000, 'PK\u0003\u0004')), /is not an ONNX model/],
    ['zeros', (f) => writeFileSync(onnx(f), Buffer.alloc(4000)), /is not an ONNX model/],
  ];
  it.each(cases)('%s', async (_name, spoil, message) => {
    const model = broken(spoil);
    const said = await messageOf(load(model));
    expect(said).toMatch(message);
    expect(said).toContain(model);
  });

  it('tells what onnxruntime finds wrong inside', async () => {
    // Whole as a file, but the graph in it is damaged.
    const model = broken((f) => {
      const bytes = readFileSync(onnx(f));
      bytes.fill(0xff, 100, 400);
      writeFileSync(onnx(f), bytes);
    });
    expect(await messageOf(load(model))).toMatch(/cannot be loaded: .*(not a model that onnxruntime can read|onnx)/i);
  });

  it('names the bundled models, the data types, and what a model may be called', async () => {
    expect(await messageOf(load('bundled:none'))).toContain('no bundled model "none"');
    expect(await messageOf(load('bundled:../good'))).toContain('no bundled model');
    expect(await messageOf(load('./good', { dtype: 'q4' }))).toMatch(/no model_q4\.onnx for dtype "q4".*has fp32/);
    expect(await messageOf(load('a/b/c'))).toContain('owner/name');
    expect(await messageOf(load('owner/..'))).toContain('owner/name');
  });
});

describe('devices', () => {
  it('takes the CPU where nothing else works, and tells what was tried', async () => {
    const info = await load('./good', { device: 'auto' });
    expect(info.tried?.every((t) => t.device !== info.device && t.error !== '') ?? true).toBe(true);
    const node = createOnnxNode(onnxConfig('./good', { device: 'auto' }), place);
    try {
      const [outcome] = await node.generate([request('w1')], never);
      expect(outcome!.device).toBe(info.device);
    } finally {
      await node.close();
    }
  });

  it('does not let a software renderer win', async () => {
    vi.stubEnv('VK_ICD_FILENAMES', '/usr/share/vulkan/vk_swiftshader_icd.json');
    const info = await load('./good', { device: 'auto' });
    const webgpu = info.tried?.find((t) => t.device === 'webgpu');
    if (process.platform === 'linux' && process.arch === 'x64' && info.device === 'cpu') {
      expect(webgpu?.error).toContain('software renderer');
    }
  });

  it('uses only the device that is asked for', async () => {
    const absent = process.platform === 'linux' ? 'dml' : 'cuda';
    expect(await messageOf(load('./good', { device: absent }))).toContain(`the device ${absent} does not work here`);
    expect(await load('./good', { device: 'cpu' })).toMatchObject({ device: 'cpu' });
  });

  it('takes fp32 where a folder has it, else what is there', async () => {
    const folder = join(place.root, 'other');
    cpSync(good, folder, { recursive: true });
    cpSync(onnx(folder), onnx(folder, 'model_q4.onnx'));
    expect(await load('./other')).toMatchObject({ dtype: 'fp32' });
    expect(await load('./other', { dtype: 'q4' })).toMatchObject({ dtype: 'q4' });
    cpSync(onnx(folder), onnx(folder, 'model_quantized.onnx'));
    rmSync(onnx(folder));
    expect(await load('./other')).toMatchObject({ dtype: 'q8' });
  });

  it('are tried one by one, each with a reason and advice where it does not work', async () => {
    const reports = await listDevices(place.places.runner, never);
    expect(reports.at(-1)).toEqual({ device: 'cpu', works: true, reason: null, advice: null });
    for (const report of reports.filter((r) => !r.works)) {
      expect(report.reason).toMatch(/\w/);
      expect(report.advice).toMatch(/\w/);
    }
    await expect(listDevices(place.places.runner, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('the hub', () => {
  let hub: Server;
  let requests: string[] = [];
  beforeAll(async () => {
    hub = createServer((incoming, response) => {
      requests.push(incoming.url!);
      const file = join(good, incoming.url!.replace('/owner/tiny/resolve/main/', ''));
      if (!incoming.url!.startsWith('/owner/tiny/') || !existsSync(file)) response.writeHead(404).end();
      else response.writeHead(200).end(readFileSync(file));
    });
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => hub.close());
  const useHub = () => vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(hub.address() as AddressInfo).port}`);

  it('is asked once; after that the model comes from the cache', async () => {
    useHub();
    // It has fp32 alone: the 8-bit weights, tried first, are not there.
    expect(await load('owner/tiny')).toMatchObject({ device: 'cpu', dtype: 'fp32' });
    expect(requests).toContain('/owner/tiny/resolve/main/onnx/model.onnx');
    expect(existsSync(join(place.places.cache, 'owner', 'tiny', 'onnx', 'model.onnx'))).toBe(true);
    requests = [];
    expect(await load('owner/tiny', { dtype: 'fp32' })).toMatchObject({ dtype: 'fp32' });
    expect(requests.filter((url) => url.endsWith('.onnx'))).toEqual([]);
  });

  it('that lacks the model, or that is not there, is named', async () => {
    useHub();
    expect(await messageOf(load('owner/none'))).toMatch(/owner\/none.*HF_TOKEN/);
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
    expect(await messageOf(load('owner/other'))).toMatch(/127\.0\.0\.1:1 cannot be reached.*HTTPS_PROXY/);
  });

  it('is never asked for a local folder', async () => {
    useHub();
    requests = [];
    await load('./good');
    expect(requests).toEqual([]);
  });
});
