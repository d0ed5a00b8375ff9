import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Places, placesOf } from './places.ts';

/** The places of the installation that this code runs from; the sources and the bundles in dist lie in the same package. */
export function installedPlaces(env: NodeJS.ProcessEnv): Places {
  return placesOf(packageRoot(), env);
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
