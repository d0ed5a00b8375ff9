import { readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { buildWebview } from './esbuild.webview.mjs';

/**
 * Every program of the product, each with its entry file under dist/. The command's own commands are loaded when they
 * are asked for, from dist/cli/, so that `poq --help` need not read all of it. The native parts of onnxruntime stay
 * outside the bundle; `sharp` (images) is never needed for text and is replaced by an empty module.
 */
const withoutImages = {
  name: 'without-images',
  setup(b) {
    b.onResolve({ filter: /^sharp$/ }, () => ({ path: 'sharp', namespace: 'empty' }));
    b.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  outdir: 'dist',
  sourcemap: 'linked',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS dependencies inside an ES module bundle still call require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

const [cli] = await Promise.all([
  build({
    ...shared,
    entryPoints: { cli: 'src/cli/main.ts' },
    splitting: true,
    chunkNames: 'cli/[name]-[hash]',
    // jsonc-parser's CommonJS form hides its requires from bundlers; its ES modules do not.
    mainFields: ['module', 'main'],
    metafile: true,
  }),
  build({
    ...shared,
    entryPoints: { runner: 'src/runner/main.ts' },
    external: ['onnxruntime-node', 'onnxruntime-common'],
    plugins: [withoutImages],
  }),
  build({
    ...shared,
    entryPoints: { extension: 'src/host/extension.ts' },
    // The editor loads extensions as CommonJS modules, and gives them `vscode`.
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    banner: {},
    external: ['vscode'],
    mainFields: ['module', 'main'],
  }),
  buildWebview(),
]);

// Pieces of earlier builds have other names and would stay for ever.
for (const name of readdirSync('dist/cli')) {
  const file = `dist/cli/${name}`;
  if (!(file in cli.metafile.outputs)) rmSync(file);
}
