/**
 * Measures the exported models with transformers.js, as the product runs them: fp32, one thread,
 * one sample at a time, greedy.
 *
 *   python tasks.py --split heldout --seed 71 --evaluation 200 > heldout.jsonl
 *   node models/training/evaluate.mjs --models models --samples heldout.jsonl --sts FOLDER --out results.json
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { env, pipeline } from "@huggingface/transformers";

const RESAMPLES = 2000;
const WARM_UP = 5;
const MAX_NEW_TOKENS = 48;
const ENCODER_BATCH = 32;

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "models" },
    ids: { type: "string", default: "small,medium,large" },
    samples: { type: "string" },
    sts: { type: "string" },
    out: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});

env.allowRemoteModels = false;
env.localModelPath = `${resolve(options.models)}/`;
const session = { device: "cpu", dtype: "fp32", session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 } };

/** A small seeded generator (xorshift), so that intervals repeat. */
function generator(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Linear quantile (type 7). */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

/** Map.groupBy, which Node 20 lacks. */
function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** 95 % percentile interval of the mean, resampling groups. */
function interval(rows, value, seed) {
  const groups = [...groupBy(rows, (row) => row.group).values()];
  const random = generator(seed);
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < groups.length; draw++) {
      for (const row of groups[Math.floor(random() * groups.length)]) {
        sum += value(row);
        count += 1;
      }
    }
    return sum / count;
  });
  return [quantile(means, 0.025), quantile(means, 0.975)];
}

/** Words as SQuAD v1.1's evaluation compares them. */
function words(text) {
  const plain = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, "");
  return plain.replace(/\b(a|an|the)\b/g, " ").split(/\s+/).filter(Boolean);
}

function tokenF1(answer, reference) {
  const [given, wanted] = [words(answer), words(reference)];
  const left = new Map();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of given) {
    if ((left.get(word) ?? 0) > 0) {
      left.set(word, left.get(word) - 1);
      common += 1;
    }
  }
  return common === 0 ? 0 : (2 * common) / (given.length + wanted.length);
}

const best = (answer, references, score) => Math.max(...references.map((reference) => score(answer, reference)));
const exact = (answer, reference) => Number(words(answer).join(" ") === words(reference).join(" "));

function chat(sample) {
  const system = sample.system ? [{ role: "system", content: sample.system }] : [];
  return [...system, { role: "user", content: sample.prompt }];
}

async function evaluateGenerator(id, samples, seed) {
  const generate = await pipeline("text-generation", id, session);
  for (const sample of samples.slice(0, WARM_UP)) await generate(chat(sample), { max_new_tokens: MAX_NEW_TOKENS, do_sample: false });
  const rows = [];
  for (const sample of samples) {
    const started = performance.now();
    const output = await generate(chat(sample), { max_new_tokens: MAX_NEW_TOKENS, do_sample: false });
    const latency = performance.now() - started;
    const answer = output[0].generated_text.at(-1).content.trim();
    const tokens = generate.tokenizer.encode(answer, { add_special_tokens: false }).length + 1;
    rows.push({
      task: sample.task,
      group: sample.group,
      answer,
      latency,
      tokens,
      f1: best(answer, sample.references, tokenF1),
      em: best(answer, sample.references, exact),
    });
  }
  const summarise = (part) => ({
    samples: part.length,
    f1: mean(part.map((row) => row.f1)),
    f1Interval: interval(part, (row) => row.f1, seed),
    em: mean(part.map((row) => row.em)),
    emInterval: interval(part, (row) => row.em, seed),
    latencyP50: quantile(part.map((row) => row.latency), 0.5),
    latencyP95: quantile(part.map((row) => row.latency), 0.95),
    tokensPerSecond: (1000 * part.reduce((sum, row) => sum + row.tokens, 0)) / part.reduce((sum, row) => sum + row.latency, 0),
  });
  const tasks = Object.fromEntries([...groupBy(rows, (row) => row.task)].map(([task, part]) => [task, summarise(part)]));
  const bytes = statSync(resolve(options.models, id, "onnx/model.onnx")).size;
  return { id, bytes, all: summarise(rows), ...tasks };
}

const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);

function pearson(x, y) {
  const [mx, my] = [mean(x), mean(y)];
  const [dx, dy] = [x.map((value) => value - mx), y.map((value) => value - my)];
  return dot(dx, dy) / Math.sqrt(dot(dx, dx) * dot(dy, dy));
}

/** Ranks with ties at their mean. */
function ranks(values) {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const result = new Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to += 1;
    for (let at = from; at < to; at++) result[order[at]] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

async function evaluateEncoder(id, folder) {
  const extract = await pipeline("feature-extraction", id, session);
  const embed = async (texts) => (await extract(texts, { pooling: "mean", normalize: true })).tolist();
  const lines = readFileSync(resolve(folder, "stsb-sts-test.csv"), "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split("\t"));
  const texts = rows.flatMap((row) => [row[5], row[6]]);
  const order = texts.map((_, index) => index).sort((a, b) => texts[a].length - texts[b].length);
  const vectors = [];
  const started = performance.now();
  for (let from = 0; from < order.length; from += ENCODER_BATCH) {
    const chosen = order.slice(from, from + ENCODER_BATCH);
    const embedded = await embed(chosen.map((index) => texts[index]));
    chosen.forEach((index, at) => {
      vectors[index] = embedded[at];
    });
  }
  const milliseconds = (performance.now() - started) / texts.length;
  let worst = 0;
  for (let index = 0; index < texts.length; index += 100) {
    const [alone] = await embed([texts[index]]);
    worst = Math.max(worst, ...alone.map((value, at) => Math.abs(value - vectors[index][at])));
  }
  const cosines = rows.map((_, index) => dot(vectors[2 * index], vectors[2 * index + 1]));
  const scores = rows.map((row) => Number(row[4]));
  return {
    id,
    bytes: statSync(resolve(options.models, id, "onnx/model.onnx")).size,
    pairs: rows.length,
    pearson: pearson(cosines, scores),
    spearman: pearson(ranks(cosines), ranks(scores)),
    millisecondsPerSentence: milliseconds,
    largestBatchDifference: worst,
  };
}

const results = { node: process.version, resamples: RESAMPLES, generators: [], encoder: null };
if (options.samples) {
  const lines = readFileSync(options.samples, "utf8").trim().split("\n");
  const samples = lines.map((line) => JSON.parse(line));
  for (const id of options.ids.split(",")) {
    results.generators.push(await evaluateGenerator(id, samples, Number(options.seed)));
    console.log(JSON.stringify(results.generators.at(-1), null, 2));
  }
}
if (options.sts) {
  results.encoder = await evaluateEncoder("sts", options.sts);
  console.log(JSON.stringify(results.encoder, null, 2));
}
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
