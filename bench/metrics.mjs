import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * How many generations token F1, ROUGE-L and chrF score in a second of processor time, each alone and all three together:
 * outputs of 20 words, one to three references, median of five passes after a warm-up. Processor time, not wall time, so
 * that other work on the machine counts less. Run: node bench/metrics.mjs
 */
const GENERATIONS = 10_000;
const PASSES = 5;
const ROOT = fileURLToPath(new URL('../', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'poq-bench-'));
try {
  const outfile = join(folder, 'metrics.mjs');
  const modules = ['truth', 'rouge', 'chrf'].map((name) => `export * from './src/core/metrics/${name}.ts';`);
  await build({
    stdin: { contents: modules.join('\n'), resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    outfile,
    logLevel: 'warning',
  });
  measure(await import(pathToFileURL(outfile).href));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(metrics) {
  const cases = makeCases();
  const all = {
    'token F1': ({ text, references }) => metrics.truthOf(text, references, false).f1,
    'ROUGE-L': ({ text, references }) => metrics.rouge('rougeL', text, references),
    chrF: ({ text, references }) => metrics.chrf(text, references),
  };
  const together = (c) => Object.values(all).reduce((sum, metric) => sum + metric(c), 0);
  for (const [name, metric] of [...Object.entries(all), ['all three', together]]) {
    console.log(
      `${name.padEnd(10)} ${Math.round(rate(cases, metric)).toLocaleString('en')} generations per CPU second`,
    );
  }
}

function rate(cases, metric) {
  const rates = [];
  for (let pass = 0; pass <= PASSES; pass++) {
    const start = process.cpuUsage();
    let sum = 0;
    for (const c of cases) sum += metric(c);
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    if (!(sum > 0)) throw new Error('the metrics found nothing in common');
    if (pass > 0) rates.push(cases.length / seconds);
  }
  return rates.sort((a, b) => a - b)[Math.floor(PASSES / 2)];
}

/** Texts of 20 words out of a made-up vocabulary; references share about half of their words with the output. */
function makeCases() {
  const random = mulberry32(1);
  const letters = 'etaoinshrdlucmwfgypb';
  const pick = (items) => items[Math.floor(random() * items.length)];
  const word = () => Array.from({ length: 2 + Math.floor(random() * 8) }, () => pick(letters)).join('');
  const vocabulary = ['the', 'a', 'an', 'of', 'Paris,', 'naïve', '1987.', ...Array.from({ length: 3000 }, word)];
  const words = () => Array.from({ length: 20 }, () => pick(vocabulary));
  return Array.from({ length: GENERATIONS }, () => {
    const text = words();
    const reference = () => text.map((w) => (random() < 0.5 ? w : pick(vocabulary))).join(' ');
    return { text: text.join(' '), references: Array.from({ length: 1 + Math.floor(random() * 3) }, reference) };
  });
}

/** A small seeded generator, so that every run measures the same texts. */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
