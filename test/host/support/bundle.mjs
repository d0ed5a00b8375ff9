import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { CACHE } from '../../../scripts/vscode/paths.mjs';

/** JavaScript modules stay where they lie: they know their place, and every bundle shares them. */
const modulesStayWhereTheyAre = {
  name: 'modules-stay-where-they-are',
  setup(b) {
    b.onResolve({ filter: /^\..*\.mjs$/ }, ({ path: file, resolveDir }) => ({
      path: pathToFileURL(path.resolve(resolveDir, file)).href,
      external: true,
    }));
  },
};

/**
 * Bundles TypeScript test files for where they run: `host` files as CommonJS for the extension host, `node` files as
 * ES modules for this process.
 * @param {'host' | 'node'} room
 * @param {string} file absolute path of the entry
 * @param {string} [outdir] a folder inside the repository, where `mocha` and the like are found and VS Code takes the
 *   file as our extension's; default: one of this process
 * @param {string} [name] of the bundle, without ending; default: the entry's
 * @returns {Promise<string>} absolute path of the bundle
 */
export async function bundle(
  room,
  file,
  outdir = path.join(CACHE, 'tests', String(process.pid)),
  name = path.basename(file, '.ts'),
) {
  mkdirSync(outdir, { recursive: true });
  const outfile = path.join(outdir, `${name}${room === 'host' ? '.cjs' : '.mjs'}`);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: room === 'host' ? 'cjs' : 'esm',
    packages: 'external',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [modulesStayWhereTheyAre],
  });
  return outfile;
}
