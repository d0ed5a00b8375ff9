/**
 * Runs the grid of docs/simulation/rule-grid.json on its held-out seeds and writes docs/simulation/rule-results.json:
 * the error of every consensus rule under every attack, share and committee, and what honest nodes lose by a rule when
 * nobody attacks (then `npm run format`). With --tuning: the tuning seeds instead, to stdout.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const { outputFiles } = await build({
  stdin: {
    contents: `
      export { configSchema } from './src/core/config.ts';
      export { buildPopulation } from './src/core/simulation/population.ts';
      export { ruleName } from './src/core/simulation/rules.ts';
      export { simulate } from './src/core/simulation/simulate.ts';`,
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  write: false,
});
const source = Buffer.from(outputFiles[0].text).toString('base64');
const { configSchema, buildPopulation, ruleName, simulate } = await import(`data:text/javascript;base64,${source}`);

const isTuning = process.argv.includes('--tuning');
const grid = JSON.parse(await readFile(`${root}docs/simulation/rule-grid.json`, 'utf8'));
const seeds = isTuning ? grid.tuningSeeds : grid.heldOutSeeds;

function run(k, consensus, seed, attacks) {
  const { rounds, samples, nodes } = grid;
  const config = configSchema.parse({
    prompts: ['unused'],
    models: [{ id: 'unused', provider: 'recorded', file: 'unused' }],
    evaluators: [{ id: 'unused', kind: 'lexical', metric: 'chrf' }],
    simulation: { rounds, samples, nodes, seed, k, consensus, attacks, panel: 'mean' },
  });
  return simulate(buildPopulation({ config, measured: null }), config);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value) => Number(value.toFixed(4));
const payOf = ({ models, evaluators }) => [...models, ...evaluators].map(({ reward }) => reward.mean);

function errors(k, attacks) {
  const rmse = (rule) => rounded(mean(seeds.map((seed) => run(k, rule, seed, attacks).consensus.againstPanel.rmse)));
  return Object.fromEntries(grid.rules.map((rule) => [ruleName(rule), rmse(rule)]));
}

const honest = grid.k.map((k) => {
  const plain = seeds.map((seed) => payOf(run(k, 'mean', seed, [])));
  const lossOf = (rule) => seeds.flatMap((seed, s) => payOf(run(k, rule, seed, [])).map((pay, i) => plain[s][i] - pay));
  const losses = grid.rules.map((rule) => [ruleName(rule), lossOf(rule)]);
  return {
    k,
    rmse: errors(k, []),
    worstLoss: Object.fromEntries(losses.map(([name, loss]) => [name, rounded(Math.max(...loss))])),
    meanLoss: Object.fromEntries(losses.map(([name, loss]) => [name, rounded(mean(loss))])),
  };
});

const attacked = grid.k.flatMap((k) =>
  grid.shares.flatMap((share) =>
    grid.attacks.map((attack) => ({ k, share, attack: attack.kind, rmse: errors(k, [{ ...attack, share }]) })),
  ),
);

const text = `${JSON.stringify({ seeds, honest, attacked }, null, 2)}\n`;
if (isTuning) process.stdout.write(text);
else await writeFile(`${root}docs/simulation/rule-results.json`, text);
