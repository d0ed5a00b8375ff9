import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measured } from './measure.mjs';

/**
 * promptfoo as a peer: installed once, outside this repository, with a Node of its own where the running one is too old
 * for it. Nothing of it is part of the product.
 */
const VERSION = '0.123.1';
const NODE_VERSION = '24.21.0';
const FOLDER = process.env.POQ_BENCH_PEERS ?? join(tmpdir(), 'poq-bench-peers');

/** Installs promptfoo where it is missing. @returns how to run it; null, with the reason printed, where that fails */
export function preparePromptfoo() {
  const entry = join(FOLDER, 'node_modules', 'promptfoo', 'dist', 'src', 'entrypoint.js');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const recent = major > 22 || (major === 22 && minor >= 22);
  const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'node.exe' : join('bin', 'node');
  const node = recent ? process.execPath : join(FOLDER, 'node_modules', nodePackage, program);
  try {
    if (!existsSync(entry) || !existsSync(node)) {
      console.log(`Installing promptfoo ${VERSION} into ${FOLDER}; that takes minutes.`);
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(join(FOLDER, 'package.json'), '{"private": true}');
      const packages = [`promptfoo@${VERSION}`, ...(recent ? [] : [`${nodePackage}@${NODE_VERSION}`])];
      const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', ...packages];
      execFileSync('npm', npm, {
        cwd: FOLDER,
        stdio: ['ignore', 'ignore', 'inherit'],
        shell: process.platform === 'win32',
      });
    }
    return { entry, node, version: VERSION };
  } catch (error) {
    console.log(`promptfoo cannot be installed (${error.message}): it is left out.`);
    return null;
  }
}

/** Writes its config beside the prompts: the same prompts, endpoint and parameters, one lexical assertion. */
export function writePromptfooConfig(folder, url, rows) {
  const config = {
    prompts: ['{{prompt}}'],
    providers: [
      { id: 'openai:chat:mock', config: { apiBaseUrl: url, apiKey: 'none', max_tokens: 64, temperature: 0 } },
    ],
    tests: rows.map(({ prompt, reference }) => ({
      vars: { prompt },
      assert: [{ type: 'rouge-n', value: reference, threshold: 0 }],
    })),
  };
  writeFileSync(join(folder, 'promptfooconfig.json'), JSON.stringify(config));
}

/** One evaluation with a fresh state folder. @returns what `measured` does, and the p50 of its reported latencies */
export async function runPromptfoo({ entry, node }, folder, concurrency, { readLatencies = true } = {}) {
  const state = join(folder, 'promptfoo-state');
  const output = join(folder, 'promptfoo-output.json');
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  const args = [entry, 'eval', '-c', 'promptfooconfig.json', '--no-cache', '--no-table', '--no-progress-bar'];
  const env = {
    PROMPTFOO_CONFIG_DIR: state,
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
    PROMPTFOO_DISABLE_REMOTE_GENERATION: 'true',
    PROMPTFOO_CACHE_ENABLED: 'false',
  };
  const result = await measured([...args, '-j', String(concurrency), ...(readLatencies ? ['-o', output] : [])], {
    cwd: folder,
    env,
    node,
    okExits: [0, 100],
  });
  if (!readLatencies) return result;
  const { results } = JSON.parse(readFileSync(output, 'utf8'));
  return { ...result, latencies: results.results.map((row) => row.latencyMs), errors: results.stats.errors };
}
