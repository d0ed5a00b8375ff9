import { once } from 'node:events';
import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, fixed, median, numberOption, poq, printTable, scratch } from './lib/measure.mjs';
import { makeTexts } from './lib/texts.mjs';

/**
 * Large inputs: recorded generations scored by two lexical evaluators, stored and summarised; the summary rebuilt from
 * the stored rows; a large prompt file read. Each against the same with little data, in turns; medians over the repeats.
 *
 *   node bench/large.mjs [--generations 100000] [--megabytes 200] [--repeats 3]
 */
const GENERATIONS = numberOption('generations', 100_000);
const MEGABYTES = numberOption('megabytes', 200);
const REPEATS = numberOption('repeats', 3);
const folder = scratch();

const shapes = [
  { name: 'small', models: 1, samples: Math.ceil(GENERATIONS / 100) },
  { name: 'one model', models: 1, samples: GENERATIONS },
  { name: 'ten models', models: 10, samples: Math.ceil(GENERATIONS / 10) },
];
for (const shape of shapes) await makeRecordedWorkspace(shape);

const runs = shapes.map(() => []);
const reports = shapes.map(() => []);
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const [i, { path }] of shapes.entries()) {
    const config = ['--config', join(path, 'poq.config.json')];
    rmSync(join(path, '.poq'), { recursive: true, force: true });
    runs[i].push(await poq(['run', ...config, '--json', '--quiet']));
    reports[i].push(await poq(['report', 'latest', ...config, '--format', 'json']));
  }
}

console.log(`Recorded generations of 20 words, two lexical evaluators, medians of ${REPEATS}`);
const of = (results, read) => median(results.map(read));
const row = (what, { models, samples }, results) => [
  what,
  models * samples,
  `${Math.round(of(results, (r) => r.peakMb))} MB`,
  `${fixed(of(results, (r) => r.cpuMs / 1000))} s`,
  `${fixed(of(results, (r) => r.wallMs / 1000))} s`,
  Math.round(of(results, (r) => (1000 * models * samples) / r.wallMs)),
];
printTable([
  ['what', 'generations', 'peak memory', 'CPU', 'wall', 'generations a second'],
  ...shapes.map((shape, i) => row(`run, ${shape.name}`, shape, runs[i])),
  ...shapes.map((shape, i) => row(`report, ${shape.name}`, shape, reports[i])),
]);
const stored = storedMegabytes(shapes[1].path);
for (const i of [1, 2]) {
  for (const [what, results] of [
    ['run', runs[i]],
    ['report', reports[i]],
  ]) {
    claim(`peak memory of ${what}, ${shapes[i].name}, in units of 400 MB`, of(results, (r) => r.peakMb) / 400, 1);
  }
}
const grown = median(runs[1].map((r, k) => r.peakMb - runs[0][k].peakMb));
console.log(
  `      growth from ${shapes[0].samples} to ${shapes[1].samples} generations: ${Math.round(grown)} MB; stored rows ${Math.round(stored)} MB\n`,
);

await promptFile();

async function promptFile() {
  const large = await makePromptWorkspace('prompts-large', MEGABYTES);
  const tiny = await makePromptWorkspace('prompts-tiny', 0.01);
  const results = { large: [], tiny: [] };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [name, path] of Object.entries({ large, tiny })) {
      results[name].push(await poq(['run', '--dry-run', '--json', '--config', join(path, 'poq.config.json')]));
    }
  }
  console.log(`A JSONL prompt file of ${MEGABYTES} MB read by --dry-run, medians of ${REPEATS}`);
  printTable([
    ['file', 'peak memory', 'CPU', 'wall'],
    ...Object.entries(results).map(([name, all]) => [
      name,
      `${Math.round(of(all, (r) => r.peakMb))} MB`,
      `${fixed(of(all, (r) => r.cpuMs / 1000))} s`,
      `${fixed(of(all, (r) => r.wallMs / 1000))} s`,
    ]),
  ]);
  claim(
    `peak memory of reading ${MEGABYTES} MB against the file's size`,
    of(results.large, (r) => r.peakMb) / MEGABYTES,
    1,
  );
  const above = median(results.large.map((r, i) => r.peakMb - results.tiny[i].peakMb));
  console.log(`      above a tiny file: ${Math.round(above)} MB`);
}

async function makeRecordedWorkspace(shape) {
  const path = join(folder, shape.name.replaceAll(' ', '-'));
  shape.path = path;
  mkdirSync(path);
  const texts = makeTexts();
  const models = Array.from({ length: shape.models }, (_, m) => ({
    id: `m${m}`,
    provider: 'recorded',
    file: `m${m}.jsonl`,
  }));
  const writers = models.map(({ file }) => createWriteStream(join(path, file)));
  const prompts = createWriteStream(join(path, 'prompts.jsonl'));
  for (let i = 0; i < shape.samples; i++) {
    const { reference, answer } = texts.next();
    const id = `s${i}`;
    await writeLine(prompts, {
      id,
      prompt: `${reference} What follows from that?`,
      reference,
      task: i % 2 ? 'qa' : 'sum',
    });
    for (const [m, writer] of writers.entries()) {
      const latencyMs = 100 + m * 50 + (i % 97);
      await writeLine(writer, { sample: id, text: answer(), latencyMs, ttftMs: 40, inputTokens: 30, outputTokens: 25 });
    }
  }
  await Promise.all([prompts, ...writers].map((writer) => once(writer.end(), 'finish')));
  writeConfig(path, models);
}

async function makePromptWorkspace(name, megabytes) {
  const path = join(folder, name);
  mkdirSync(path);
  const texts = makeTexts();
  const prompts = createWriteStream(join(path, 'prompts.jsonl'));
  let bytes = 0;
  for (let i = 0; bytes < megabytes * 1e6; i++) {
    const { reference } = texts.next();
    // About 1 kB a row.
    bytes += await writeLine(prompts, { id: `s${i}`, prompt: `${`${reference} `.repeat(6)}What follows?`, reference });
  }
  await once(prompts.end(), 'finish');
  writeFileSync(join(path, 'm0.jsonl'), '{"sample": "s0", "text": "nothing", "latencyMs": 1}\n');
  writeConfig(path, [{ id: 'm0', provider: 'recorded', file: 'm0.jsonl' }]);
  return path;
}

function writeConfig(path, models) {
  const evaluators = ['rougeL', 'chrf'].map((metric) => ({ id: metric, kind: 'lexical', metric }));
  writeFileSync(join(path, 'poq.config.json'), JSON.stringify({ prompts: ['prompts.jsonl'], models, evaluators }));
}

async function writeLine(writer, row) {
  const line = `${JSON.stringify(row)}\n`;
  if (!writer.write(line)) await once(writer, 'drain');
  return line.length;
}

function storedMegabytes(path) {
  const runsFolder = join(path, '.poq', 'runs');
  const [run] = readdirSync(runsFolder);
  const files = readdirSync(join(runsFolder, run)).filter((name) => name.endsWith('.jsonl'));
  return files.reduce((sum, name) => sum + statSync(join(runsFolder, run, name)).size, 0) / 1e6;
}
