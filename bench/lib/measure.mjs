import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the benchmarks share: measured child processes, medians, tables, and the lines that say whether a claim holds. */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const POQ = join(ROOT, 'dist', 'cli.mjs');
const USAGE = fileURLToPath(new URL('usage.cjs', import.meta.url));

/**
 * Runs a Node program to its end.
 *
 * @returns wall time, processor time (user and system, in ms) and peak resident memory (MB), its own Node children
 *   included (their times added, the largest memory of one process), and what it printed
 */
export async function measured(args, { cwd, env = {}, node = process.execPath, okExits = [0] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'poq-bench-usage-'));
  const start = performance.now();
  const child = spawn(node, args, {
    cwd,
    env: { ...process.env, ...env, NODE_OPTIONS: `--require ${JSON.stringify(USAGE)}`, POQ_BENCH_USAGE: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr = (stderr + text).slice(-10_000);
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const wallMs = performance.now() - start;
  const usages = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  rmSync(folder, { recursive: true });
  if (!okExits.includes(code)) throw new Error(`${args.join(' ')} ended with ${code}:\n${stderr || stdout}`);
  return {
    wallMs,
    cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    peakMb: Math.max(...usages.map(({ peakMb }) => peakMb)),
    stdout,
  };
}

/** `poq` with `--json`; exit 1 (some samples failed) counts as an end too. */
export async function poq(args, options) {
  if (!existsSync(POQ)) throw new Error(`${POQ} is missing: npm run build`);
  return measured([POQ, ...args], { okExits: [0, 1], ...options });
}

export function median(values) {
  return quantile(values, 0.5);
}

/** Linear interpolation between order statistics (type 7). */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

/** A scratch folder that is removed when the process ends. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'poq-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** `--name value` of the command line, as a number. */
export function numberOption(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const pad = (cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]));
  for (const row of rows) console.log(row.map(pad).join('  ').trimEnd());
  console.log();
}

/** One line a claim: what was measured, as a ratio, against its limit. */
export function claim(name, measured, limit, detail = '') {
  const verdict = measured <= limit ? 'ok' : 'missed';
  console.log(`CLAIM ${name}: ${fixed(measured)} (limit ${fixed(limit)}) ${verdict}${detail ? `  ${detail}` : ''}`);
}

export function fixed(value, digits = 3) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : '-';
}
