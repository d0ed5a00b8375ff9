import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claim, fixed, measured, median, numberOption, poq, printTable, quantile, scratch } from './lib/measure.mjs';
import { preparePromptfoo, runPromptfoo, writePromptfooConfig } from './lib/promptfoo.mjs';

/**
 * `poq run`, promptfoo and a bare fetch loop on the same prompts and the same endpoint, which answers after 50 ms and
 * measures itself. They take turns; figures are medians over the repeats.
 *
 *   node bench/endpoint.mjs [--requests 400] [--rows 5000] [--repeats 3] [--without-promptfoo]
 */
const REQUESTS = numberOption('requests', 400);
const ROWS = numberOption('rows', 5000);
const REPEATS = numberOption('repeats', 3);
const CONCURRENCIES = [4, 20, 100];
/** A run so small that what it costs is starting and ending. */
const MINIMAL = 4;

const folder = scratch();
const server = fork(fileURLToPath(new URL('lib/endpoint-server.mjs', import.meta.url)));
const { port } = await new Promise((resolve) => server.once('message', resolve));
const url = `http://127.0.0.1:${port}/v1`;
const times = async () => (await fetch(`http://127.0.0.1:${port}/times`)).json();

const promptfoo = process.argv.includes('--without-promptfoo') ? null : preparePromptfoo();
const [minimal, usual, large] = [MINIMAL, REQUESTS, ROWS].map(makeWorkspace);
const tools = [
  ['bare fetch', runFetch],
  ['poq', runPoq],
  ...(promptfoo ? [['promptfoo', (workspace, concurrency) => runPromptfooHere(workspace, concurrency)]] : []),
];

await latenciesAndCpu();
await memory();
server.disconnect();

async function latenciesAndCpu() {
  const smallest = await takeTurns(minimal, MINIMAL);
  const startCpu = new Map(tools.map(([name]) => [name, median(smallest.get(name).map((r) => r.cpuMs))]));
  for (const concurrency of CONCURRENCIES) {
    const results = await takeTurns(usual, concurrency);
    const rows = [['tool', 'reported p50', "endpoint's p50", 'ratio', 'CPU a request', 'CPU in all', 'wall']];
    const perRequest = new Map();
    for (const [name] of tools) {
      const all = results.get(name);
      const of = (read) => median(all.map(read));
      perRequest.set(
        name,
        of((r) => (r.cpuMs - startCpu.get(name)) / (REQUESTS - MINIMAL)),
      );
      rows.push([
        name,
        `${fixed(of((r) => r.p50))} ms`,
        `${fixed(of((r) => r.endpointP50))} ms`,
        fixed(of((r) => r.p50 / r.endpointP50)),
        `${fixed(perRequest.get(name))} ms`,
        `${fixed(of((r) => r.cpuMs) / 1000)} s`,
        `${fixed(of((r) => r.wallMs) / 1000)} s`,
      ]);
    }
    console.log(`${REQUESTS} requests, ${concurrency} at a time, medians of ${REPEATS}`);
    printTable(rows);
    const ours = results.get('poq');
    if (concurrency < 100) {
      // Within 3 % or 2 ms, whichever is more.
      const excess = median(ours.map((r) => Math.abs(r.p50 - r.endpointP50) / Math.max(0.03 * r.endpointP50, 2)));
      claim(
        `p50 off the endpoint's own at ${concurrency}, in units of max(3 %, 2 ms)`,
        excess,
        1,
        `${fixed(median(ours.map((r) => r.p50 - r.endpointP50)))} ms`,
      );
    } else {
      const bare = results.get('bare fetch');
      claim(`p50 at ${concurrency} against a bare fetch loop's`, median(ours.map((r, i) => r.p50 / bare[i].p50)), 1);
    }
    if (promptfoo) {
      claim(
        `CPU a request at ${concurrency} against promptfoo's`,
        perRequest.get('poq') / perRequest.get('promptfoo'),
        0.2,
      );
      const total = median(ours.map((r, i) => r.cpuMs / results.get('promptfoo')[i].cpuMs));
      console.log(`      start and end included: ${fixed(total)}\n`);
    }
  }
}

