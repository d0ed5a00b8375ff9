import { existsSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Dtype, ModelSource } from '../protocol/runner.ts';
import { findOnnxProblem, readEnds } from './model-file-checks.ts';
import { ModelUnusableError } from './ports.ts';

const BUNDLED = 'bundled:';
const HUB_ID = /^[\w.-]+(\/[\w.-]+)?$/;

/** The ONNX file of each data type in a model's `onnx` folder, as transformers.js names them. */
const ONNX_FILES: Record<Dtype, string> = {
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  q8: 'model_quantized.onnx',
  int8: 'model_int8.onnx',
  uint8: 'model_uint8.onnx',
  q4: 'model_q4.onnx',
  q4f16: 'model_q4f16.onnx',
  bnb4: 'model_bnb4.onnx',
};
const DTYPES = Object.keys(ONNX_FILES) as Dtype[];

export function onnxFileName(dtype: Dtype): string {
  return ONNX_FILES[dtype];
}

/**
 * Where the files of an onnx model are: a folder (checked here, before a process is started for it) or the hub.
 *
 * @param model `bundled:<name>`, a folder that starts with `./`, `../` or `/` (or a drive), or an id of the hub
 * @throws ModelUnusableError that says what is missing and what to do
 */
export function findModel(model: string, dtype: Dtype | 'auto', root: string, bundled: string): ModelSource {
  if (model.startsWith(BUNDLED)) return modelFolder(bundledFolder(model.slice(BUNDLED.length), bundled), dtype, model);
  if (isFolder(model)) return modelFolder(resolve(root, model), dtype, model);
  if (isHubId(model)) return { kind: 'hub', id: model };
  throw new ModelUnusableError(
    `"${model}" is neither bundled:<name>, a folder (it starts with ./, ../ or /) nor an id of the hub (owner/name).`,
  );
}

/** Whether a config's `model` is the id of a model on the hub. */
export function isHubId(model: string): boolean {
  const elsewhere = model.startsWith(BUNDLED) || isFolder(model);
  return !elsewhere && HUB_ID.test(model) && !model.includes('..');
}

const isFolder = (model: string) => /^\.{1,2}([\\/]|$)/.test(model) || isAbsolute(model);

function bundledFolder(name: string, bundled: string): string {
  const names = bundledNames(bundled);
  if (names.includes(name)) return join(bundled, name);
  throw new ModelUnusableError(
    names.length > 0
      ? `There is no bundled model "${name}"; there are ${names.map((n) => BUNDLED + n).join(', ')}.`
      : `There is no bundled model "${name}": this installation has none in ${bundled}.`,
  );
}

function bundledNames(bundled: string): string[] {
  if (!existsSync(bundled)) return [];
  return readdirSync(bundled).filter((name) => existsSync(join(bundled, name, 'config.json')));
}

function modelFolder(folder: string, dtype: Dtype | 'auto', model: string): ModelSource {
  const fail = (what: string) => {
    throw new ModelUnusableError(`The model "${model}" cannot be used: ${what}`);
  };
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) fail(`there is no folder ${folder}.`);
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    const problem = findJsonProblem(join(folder, file));
    if (problem) fail(`${join(folder, file)} ${problem}`);
  }
  const onnx = join(folder, 'onnx');
  const dtypes = DTYPES.filter((d) => existsSync(join(onnx, onnxFileName(d))));
  if (dtypes.length === 0) {
    fail(`${onnx} holds no ONNX model (model.onnx, model_quantized.onnx, ...); export it with Optimum or download it.`);
  }
  if (dtype !== 'auto' && !dtypes.includes(dtype)) {
    fail(`it has no ${onnxFileName(dtype)} for dtype "${dtype}"; its folder has ${dtypes.join(', ')}.`);
  }
  for (const d of dtype === 'auto' ? dtypes : [dtype]) {
    const problem = findOnnxProblem(join(onnx, onnxFileName(d)));
    if (problem) fail(`${join(onnx, onnxFileName(d))} ${problem}. Download or export it again.`);
  }
  return { kind: 'folder', path: folder, dtypes };
}

/** Looks at both ends alone: a tokenizer can hold tens of megabytes, and the process that loads the model reads it. */
function findJsonProblem(file: string): string | null {
  const advice = 'Take the whole folder of the model, as it is on the hub, with its tokenizer.';
  if (!existsSync(file)) return `is missing. ${advice}`;
  const { start, end } = readEnds(file, 256);
  if (!/^\uFEFF?\s*\{/.test(start)) return `is not a JSON object. ${advice}`;
  return /\}\s*$/.test(end) ? null : `is cut short. ${advice}`;
}
