import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, fetchModels, NotHere, poq, serve, serverPython } from './environment.mjs';

/**
 * The main job on real models:
 *   - all-MiniLM-L6-v2 as an evaluator reaches its published Spearman on the STS-B test set (.820) within .005;
 *   - a served Qwen2.5-Coder-0.5B-Instruct answers SQuAD-format questions: its token F1, and our latency beside the
 *     server's own measure of the same requests.
 *
 *   node scripts/real-models/prove.mjs [DATA] [QUESTIONS]
 *
 * DATA holds stsbenchmark/ and squad/ (default: ../shared/data beside the repository). Where the data, Python or the
 * package registries are missing it says so and ends with 0; a figure that is off ends it with 1.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DATA = process.argv[2] ?? join(ROOT, '..', 'shared', 'data');
const QUESTIONS = Number(process.argv[3] ?? 40);

const PUBLISHED_SPEARMAN = 0.82;
const SPEARMAN_TOLERANCE = 0.005;
/** Below this the model does not answer the questions at all: wrong template, wrong prompt, wrong text. */
const LEAST_F1 = 3;
/** Ours holds the server's figure, the network stack of one machine, and nothing else. */
const LATENCY_TOLERANCE = { share: 0.05, ms: 20 };

const failures = [];

try {
  if (!existsSync(DATA)) throw new NotHere(`no data in ${DATA}`);
  const cache = cacheFolder();
  const python = serverPython(cache);
  fetchModels(python, cache, ['minilm', 'qwen05']);
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    proveEvaluator(join(work, 'sts'), join(cache, 'minilm'));
    await proveServed(join(work, 'qa'), python, join(cache, 'qwen05.gguf'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
} catch (error) {
  if (!(error instanceof NotHere)) throw error;
  console.log(`Real models: skipped, ${error.message}.`);
}
for (const failure of failures) console.error(`Real models: FAILED, ${failure}`);
if (failures.length > 0) process.exitCode = 1;

function workspace(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function jsonl(rows) {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function rowsOf(summary, name) {
  const lines = readFileSync(join(summary.path, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function proveEvaluator(folder, encoder) {
  const pairs = readFileSync(join(DATA, 'stsbenchmark', 'stsb-sts-test.csv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  workspace(folder, {
    'prompts.jsonl': jsonl(pairs.map((p, i) => ({ id: `${i}`, prompt: 'Say it.', reference: p[6] }))),
    'answers.jsonl': jsonl(pairs.map((p, i) => ({ sample: `${i}`, text: p[5], latencyMs: 1 }))),
    'poq.config.json': {
      prompts: ['prompts.jsonl'],
      models: [{ id: 'sentences', provider: 'recorded', file: 'answers.jsonl' }],
      evaluators: [{ id: 'minilm', kind: 'bi-encoder', model: encoder, compare: 'reference', dtype: 'q8' }],
    },
  });
  const summary = poq(['run'], folder);
  const scores = new Map(rowsOf(summary, 'scores.jsonl').map((row) => [row.sample, row.raw]));
  const gold = pairs.map((p) => Number(p[4]));
  const rho = spearman(
    gold,
    pairs.map((_, i) => scores.get(`${i}`)),
  );
  const { p50 } = summary.evaluators[0].latencyMs;
  console.log(
    `all-MiniLM-L6-v2 (int8), STS-B test, ${pairs.length} pairs: Spearman ${rho.toFixed(4)} (published ${PUBLISHED_SPEARMAN}), ${p50.toFixed(1)} ms a pair`,
  );
  if (!(Math.abs(rho - PUBLISHED_SPEARMAN) <= SPEARMAN_TOLERANCE)) failures.push(`Spearman ${rho} of MiniLM on STS-B`);
}

async function proveServed(folder, python, model) {
  const { baseUrl, stop } = await serve(python, model);
  try {
    workspace(folder, {
      'questions.json': someQuestions(QUESTIONS),
      'poq.config.json': {
        prompts: [{ glob: 'questions.json', format: 'squad' }],
        models: [{ id: 'qwen05', provider: 'openai', baseUrl, model: 'qwen', concurrency: 1 }],
        evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
        generation: { maxTokens: 32 },
      },
    });
    const summary = poq(['run'], folder);
    const [served] = summary.models;
    const rows = rowsOf(summary, 'generations.jsonl').filter((row) => row.text !== undefined);
    const ours = median(rows.map((row) => row.latencyMs));
    const theirs = median(rows.map((row) => row.serverMs));
    console.log(
      `Qwen2.5-Coder-0.5B-Instruct served by llama.cpp, ${served.samples} questions of XQuAD English: F1 ${served.truth.f1.toFixed(2)}, exact ${served.truth.exact.toFixed(2)} of 10; ` +
        `p50 ${ours.toFixed(0)} ms, the server's own ${theirs.toFixed(0)} ms (${((ours / theirs - 1) * 100).toFixed(1)} % more), first token ${served.ttftMs.p50.toFixed(0)} ms, ${served.errors} errors`,
    );
    if (served.errors > 0) failures.push(`${served.errors} of ${served.samples} generations failed`);
    if (!(served.truth.f1 >= LEAST_F1)) failures.push(`token F1 ${served.truth.f1} of the served model`);
    const limit = Math.max(theirs * LATENCY_TOLERANCE.share, LATENCY_TOLERANCE.ms);
    if (!(ours - theirs <= limit && ours - theirs >= -limit))
      failures.push(`p50 ${ours} ms, the server says ${theirs} ms`);
  } finally {
    stop();
  }
}

/** Questions spread over the whole file, each with its paragraph, as a SQuAD file of its own. */
function someQuestions(count) {
  const file = join(DATA, 'squad', 'xquad.en.json');
  const all = JSON.parse(readFileSync(file, 'utf8')).data.flatMap((article) =>
    article.paragraphs.flatMap((p) => p.qas.map((qa) => ({ title: article.title, paragraphs: [{ ...p, qas: [qa] }] }))),
  );
  const step = all.length / Math.min(count, all.length);
  return {
    version: '1.1',
    data: Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)]),
  };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Spearman's rank correlation with average ranks for ties. */
function spearman(x, y) {
  const [a, b] = [ranks(x), ranks(y)];
  const mean = (a.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) ** 2;
    bb += (b[i] - mean) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function ranks(values) {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const result = new Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let k = start; k < end; k++) result[order[k]] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}
