import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../scripts/vscode/paths.mjs';

/**
 * Fills a folder with examples/quickstart as it is in a fresh clone.
 * @param {string} folder
 * @returns {string} the folder
 */
export function copyQuickstart(folder) {
  const from = path.join(ROOT, 'examples', 'quickstart');
  cpSync(from, folder, { recursive: true, filter: (file) => path.basename(file) !== '.poq' });
  // Its schema lies elsewhere in the repository, seen from there; the extension brings its own.
  const config = path.join(folder, 'poq.config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^\s*"\$schema":.*\r?\n/m, ''));
  return folder;
}
