/**
 * Puts what the launch configuration "Extension Tests: a Suite" starts into .vscode-test/debug/: the bundled suite, the
 * bundle that runs it, and its workspace. Usage: node test/host/prepare-debug.mjs NAME
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CACHE, ROOT } from '../../scripts/vscode/paths.mjs';
import { bundle } from './support/bundle.mjs';
import { copyQuickstart } from './support/workspaces.mjs';

const name = process.argv[2];
const suite = path.join(ROOT, 'test', 'host', `${name}.suite.ts`);
if (!name || !existsSync(suite)) {
  console.error(`There is no ${path.relative(ROOT, suite)}.`);
  process.exit(1);
}
const folder = path.join(CACHE, 'debug');
rmSync(folder, { recursive: true, force: true });
mkdirSync(path.join(folder, 'workspace'), { recursive: true });
copyQuickstart(path.join(folder, 'workspace'));
await bundle('host', path.join(ROOT, 'test', 'host', 'support', 'mocha-in-host.ts'), folder);
await bundle('host', suite, folder, 'suite');
