import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the files of the product itself are, and where it may keep what it downloads. */
export interface Places {
  /** Holds the bundled models, one folder each. */
  models: string;
  /** The runner's program. */
  runner: string;
  /** For models from the hub. */
  cache: string;
}

/** The places of this installation; the sources and the bundles in dist lie in the same package. */
export function installedPlaces(env: NodeJS.ProcessEnv): Places {
  const root = packageRoot();
  return {
    models: join(root, 'models'),
    runner: join(root, 'dist', 'runner.mjs'),
    cache: join(cacheFolder(env, process.platform, homedir()), 'models'),
  };
}

/** The folder of the package that this code runs from: the nearest one above with a package.json. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('The installation is incomplete: no package.json above its program.');
    folder = parent;
  }
  return folder;
}

/** POQ_CACHE, else the folder of this name where the system keeps caches of users' programs. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (env.POQ_CACHE) return env.POQ_CACHE;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'poq-lab', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'poq-lab');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'poq-lab');
}