async function memory() {
  const measuredTools = tools.filter(([name]) => name !== 'bare fetch');
  const results = new Map(measuredTools.map(([name]) => [name, []]));
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    results.get('poq').push(await runPoq(large, 100));
    // Without the results file: what it writes into its own database is its usual way.
    if (promptfoo)
      results.get('promptfoo').push(await runPromptfoo(promptfoo, large.folder, 100, { readLatencies: false }));
  }
  console.log(`${ROWS} rows, 100 at a time, medians of ${REPEATS}`);
  printTable([
    ['tool', 'peak memory', 'CPU in all', 'wall'],
    ...measuredTools.map(([name]) => [
      name,
      `${Math.round(median(results.get(name).map((r) => r.peakMb)))} MB`,
      `${fixed(median(results.get(name).map((r) => r.cpuMs)) / 1000)} s`,
      `${fixed(median(results.get(name).map((r) => r.wallMs)) / 1000)} s`,
    ]),
  ]);
  if (!promptfoo) return;
  const ratio = median(results.get('poq').map((r, i) => r.peakMb / results.get('promptfoo')[i].peakMb));
  claim(`peak memory at ${ROWS} rows against promptfoo's`, ratio, 0.25);
}

/** Every tool once, then again, `REPEATS` times. */
async function takeTurns(workspace, concurrency) {
  const results = new Map(tools.map(([name]) => [name, []]));
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [name, run] of tools) {
      await times();
      const result = await run(workspace, concurrency);
      const { count, p50 } = await times();
      if (count !== workspace.rows.length)
        throw new Error(`${name} made ${count} requests for ${workspace.rows.length} rows`);
      results.get(name).push({ ...result, endpointP50: p50 });
    }
  }
  return results;
}

async function runFetch(workspace, concurrency) {
  const program = fileURLToPath(new URL('lib/fetch-loop.mjs', import.meta.url));
  const result = await measured([program, url, join(workspace.folder, 'prompts.jsonl'), String(concurrency)]);
  return { ...result, p50: JSON.parse(result.stdout).p50 };
}

async function runPoq(workspace, concurrency) {
  const result = await poq(['run', '--config', join(workspace.folder, `poq-${concurrency}.json`), '--json', '--quiet']);
  const [model] = JSON.parse(result.stdout).models;
  if (model.errors > 0) throw new Error(`poq: ${model.errors} requests failed`);
  return { ...result, p50: model.latencyMs.p50 };
}

async function runPromptfooHere(workspace, concurrency) {
  const result = await runPromptfoo(promptfoo, workspace.folder, concurrency);
  if (result.errors > 0) throw new Error(`promptfoo: ${result.errors} requests failed`);
  return { ...result, p50: quantile(result.latencies, 0.5) };
}

/** The same prompts for all tools, with a config of each. */
function makeWorkspace(count) {
  const rows = Array.from({ length: count }, (_, i) => ({
    prompt: `Question ${i}: the lighthouse keeper counts ${40 + (i % 60)} ships before breakfast. How many ships, and where were they bound for?`,
    reference: `The keeper counts ${40 + (i % 60)} ships.`,
  }));
  const path = join(folder, String(count));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'prompts.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  for (const concurrency of [...CONCURRENCIES, MINIMAL]) {
    const config = {
      prompts: ['prompts.jsonl'],
      models: [{ id: 'mock', provider: 'openai', baseUrl: url, model: 'mock', concurrency }],
      evaluators: [{ id: 'rouge1', kind: 'lexical', metric: 'rouge1' }],
    };
    writeFileSync(join(path, `poq-${concurrency}.json`), JSON.stringify(config));
  }
  writePromptfooConfig(path, url, rows);
  return { folder: path, rows };
}
