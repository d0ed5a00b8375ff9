import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PlaceNames } from '../protocol/engine.ts';

/** Where the files of the product itself are, and where it may keep what it downloads. */
export type Places = PlaceNames;

/**
 * The places of an installation.
 *
 * @param root the folder of the package, absolute: it holds `models` and `dist`
 */
export function placesOf(root: string, env: NodeJS.ProcessEnv): Places {
  return {
    models: join(root, 'models'),
    runner: join(root, 'dist', 'runner.mjs'),
    cache: join(cacheFolder(env, process.platform, homedir()), 'models'),
  };
}

/** POQ_CACHE, else the folder of this name where the system keeps caches of users' programs. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (env.POQ_CACHE) return env.POQ_CACHE;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'poq-lab', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'poq-lab');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'poq-lab');
}
