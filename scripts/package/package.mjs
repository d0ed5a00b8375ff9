/**
 * Makes the extension's package for a platform:  node scripts/package/package.mjs [TARGET] [--out FILE]
 * TARGET is one of VS Code's (linux-x64, win32-arm64, ...), by default this machine's; FILE is by default
 * poq-lab-TARGET-VERSION.vsix in the repository's root.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { programs } from '../../esbuild.config.mjs';
import { ROOT } from '../vscode/paths.mjs';
import { noticesText, shippedPackages } from './notices.mjs';

/** Packages that cannot be bundled, with what of them is needed at run time. */
const COPIED = {
  'onnxruntime-common': (file) => /^(package\.json|dist(\/.*)?)$/.test(file),
  'onnxruntime-node': (file) => /^(package\.json|dist(\/.*)?)$/.test(file), // and the target's binaries
};
const BINARIES = 'node_modules/onnxruntime-node/bin/napi-v6';

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  const target = positionals[0] ?? `${process.platform}-${process.arch}`;
  const targets = binaryTargets();
  if (!targets.has(target)) {
    throw new Error(`There is no onnxruntime for ${target}. Targets: ${[...targets.keys()].sort().join(', ')}.`);
  }
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const packagePath = path.resolve(
    values.out ?? path.join(ROOT, `${manifest.name}-${target}-${manifest.version}.vsix`),
  );

  const staging = mkdtempSync(path.join(os.tmpdir(), 'poq-package-'));
  try {
    await stage(staging, manifest, targets.get(target));
    missingFiles(staging, manifest);
    await createVSIX({
      cwd: staging,
      packagePath,
      target,
      dependencies: false,
      // There is no address that relative links of the README could be completed with.
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  const size = statSync(packagePath).size;
  console.log(`${packagePath} (${target}, ${(size / 1e6).toFixed(1)} MB)`);
}

/** Where the binaries of each target are, by the target's name. */
function binaryTargets() {
  const targets = new Map();
  for (const system of readdirSync(path.join(ROOT, BINARIES))) {
    for (const arch of readdirSync(path.join(ROOT, BINARIES, system))) {
      targets.set(`${system}-${arch}`, `${BINARIES}/${system}/${arch}`);
    }
  }
  return targets;
}

/** Fills a folder with what the package is made of; .vscodeignore takes out of it what only building needs. */
async function stage(staging, manifest, binaries) {
  const into = (file) => path.join(staging, file);
  const copy = (from, to = from, filter) => {
    const options = filter && {
      filter: (file) => filter(path.relative(path.join(ROOT, from), file).replaceAll('\\', '/')),
    };
    cpSync(path.join(ROOT, from), into(to), { recursive: true, ...options });
  };

  // What only building and testing need stays out of the manifest.
  const { devDependencies, dependencies, scripts, bin, allowScripts, private: _, ...shipped } = manifest;
  writeFileSync(
    into('package.json'),
    JSON.stringify({ ...shipped, engines: { vscode: manifest.engines.vscode } }, null, 2),
  );
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) copy(file);
  for (const file of readdirSync(ROOT)) if (/^package\.nls.*\.json$/.test(file)) copy(file);
  copy('media');
  copy('schemas');
  if (existsSync(path.join(ROOT, 'l10n'))) copy('l10n');
  copy('models');

  const { cli, ...parts } = programs({ outdir: into('dist'), sourcemap: false, metafile: true, absWorkingDir: ROOT });
  const built = await Promise.all(Object.values(parts).map((options) => build(options)));

  // vsce leaves a node_modules folder of the root out; below dist it is found by the runner just as well.
  for (const [name, filter] of Object.entries(COPIED)) {
    copy(`node_modules/${name}`, `dist/node_modules/${name}`, (file) => file === '' || filter(file));
  }
  copy(binaries, `dist/${binaries}`);

  const packages = shippedPackages(
    ROOT,
    built.map(({ metafile }) => metafile),
    Object.keys(COPIED),
  );
  writeFileSync(into('ThirdPartyNotices.txt'), noticesText(packages));
  copy('.vscodeignore');
}

/** @throws {Error} when the manifest names a file that is not in the folder */
function missingFiles(staging, manifest) {
  const named = new Set();
  const collect = (value) => {
    if (typeof value === 'string') {
      if (/^(\.\/)?(media|dist|schemas|l10n)\//.test(value)) named.add(value);
    } else if (value && typeof value === 'object') {
      Object.values(value).forEach(collect);
    }
  };
  collect({ main: manifest.main, icon: manifest.icon, contributes: manifest.contributes });
  const missing = [...named].filter((file) => !existsSync(path.join(staging, file)));
  if (missing.length > 0) throw new Error(`package.json names files that do not exist: ${missing.join(', ')}`);
}
