import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { claim, fixed, median, numberOption, printTable, ROOT, scratch } from './lib/measure.mjs';

/**
 * The onnx provider against a bare transformers.js loop on the same model, both in a child process, one answer by turns;
 * and how long the event loop of the process that runs `poq` stands still while models generate and are scored.
 *
 *   node bench/onnx.mjs [--prompts 40] [--tokens 64] [--repeats 5]
 */
const PROMPTS = numberOption('prompts', 40);
const TOKENS = numberOption('tokens', 64);
const REPEATS = numberOption('repeats', 5);
/** Answers of both that are not counted. */
const WARM_UP = 20;
const LIMIT_MS = 50;

const folder = scratch();
const outfile = join(folder, 'poq.mjs');
await build({
  stdin: {
    contents: `export { createOnnxNode } from './src/node/providers/onnx.ts';
      export { runEvaluation } from './src/node/run/engine.ts';
      export { loadWorkspace } from './src/node/config-file.ts';
      export { openPromptFiles } from './src/node/prompt-files.ts';`,
    resolveDir: ROOT,
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  outfile,
  logLevel: 'warning',
});
const product = await import(pathToFileURL(outfile).href);

const models = findModels();
const context = {
  root: folder,
  env: () => undefined,
  places: { models: join(ROOT, 'models'), runner: join(ROOT, 'dist', 'runner.mjs'), cache: join(folder, 'cache') },
};
const samples = await longestSamples();

for (const model of models) await compare(model);
await eventLoop();
process.exit(0);

/** Both are started anew in every repeat: two processes with the same model differ by some per cent for as long as they live. */
async function compare(model) {
  const repeats = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) repeats.push(await answerByTurns(model));
  console.log(
    `${model.name}: ${samples.length} prompts, at most ${TOKENS} tokens, fp32 on the CPU, medians of ${REPEATS}`,
  );
  const of = (party, what) => fixed(median(repeats.map((rates) => median(rates[party][what]))));
  const ratios = (what) => repeats.map(({ poq, bare }) => median(poq[what].map((rate, i) => bare[what][i] / rate)));
  printTable([
    ['tokens a second', 'measured in the child', 'seen by the parent'],
    ...['poq', 'bare'].map((party) => [party, of(party, 'own'), of(party, 'wall')]),
    ['bare / poq, answer by answer', fixed(median(ratios('own'))), fixed(median(ratios('wall')))],
  ]);
  const range = `from ${fixed(Math.min(...ratios('own')))} to ${fixed(Math.max(...ratios('own')))}`;
  claim(`tokens/s of a bare loop against the onnx provider's, ${model.name}`, median(ratios('own')), 1.03, range);
  console.log();
}

/** Tokens a second of every answer: measured in the child, and as the parent sees it. */
async function answerByTurns({ name, path }) {
  const own = { id: name, provider: 'onnx', model: path, dtype: 'fp32', device: 'cpu', batchSize: 1 };
  const node = product.createOnnxNode(own, context);
  const signal = new AbortController().signal;
  await node.load(signal);
  const bare = await startBare(path);
  const parties = {
    poq: async ({ id, messages }) => {
      const options = { maxTokens: TOKENS, temperature: 0, seed: 1 };
      const start = performance.now();
      const [answer] = await node.generate([{ sampleId: id, messages, options, repeat: 0 }], signal);
      const wallMs = performance.now() - start;
      if (answer.error) throw new Error(answer.error);
      return { text: answer.text, tokens: answer.outputTokens, ms: answer.latencyMs, wallMs };
    },
    bare: bare.ask,
  };
  const rates = { poq: { own: [], wall: [] }, bare: { own: [], wall: [] } };
  for (const [i, sample] of [...samples.slice(0, WARM_UP), ...samples].entries()) {
    const texts = new Set();
    // Who goes first changes too.
    for (const party of i % 2 === 0 ? ['poq', 'bare'] : ['bare', 'poq']) {
      const { text, tokens, ms, wallMs } = await parties[party](sample);
      texts.add(text);
      if (i < WARM_UP) continue;
      rates[party].own.push((1000 * tokens) / ms);
      rates[party].wall.push((1000 * tokens) / wallMs);
    }
    if (texts.size > 1) throw new Error(`${name} answered differently: ${[...texts].join(' | ')}`);
  }
  await node.close();
  bare.stop();
  return rates;
}

