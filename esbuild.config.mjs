import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { webviewOptions } from './esbuild.webview.mjs';

/**
 * Builds every program of the product into dist/:  node esbuild.config.mjs [--watch]
 * With --watch it goes on and builds again what a change touches.
 */

/** `sharp` (images) is never needed for text and is replaced by an empty module. */
const withoutImages = {
  name: 'without-images',
  setup(b) {
    b.onResolve({ filter: /^sharp$/ }, () => ({ path: 'sharp', namespace: 'empty' }));
    b.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

/** Pieces of earlier builds have other names and would stay for ever. */
const withoutOldPieces = {
  name: 'without-old-pieces',
  setup(b) {
    b.onEnd(({ metafile }) => {
      if (!metafile) return; // the build failed
      const folder = path.join(b.initialOptions.outdir, 'cli');
      const written = new Set(Object.keys(metafile.outputs).map((file) => path.resolve(file)));
      for (const name of readdirSync(folder)) {
        const file = path.resolve(folder, name);
        if (!written.has(file)) rmSync(file);
      }
    });
  },
};

/**
 * esbuild's options of each program, by name.
 * @param {import('esbuild').BuildOptions & {outdir?: string}} [options] instead of ours; `outdir` is where all of them land
 * @returns {Record<string, import('esbuild').BuildOptions>}
 */
export function programs({ outdir = 'dist', ...options } = {}) {
  const shared = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    outdir,
    sourcemap: 'linked',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    // jsonc-parser's CommonJS form hides its requires from bundlers; its ES modules do not.
    mainFields: ['module', 'main'],
    // CommonJS dependencies inside an ES module bundle still call require().
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    ...options,
  };
  return {
    // The command's own commands are loaded when they are asked for, from dist/cli/, so that `poq --help` need not read
    // all of it.
    cli: {
      ...shared,
      entryPoints: { cli: 'src/cli/main.ts' },
      splitting: true,
      chunkNames: 'cli/[name]-[hash]',
      metafile: true,
      plugins: [withoutOldPieces],
    },
    // The native parts of onnxruntime stay outside the bundle.
    runner: {
      ...shared,
      entryPoints: { runner: 'src/runner/main.ts' },
      external: ['onnxruntime-node', 'onnxruntime-common'],
      plugins: [withoutImages],
      mainFields: undefined,
    },
    // The editor's background processes.
    workers: {
      ...shared,
      entryPoints: { 'run-worker': 'src/worker/run-worker.ts', 'read-worker': 'src/worker/read-worker.ts' },
    },
    // The editor loads extensions as CommonJS modules, and gives them `vscode`.
    extension: {
      ...shared,
      entryPoints: { extension: 'src/host/extension.ts' },
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      banner: {},
      external: ['vscode'],
    },
    webview: webviewOptions({ outdir: path.posix.join(outdir, 'webview'), ...options }),
  };
}

/** Tells when a round of building begins and ends, for the editor's problem matcher. */
function rounds(count) {
  let going = 0;
  const done = new Set();
  return (name) => ({
    name: 'rounds',
    setup(b) {
      b.onStart(() => {
        if (going++ === 0 && done.size >= count) console.log('[watch] build started');
      });
      b.onEnd(() => {
        done.add(name);
        if (--going === 0 && done.size >= count) console.log('[watch] build finished');
      });
    },
  });
}

async function main() {
  const all = Object.entries(programs());
  if (!process.argv.includes('--watch')) {
    await Promise.all(all.map(([, options]) => build(options)));
    return;
  }
  console.log('[watch] build started');
  const told = rounds(all.length);
  for (const [name, options] of all) {
    const watched = await context({ ...options, plugins: [...(options.plugins ?? []), told(name)] });
    await watched.watch();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // esbuild has told what is wrong and where.
  await main().catch(() => process.exit(1));
}
