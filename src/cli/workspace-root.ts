import { dirname, resolve } from 'node:path';

/** The folder whose runs are meant: that of the config, which need not be readable for it, else the current one. */
export function workspaceRoot(configFile: string | undefined): string {
  return configFile === undefined ? process.cwd() : dirname(resolve(configFile));
}
