import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Config } from '../core/config.ts';
import { parseConfig } from '../core/config-parse.ts';
import type { KeyPath } from '../core/config-text.ts';
import { pathText } from '../core/config-text.ts';
import type { Diagnostic } from '../core/types.ts';
import { InputError } from './errors.ts';

const CONFIG_NAME = 'poq.config.json';

/** A folder with a config that can be run. */
export interface Workspace {
  /** The folder of the config, absolute: every path in the config is relative to it. */
  root: string;
  /** Absolute. */
  configFile: string;
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
export async function loadWorkspace(configPath: string | undefined, cwd: string): Promise<Workspace> {
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

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
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
 * Checks what a run of these models will need from its surroundings before anything is started: the environment
 * variables of their keys, recorded files, folders of local models and evaluators.
 * @param modelIds the models that will run; all when absent
 * @throws InputError with everything that is missing, each with its key in the config
 */
export async function checkEnvironment(
  workspace: Workspace,
  env: (name: string) => string | undefined,
  modelIds?: readonly string[],
): Promise<void> {
  const { config, root } = workspace;
  const file = relative(root, workspace.configFile) || CONFIG_NAME;
  const problems: Diagnostic[] = [];
  const tell = (path: KeyPath, message: string) =>
    problems.push({
      severity: 'error',
      file,
      line: workspace.lineOf?.(path),
      message: `${pathText(path)}: ${message}`,
    });
  const checkFolder = async (model: string, path: KeyPath) => {
    if (/^(\.\.?)?\//.test(model) && !(await isFolder(resolve(root, model))))
      tell(path, `there is no folder ${model} (relative to the config's folder)`);
  };
  for (const [i, model] of config.models.entries()) {
    if (modelIds && !modelIds.includes(model.id)) continue;
    if (model.provider === 'openai' && model.apiKey && !env(model.apiKey.env))
      tell(
        ['models', i, 'apiKey', 'env'],
        `the environment variable ${model.apiKey.env} is not set: set it to the key, or remove "apiKey" if none is needed`,
      );
    if (model.provider === 'recorded' && !(await isFile(resolve(root, model.file))))
      tell(['models', i, 'file'], `there is no file ${model.file} (relative to the config's folder)`);
    if (model.provider === 'onnx') await checkFolder(model.model, ['models', i, 'model']);
  }
  for (const [i, evaluator] of config.evaluators.entries())
    if (evaluator.kind === 'bi-encoder') await checkFolder(evaluator.model, ['evaluators', i, 'model']);
  if (problems.length > 0) throw new InputError(problems);
}