/** The same model without PoQ Lab, in a child process like the runner. */
async function startBare(path) {
  const program = fileURLToPath(new URL('lib/bare-transformers.mjs', import.meta.url));
  const child = fork(program, [path, String(TOKENS)], {
    serialization: 'advanced',
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  });
  const reply = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the bare loop ended with ${code}`)));
    }).finally(() => child.removeAllListeners('exit'));
  await reply();
  return {
    ask: async ({ messages }) => {
      const start = performance.now();
      child.send(messages);
      const answer = await reply();
      return { ...answer, wallMs: performance.now() - start };
    },
    stop: () => child.kill(),
  };
}

/** A whole run in this process, watched; an idle process beside it shows what the machine itself does to any timer. */
async function eventLoop() {
  const rows = samples.map(({ messages, references }) => `${JSON.stringify({ messages, reference: references })}\n`);
  writeFileSync(join(folder, 'prompts.jsonl'), rows.join(''));
  const config = {
    prompts: ['prompts.jsonl'],
    models: models.map(({ name, path }) => ({ id: name, provider: 'onnx', model: path, device: 'cpu' })),
    evaluators: [
      ...(existsSync(join(ROOT, 'models', 'sts', 'config.json'))
        ? [{ id: 'sts', kind: 'bi-encoder', model: 'bundled:sts' }]
        : []),
      { id: 'rougeL', kind: 'lexical', metric: 'rougeL' },
      { id: 'chrf', kind: 'lexical', metric: 'chrf' },
    ],
    generation: { maxTokens: TOKENS },
  };
  writeFileSync(join(folder, 'poq.config.json'), JSON.stringify(config));
  const worst = { starting: [], generating: [], ending: [], idle: [] };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const workspace = await product.loadWorkspace(join(folder, 'poq.config.json'), folder);
    const idle = fork(fileURLToPath(new URL('lib/idle.mjs', import.meta.url)));
    await new Promise((resolve) => idle.once('message', resolve));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const longest = { starting: 0, generating: 0, ending: 0 };
    let phase = 'starting';
    // Read and begun anew at every event, so that each delay counts for the phase that it fell into.
    const take = () => {
      longest[phase] = Math.max(longest[phase], delay.max / 1e6);
      delay.reset();
    };
    delay.enable();
    const result = await product.runEvaluation({
      workspace,
      context: { ...context, root: workspace.root },
      signal: new AbortController().signal,
      onEvent: ({ type }) => {
        take();
        if (type === 'loaded' || type === 'generation' || type === 'score') phase = 'generating';
        else if (type !== 'progress') phase = 'starting';
      },
    });
    phase = 'ending';
    await wait(20);
    take();
    delay.disable();
    idle.send('stop');
    worst.idle.push(await new Promise((resolve) => idle.once('message', resolve)));
    for (const [name, ms] of Object.entries(longest)) worst[name].push(ms);
    const errors = result.summary.models.reduce((sum, { errors }) => sum + errors, 0);
    if (errors > 0) throw new Error(`${errors} generations failed`);
  }
  console.log(`Longest delay of the event loop in a run of ${models.length} local models, ${REPEATS} runs`);
  printTable([
    ['', 'median', 'worst'],
    ...Object.entries(worst).map(([what, all]) => [what, `${fixed(median(all))} ms`, `${fixed(Math.max(...all))} ms`]),
  ]);
  const detail = `idle process beside it: ${fixed(Math.max(...worst.idle))} ms`;
  claim(
    'longest delay of the event loop while generating, in units of 50 ms',
    Math.max(...worst.generating) / LIMIT_MS,
    1,
    detail,
  );
}

/** The prompts of the quickstart whose answers should be longest. */
async function longestSamples() {
  const workspace = await product.loadWorkspace(join(ROOT, 'examples', 'quickstart', 'poq.config.json'), ROOT);
  const all = [];
  for await (const { sample } of product.openPromptFiles(workspace, () => {})) all.push(sample);
  const length = ({ references }) => Math.max(0, ...references.map((text) => text.length));
  return all.sort((a, b) => length(b) - length(a)).slice(0, PROMPTS);
}

/** The bundled language models; where there are none, those in the folder that POQ_BENCH_MODELS names. */
function findModels() {
  const places = [join(ROOT, 'models'), process.env.POQ_BENCH_MODELS].filter((place) => place && existsSync(place));
  for (const place of places) {
    const found = readdirSync(place)
      .filter((name) => existsSync(join(place, name, 'onnx', 'model.onnx')))
      .filter((name) => /CausalLM/.test(readFileSync(join(place, name, 'config.json'), 'utf8')));
    if (found.length > 0) return found.map((name) => ({ name, path: join(place, name) }));
  }
  throw new Error('no language model: models/ holds none, and POQ_BENCH_MODELS names no folder with one');
}
