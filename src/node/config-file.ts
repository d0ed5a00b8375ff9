import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Config } from '../core/config.ts';
import { parseConfig } from '../core/config-parse.ts';
import type { KeyPath } from '../core/config-text.ts';
import { pathText } from '../core/config-text.ts';
import type { Diagnostic } from '../core/types.ts';
import { InputError } from './errors.ts';
import type { NodeContext } from './node-context.ts';

const CONFIG_NAME = 'poq.config.json';

/** A folder with a config that can be run. */
export interface Workspace {
  /** The folder of the config, absolute: every path in the config is relative to it. */
  root: string;
  /** Absolute; null where a config without a file is run. */
  configFile: string | null;
  config: Config;
  /** Warnings about the config. */
  diagnostics: Diagnostic[];
  /** The line of a key in the config's file. */
  lineOf?: (path: KeyPath) => number | undefined;
}

/**
 * Reads the workspace's config. Without a path the nearest poq.config.json is taken, from `cwd` upwards.
 * @param configPath the file, or its folder; relative to `cwd`
 * @throws InputError with everything that is wrong
 */
export async function loadWorkspace(
  configPath: string | undefined,
  cwd: string,
): Promise<Workspace & { configFile: string }> {
  const configFile = configPath === undefined ? await findUpwards(cwd) : await resolveConfig(configPath, cwd);
  const shown = shownPath(configFile, cwd);
  const bytes = await readFile(configFile).catch((error: NodeJS.ErrnoException) => {
    throw inputError(`${shown} cannot be read (${error.code}).`);
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw inputError(`${shown} is not UTF-8: save it as UTF-8.`);
  }
  const { config, diagnostics, lineOf } = parseConfig(text, shown);
  if (config === null) throw new InputError(diagnostics);
  return { root: dirname(configFile), configFile, config, diagnostics, lineOf };
}

async function findUpwards(cwd: string): Promise<string> {
  let folder = resolve(cwd);
  for (;;) {
    const file = join(folder, CONFIG_NAME);
    if (await isFile(file)) return file;
    const parent = dirname(folder);
    if (parent === folder)
      throw inputError(
        `No ${CONFIG_NAME} in ${resolve(cwd)} or above it: make one with \`poq init\`, or name it with --config.`,
      );
    folder = parent;
  }
}

async function resolveConfig(configPath: string, cwd: string): Promise<string> {
  const file = resolve(cwd, configPath);
  if (await isFile(file)) return file;
  const inside = join(file, CONFIG_NAME);
  if (await isFile(inside)) return inside;
  throw inputError(`There is no config at ${configPath}: make one with \`poq init\`.`);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}

function inputError(message: string): InputError {
  return new InputError([{ severity: 'error', message }]);
}

/**
 * Checks that the keys of the models are at hand before anything is started.
 * @param modelIds the models that will run; all when absent
 * @throws InputError with every variable that is missing and its key in the config
 */
export function checkKeys(
  workspace: Workspace,
  { env, storedKey }: Pick<NodeContext, 'env' | 'storedKey'>,
  modelIds?: readonly string[],
): void {
  const { config, root } = workspace;
  const file = workspace.configFile === null ? CONFIG_NAME : relative(root, workspace.configFile);
  const problems = config.models.flatMap((model, i): Diagnostic[] => {
    if (modelIds && !modelIds.includes(model.id)) return [];
    if (model.provider !== 'openai' || !model.apiKey) return [];
    if (storedKey?.(model) || env(model.apiKey.env)) return [];
    const path: KeyPath = ['models', i, 'apiKey', 'env'];
    const message = `${pathText(path)}: the environment variable ${model.apiKey.env} is not set: set it to the key, or remove "apiKey" if none is needed`;
    return [{ severity: 'error', file, line: workspace.lineOf?.(path), message }];
  });
  if (problems.length > 0) throw new InputError(problems);
}
