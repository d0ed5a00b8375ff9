import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** Where everything lands that is downloaded or built for trying the extension; git ignores it. */
export const CACHE = path.join(ROOT, '.vscode-test');

/**
 * A new folder inside the cache for a piece of work by this process. Such folders whose process is gone (an
 * interrupted install) are removed first; those of living processes stay.
 * @param {string} name what the folder is for
 * @returns {string} absolute path of the empty folder
 */
export function workFolder(name) {
  mkdirSync(CACHE, { recursive: true });
  for (const entry of readdirSync(CACHE)) {
    const owner = entry.startsWith(`${name}.tmp-`) && Number(entry.slice(name.length + 5).split('-')[0]);
    if (owner && owner !== process.pid && !isAlive(owner)) {
      rmSync(path.join(CACHE, entry), { recursive: true, force: true });
    }
  }
  const folder = path.join(CACHE, `${name}.tmp-${process.pid}-${Date.now().toString(36)}`);
  mkdirSync(folder);
  return folder;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
