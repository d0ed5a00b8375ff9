import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { claim, ROOT, scratch } from './lib/measure.mjs';
import { makeTexts } from './lib/texts.mjs';

/**
 * How many generations token F1, ROUGE-L and chrF score in a second of processor time, each alone and all three together:
 * outputs of 20 words, one to three references, median of five passes after a warm-up. Processor time, not wall time, so
 * that other work on the machine counts less. Run: node bench/metrics.mjs
 */
const GENERATIONS = 10_000;
const PASSES = 5;
const WANTED = 5000;

const outfile = join(scratch(), 'metrics.mjs');
const modules = ['truth', 'rouge', 'chrf'].map((name) => `export * from './src/core/metrics/${name}.ts';`);
await build({
  stdin: { contents: modules.join('\n'), resolveDir: ROOT },
  bundle: true,
  format: 'esm',
  outfile,
  logLevel: 'warning',
});
measure(await import(pathToFileURL(outfile).href));

function measure(metrics) {
  const cases = makeCases();
  const all = {
    'token F1': ({ text, references }) => metrics.truthOf(text, references, false).f1,
    'ROUGE-L': ({ text, references }) => metrics.rouge('rougeL', text, references),
    chrF: ({ text, references }) => metrics.chrf(text, references),
  };
  const together = (c) => Object.values(all).reduce((sum, metric) => sum + metric(c), 0);
  const rates = Object.entries({ ...all, 'all three': together }).map(([name, metric]) => [name, rate(cases, metric)]);
  for (const [name, found] of rates) {
    console.log(`${name.padEnd(10)} ${Math.round(found).toLocaleString('en')} generations per CPU second`);
  }
  const [, slowest] = rates.at(-1);
  claim(`CPU of the lexical metrics, in units of 1/${WANTED} s a generation`, WANTED / slowest, 1);
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
  const texts = makeTexts();
  return Array.from({ length: GENERATIONS }, (_, i) => {
    const { reference, answer } = texts.next();
    return { text: reference, references: Array.from({ length: 1 + (i % 3) }, answer) };
  });
}
