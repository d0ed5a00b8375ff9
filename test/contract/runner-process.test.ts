import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createBiEncoderNode } from '../../src/node/evaluators/bi-encoder.ts';
import { ModelUnusableError } from '../../src/node/ports.ts';
import { createOnnxNode } from '../../src/node/providers/onnx.ts';
import { writeTinyEncoder, writeTinyLlm } from '../fixtures/runner/tiny-models.ts';
import { encoderConfig, isGone, makeWorkplace, onnxConfig, request } from '../fixtures/runner/workplace.ts';

const place = makeWorkplace();
const never = new AbortController().signal;
/** The bound that the product promises is one second; the rest is for a busy machine. */
const CANCEL_WITHIN_MS = 3000;
const longPrompt = 'w1 w2 '.repeat(1900);

// A step over the long prompt takes seconds: it is native work, during which the process hears nothing.
writeTinyLlm(join(place.root, 'slow'), { work: 150 });
writeTinyLlm(join(place.root, 'tiny'));
writeTinyEncoder(join(place.root, 'slow-encoder'), { work: 150 });

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((node) => node.close()));
});
afterAll(() => place.remove());

function model(folder: string, runner = place.places.runner) {
  const node = createOnnxNode(onnxConfig(folder), { ...place, places: { ...place.places, runner } });
  open.push(node);
  return node;
}

