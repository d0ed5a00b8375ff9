import { build } from 'esbuild';

/**
 * Every program of the product, each one file under dist/. The native parts of onnxruntime stay outside the bundle;
 * `sharp` (images) is never needed for text and is replaced by an empty module.
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

await Promise.all([
  build({ ...shared, entryPoints: { cli: 'src/cli/main.ts' } }),
  build({
    ...shared,
    entryPoints: { runner: 'src/runner/main.ts' },
    external: ['onnxruntime-node', 'onnxruntime-common'],
    plugins: [withoutImages],
  }),
]);
