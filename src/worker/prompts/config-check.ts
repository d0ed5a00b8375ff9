import { realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Config } from '../../core/config.ts';
import { checkBeyondSchema } from '../../core/config-parse.ts';
import { type KeyPath, pathText } from '../../core/config-text.ts';
import type { Diagnostic } from '../../core/types.ts';
import { findModel } from '../../node/model-files.ts';
import { findPromptFiles } from '../../node/prompt-file-search.ts';
import type { ReaderApi } from '../../protocol/reader.ts';

type Order = Parameters<ReaderApi['checkConfig']>[0];

/** A finding at a key. */
interface Finding {
  severity: Diagnostic['severity'];
  path: KeyPath;
  message: string;
}

/**
 * What is wrong with a config beyond its JSON Schema, which editors check themselves: conditions on several keys, and
 * what only a run would find in the files and the environment around it. The latter once the config has no error.
 */
export const checkConfig: ReaderApi['checkConfig'] = async (order) => {
  const file = relative(order.root, order.configFile).replaceAll('\\', '/');
  const { config, diagnostics, lineOf } = checkBeyondSchema(order.text, file);
  if (config === null) return diagnostics;
  const findings = [
    ...(await checkPrompts(config, order)),
    ...checkModels(config, order),
    ...checkEditorModels(config, order),
    ...(await checkRecordings(config, order)),
    ...checkKeys(config, order),
    ...checkEnv(config),
  ];
  return findings
    .map(({ severity, path, message }) => ({
      severity,
      file,
      line: lineOf(path),
      message: `${pathText(path)}: ${message}`,
    }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
};

async function checkPrompts(config: Config, order: Order): Promise<Finding[]> {
  const root = await realpath(order.root);
  const findings: Finding[] = [];
  for (const [i, entry] of config.prompts.entries()) {
    const path: KeyPath = typeof entry === 'string' ? ['prompts', i] : ['prompts', i, 'glob'];
    const pattern = typeof entry === 'string' ? entry : entry.glob;
    const errors: Diagnostic[] = [];
    const files = await findPromptFiles(root, [entry], (d) => d.severity === 'error' && errors.push(d));
    for (const { file, message } of errors) findings.push({ severity: 'error', path, message: `${file}: ${message}` });
    if (files.length === 0 && errors.length === 0)
      findings.push({ severity: 'warning', path, message: `${JSON.stringify(pattern)} matches no file` });
  }
  return findings;
}

function checkModels({ models, evaluators }: Config, { root, places }: Order): Finding[] {
  const findings: Finding[] = [];
  const check = (path: KeyPath, model: string, dtype: Parameters<typeof findModel>[1]) => {
    try {
      findModel(model, dtype, root, places.models);
    } catch (error) {
      findings.push({ severity: 'error', path, message: (error as Error).message });
    }
  };
  models.forEach((model, i) => {
    if (model.provider === 'onnx') check(['models', i, 'model'], model.model, model.dtype);
  });
  evaluators.forEach((evaluator, i) => {
    if (evaluator.kind === 'bi-encoder') check(['evaluators', i, 'model'], evaluator.model, evaluator.dtype);
  });
  return findings;
}

function checkEditorModels({ models }: Config, { editorModels }: Order): Finding[] {
  if (!editorModels) return [];
  const offered = new Set(editorModels.map((name) => name.toLowerCase()));
  return models.flatMap((model, i): Finding[] => {
    if (model.provider !== 'vscode-lm' || offered.has(model.model.toLowerCase())) return [];
    const message = `the editor offers no language model ${JSON.stringify(model.model)}: the command "PoQ: Choose Models" shows what it offers`;
    return [{ severity: 'warning', path: ['models', i, 'model'], message }];
  });
}

async function checkRecordings({ models }: Config, { root }: Order): Promise<Finding[]> {
  const findings = await Promise.all(
    models.map(async (model, i): Promise<Finding[]> => {
      if (model.provider !== 'recorded') return [];
      const isFile = await stat(join(root, model.file)).then(
        (found) => found.isFile(),
        () => false,
      );
      const message = `there is no file ${model.file} in the folder of the config`;
      return isFile ? [] : [{ severity: 'error', path: ['models', i, 'file'], message }];
    }),
  );
  return findings.flat();
}

function checkKeys({ models }: Config, { keys }: Order): Finding[] {
  return models.flatMap((model, i): Finding[] => {
    if (model.provider !== 'openai' || !model.apiKey) return [];
    const { env } = model.apiKey;
    if (process.env[env] || keys.includes(model.id)) return [];
    const message = `the environment variable ${env} is not set: set it to the key, or give the key to the editor with the command "PoQ: Set API Key"`;
    return [{ severity: 'warning', path: ['models', i, 'apiKey', 'env'], message }];
  });
}

function checkEnv({ env }: Config): Finding[] {
  return env.flatMap((name, i): Finding[] => {
    if (process.env[name] !== undefined) return [];
    const message = `the environment variable ${name} is not set: prompts that read it without a default are not run`;
    return [{ severity: 'warning', path: ['env', i], message }];
  });
}