/** Aborts, and expects the work to end with the abort's own reason, soon. */
async function expectCancelled(work: Promise<unknown>, controller: AbortController): Promise<void> {
  const reason = new Error('enough');
  const start = performance.now();
  controller.abort(reason);
  await expect(work).rejects.toBe(reason);
  expect(performance.now() - start).toBeLessThan(CANCEL_WITHIN_MS);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('cancelling', () => {
  it.each([0, 60, 250, 600])('ends a load, %i ms after its start', async (after) => {
    const node = model('./slow');
    const controller = new AbortController();
    const loading = node.load(controller.signal);
    loading.catch(() => {});
    await pause(after);
    await expectCancelled(loading, controller).catch((error) => {
      // On a fast machine the load may be complete by then.
      if (after < 600) throw error;
    });
  });

  it('ends a prefill, and the next request loads the model again', async () => {
    const node = model('./slow');
    await node.load(never);
    const pid = node.pid!;
    const controller = new AbortController();
    const working = node.generate([request(longPrompt)], controller.signal);
    working.catch(() => {});
    await pause(300);
    await expectCancelled(working, controller);
    expect(await isGone(pid, 2000)).toBe(true);
    expect(await node.generate([request('w1', { maxTokens: 2 })], never)).toMatchObject([{ outputTokens: 2 }]);
    expect(node.pid).not.toBe(pid);
  });

  it('ends a generation between two tokens, and the process goes on', async () => {
    const node = model('./tiny');
    await node.load(never);
    const pid = node.pid;
    const controller = new AbortController();
    let heard = () => {};
    const firstText = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const working = node.generate([request('w1', { maxTokens: 4000 })], controller.signal, () => heard());
    working.catch(() => {});
    await firstText;
    await expectCancelled(working, controller);
    expect(await node.generate([request('w1', { maxTokens: 2 })], never)).toMatchObject([{ outputTokens: 2 }]);
    expect(node.pid).toBe(pid);
  });

  it('ends an encoder batch', async () => {
    const node = createBiEncoderNode(encoderConfig('./slow-encoder'), place);
    open.push(node);
    await node.load(never);
    const controller = new AbortController();
    const sample = { id: 's', messages: [], references: ['w1 w2 '.repeat(1000)], unanswerable: false };
    const working = node.score(Array(8).fill({ sample, text: 'w3 w4 '.repeat(1000) }), controller.signal);
    working.catch(() => {});
    await pause(300);
    await expectCancelled(working, controller);
  });

  it('refuses a signal that is aborted already, without a process', async () => {
    const node = model('./tiny');
    await expect(node.load(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    expect(node.pid).toBeNull();
  });
});

describe('the end of the process', () => {
  it.each(['SIGKILL', 'SIGSEGV'] as const)('%s fails that sample alone', async (signal) => {
    if (process.platform === 'win32' && signal === 'SIGSEGV') return; // Windows ends it without a signal's name
    const node = model('./slow');
    await node.load(never);
    const working = node.generate([request(longPrompt)], never);
    await pause(200);
    process.kill(node.pid!, signal);
    const [failed] = await working;
    expect(failed!.error).toContain('the runner process ended');
    if (process.platform !== 'win32') expect(failed!.error).toContain(`signal ${signal}`);
    expect(failed!.latencyMs).toBeGreaterThan(0);
    expect(await node.generate([request('w1', { maxTokens: 2 })], never)).toMatchObject([{ outputTokens: 2 }]);
  });

  it('fails the scores that were being computed, and the next ones work', async () => {
    const node = createBiEncoderNode(encoderConfig('./slow-encoder'), place);
    open.push(node);
    await node.load(never);
    const sample = { id: 's', messages: [], references: ['w1 w2 '.repeat(1000)], unanswerable: false };
    const working = node.score([{ sample, text: 'w3 w4 '.repeat(1000) }], never);
    await pause(200);
    process.kill(node.pid!, 'SIGKILL');
    expect(await working).toMatchObject([{ error: expect.stringContaining('the runner process ended') }]);
    const short = { sample: { ...sample, references: ['w1'] }, text: 'w1' };
    expect(await node.score([short], never)).toMatchObject([{ compared: 'reference', raw: expect.closeTo(1, 5) }]);
  });

  it('is never taken over to the parent, whose event loop stays free', async () => {
    const node = model('./slow');
    await node.load(never);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await node.generate([request('w1 w2 '.repeat(150), { maxTokens: 20 })], never, () => {});
    delay.disable();
    expect(delay.percentile(99) / 1e6).toBeLessThan(250);
  });

  it.each([
    ['between steps', './tiny', request('w1', { maxTokens: 4000 })],
    ['in native code', './slow', request(longPrompt)],
  ])('leaves no orphan when the parent is killed: %s', async (_where, folder, asked) => {
    const parentFile = join(place.root, 'parent.mjs');
    const source = fileURLToPath(new URL('../../src/node/providers/onnx.ts', import.meta.url));
    await build({
      stdin: {
        contents: `
          import { createOnnxNode } from ${JSON.stringify(source)};
          const never = new AbortController().signal;
          const node = createOnnxNode(${JSON.stringify(onnxConfig(folder))}, ${JSON.stringify(place)});
          await node.load(never);
          console.log(node.pid);
          for (;;) await node.generate([${JSON.stringify(asked)}], never);`,
        resolveDir: fileURLToPath(new URL('../../', import.meta.url)),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: parentFile,
    });
    const parent: ChildProcess = spawn(process.execPath, [parentFile], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout!, 'data');
    const pid = Number(String(line));
    expect(pid).toBeGreaterThan(0);
    expect(await isGone(pid, 200)).toBe(false);
    parent.kill('SIGKILL');
    expect(await isGone(pid, 10_000)).toBe(true);
  });
});

describe('a runner that misbehaves', () => {
  const fake = fileURLToPath(new URL('../fixtures/runner/fake-runner.mjs', import.meta.url));
  for (const name of ['well', 'bad-driver', 'stuck-load']) writeTinyLlm(join(place.root, name));

  it('is given up after four ends in a row, not before, and not when something worked between', async () => {
    const node = model('./well', fake);
    const answer = async (word: string) => (await node.generate([request(word)], never))[0];
    for (let i = 0; i < 3; i++) expect((await answer('die'))!.error).toContain('exit code 3');
    expect(await answer('fine')).toMatchObject({ text: 'fine' });
    for (let i = 0; i < 3; i++) expect((await answer('die'))!.error).toContain('exit code 3');
    await expect(answer('die')).rejects.toThrow(ModelUnusableError);
  });

  it('explains the end by lack of memory where the process said so', async () => {
    const [outcome] = await model('./well', fake).generate([request('exhaust')], never);
    expect(outcome!.error).toMatch(/out of memory.*smaller model/);
  });

  it('passes its errors and notes on, and keeps its noise to itself', async () => {
    const node = model('./well', fake);
    expect(await node.load(never)).toMatchObject({ notes: ['a note'] });
    expect(await node.generate([request('complain')], never)).toMatchObject([{ error: 'this prompt is not for me' }]);
    expect(await node.generate([request('fine')], never)).toMatchObject([{ text: 'fine' }]);
  });

  it('is killed where it does not answer', async () => {
    const node = model('./well', fake);
    await node.load(never);
    const pid = node.pid!;
    const controller = new AbortController();
    const working = node.generate([request('hang')], controller.signal);
    working.catch(() => {});
    await pause(100);
    await expectCancelled(working, controller);
    expect(await isGone(pid, 2000)).toBe(true);

    const stuck = model('./stuck-load', fake);
    const loading = new AbortController();
    const load = stuck.load(loading.signal);
    load.catch(() => {});
    await pause(500);
    await expectCancelled(load, loading);
  });

  it('is started again without a device whose driver took it down', async () => {
    const node = createOnnxNode(onnxConfig('./bad-driver', { device: 'auto' }), {
      ...place,
      places: { ...place.places, runner: fake },
    });
    open.push(node);
    expect(await node.load(never)).toMatchObject({
      device: 'cpu',
      tried: [{ device: 'webgpu', error: expect.stringContaining('the runner process ended') }],
    });
  });

  it('turns an error of the encoder into the error of its scores', async () => {
    const node = createBiEncoderNode(encoderConfig('./well'), { ...place, places: { ...place.places, runner: fake } });
    open.push(node);
    const sample = { id: 's', messages: [], references: ['w1'], unanswerable: false };
    expect(await node.score([{ sample, text: 'w1' }], never)).toMatchObject([
      { error: expect.stringContaining('memory') },
    ]);
  });

  it('says what to do where the program is missing, or is none', async () => {
    await expect(model('./well', join(place.root, 'no.mjs')).load(never)).rejects.toThrow(/npm run build/);
    mkdirSync(join(place.root, 'broken'), { recursive: true });
    writeFileSync(join(place.root, 'broken', 'runner.mjs'), 'throw new Error("no such native library")');
    const broken = model('./well', join(place.root, 'broken', 'runner.mjs'));
    await expect(broken.load(never)).rejects.toThrow(ModelUnusableError);
  });
});
