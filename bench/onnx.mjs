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
 *   node bench/onnx.mjs [--prompts 40] [--tokens 64] [--repeats 3]
 */
const PROMPTS = numberOption('prompts', 40);
const TOKENS = numberOption('tokens', 64);
const REPEATS = numberOption('repeats', 3);
const LIMIT_MS = 50;

const folder = scratch();
const outfile = join(folder, 'poq.mjs');
await build({
  stdin: {
    contents: `export { createOnnxNode } from './src/node/providers/onnx.ts';
      export { runEvaluation } from './src/node/run/engine.ts';
      export { loadWorkspace } from './src/node/config-file.ts';`,
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
const questions = Array.from(
  { length: PROMPTS },
  (_, i) => `Where did Lily go on day ${i + 1}, and whom did she meet?`,
);

for (const model of models) await compare(model);
await eventLoop();
process.exit(0);

async function compare({ name, path }) {
  const own = { id: name, provider: 'onnx', model: path, dtype: 'fp32', device: 'cpu', batchSize: 1 };
  const node = product.createOnnxNode(own, context);
  const signal = new AbortController().signal;
  await node.load(signal);
  const bare = await startBare(path);
  const parties = {
    poq: async (question, i) => {
      const options = { maxTokens: TOKENS, temperature: 0, seed: 1 };
      const messages = [{ role: 'user', content: question }];
      const start = performance.now();
      const [answer] = await node.generate([{ sampleId: String(i), messages, options, repeat: 0 }], signal);
      const wallMs = performance.now() - start;
      if (answer.error) throw new Error(answer.error);
      return { text: answer.text, tokens: answer.outputTokens, ms: answer.latencyMs, wallMs };
    },
    bare: bare.ask,
  };
  const rates = { poq: { own: [], wall: [] }, bare: { own: [], wall: [] } };
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    for (const [i, question] of questions.entries()) {
      const texts = new Set();
      // Who goes first changes too.
      const order = i % 2 === 0 ? ['poq', 'bare'] : ['bare', 'poq'];
      for (const party of order) {
        const { text, tokens, ms, wallMs } = await parties[party](question, i);
        texts.add(text);
        // The first pass is for warming up.
        if (repeat === 0) continue;
        rates[party].own.push((1000 * tokens) / ms);
        rates[party].wall.push((1000 * tokens) / wallMs);
      }
      if (texts.size > 1) throw new Error(`${name} answered differently: ${[...texts].join(' | ')}`);
    }
  }
  console.log(
    `${name}: ${PROMPTS} prompts, at most ${TOKENS} tokens, fp32 on the CPU, ${REPEATS} times, medians of answers`,
  );
  const ratio = (what) => median(rates.poq[what].map((rate, i) => rates.bare[what][i] / rate));
  printTable([
    ['tokens a second', 'measured in the child', 'seen by the parent'],
    ...Object.entries(rates).map(([party, { own, wall }]) => [party, fixed(median(own)), fixed(median(wall))]),
    ['bare / poq, answer by answer', fixed(ratio('own')), fixed(ratio('wall'))],
  ]);
  claim(`tokens/s of a bare loop against the onnx provider's, ${name}`, ratio('own'), 1.03);
  console.log();
  await node.close();
  bare.stop();
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
    ask: async (question) => {
      const start = performance.now();
      child.send(question);
      const answer = await reply();
      return { ...answer, wallMs: performance.now() - start };
    },
    stop: () => child.kill(),
  };
}

/** A whole run in this process, watched; an idle process beside it shows what the machine itself does to any timer. */
async function eventLoop() {
  const rows = questions.map((prompt) => `${JSON.stringify({ prompt, reference: 'She went to the park.' })}\n`);
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
