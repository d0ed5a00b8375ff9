import { cpSync } from 'node:fs';
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
  return folder;
}
