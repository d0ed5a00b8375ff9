import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, DeviceChoice, DtypeChoice } from '../core/config.ts';
import type { KeyPath } from '../core/config-text.ts';
import type { Device, Dtype } from '../protocol/runner.ts';
import { isHubId, onnxFileName } from './model-files.ts';

/** A model or evaluator of a config whose files come from the hub. */
export interface HubUse {
  /** The id on the hub. */
  hub: string;
  /** The id in the config. */
  usedBy: string;
  role: 'model' | 'evaluator';
  device: DeviceChoice;
  dtype: DtypeChoice;
  /** The key in the config that names it. */
  path: KeyPath;
}

/** Of an encoder: how its token vectors become one, and how many tokens it takes. */
export const POOLING_FILE = '1_Pooling/config.json';
export const LENGTH_FILE = 'sentence_bert_config.json';
const MODEL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const ENCODER_FILES = [...MODEL_FILES, POOLING_FILE, LENGTH_FILE];

/** Data types of a model on the hub in the order in which they are tried: 8 bits on the CPU, 16 on a GPU, then others. */
export function hubDtypes(device: Device): Dtype[] {
  return device === 'cpu' ? ['q8', 'fp32', 'q4'] : ['fp16', 'q4f16', 'fp32', 'q4'];
}

/**
 * What a run of a config takes from the hub.
 * @param modelIds the models that will run, beside all evaluators; all when absent
 */
export function hubUses(config: Config, modelIds?: readonly string[]): HubUse[] {
  const models = config.models.flatMap((m, i): HubUse[] => {
    if (m.provider !== 'onnx' || !isHubId(m.model) || (modelIds && !modelIds.includes(m.id))) return [];
    return [
      { hub: m.model, usedBy: m.id, role: 'model', device: m.device, dtype: m.dtype, path: ['models', i, 'model'] },
    ];
  });
  const evaluators = config.evaluators.flatMap((e, i): HubUse[] => {
    if (e.kind !== 'bi-encoder' || !isHubId(e.model)) return [];
    return [
      {
        hub: e.model,
        usedBy: e.id,
        role: 'evaluator',
        device: e.device,
        dtype: e.dtype,
        path: ['evaluators', i, 'model'],
      },
    ];
  });
  return [...models, ...evaluators];
}

/**
 * The size in bytes of a model that the cache holds whole, with weights of a data type that would be used; null where
 * something is missing. Files appear in the cache under their names when they are complete.
 *
 * @param cache the folder of the cache: `<cache>/<owner>/<name>/<file>`
 */
export function cachedBytes(
  cache: string,
  { hub, role, device, dtype }: Omit<HubUse, 'usedBy' | 'path'>,
): number | null {
  const folder = join(cache, hub);
  const rest = sizeOf((role === 'model' ? MODEL_FILES : ENCODER_FILES).map((name) => join(folder, name)));
  if (rest === null) return null;
  const external = externalDataOf(join(folder, 'config.json'));
  for (const candidate of candidatesFor(device, dtype)) {
    const weights = sizeOf(weightFiles(candidate, external).map((name) => join(folder, name)));
    if (weights !== null) return rest + weights;
  }
  return null;
}

function candidatesFor(device: DeviceChoice, dtype: DtypeChoice): Dtype[] {
  if (dtype !== 'auto') return [dtype];
  if (device !== 'auto') return hubDtypes(device);
  return [...new Set([...hubDtypes('webgpu'), ...hubDtypes('cpu')])];
}

/** How many files of weights lie beside the ONNX file, by its name or for all; as transformers.js reads it. */
type ExternalData = boolean | number | Record<string, boolean | number>;

function externalDataOf(configFile: string): ExternalData {
  try {
    const config = JSON.parse(readFileSync(configFile, 'utf8')) as {
      'transformers.js_config'?: { use_external_data_format?: ExternalData };
    };
    return config['transformers.js_config']?.use_external_data_format ?? false;
  } catch {
    return false;
  }
}

/** Paths of the files with the weights of a data type, relative to the model's folder. */
function weightFiles(dtype: Dtype, external: ExternalData): string[] {
  const name = onnxFileName(dtype);
  const chunks = Number(typeof external === 'object' ? (external[name] ?? external.model ?? 0) : external);
  const data = Array.from({ length: chunks }, (_, i) => `onnx/${name}_data${i === 0 ? '' : `_${i}`}`);
  return [`onnx/${name}`, ...data];
}

function sizeOf(files: string[]): number | null {
  let sum = 0;
  for (const file of files) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) return null;
    sum += found.size;
  }
  return sum;
}

/**
 * The files of a model on the hub that its use would fetch, weights of the first data type that is there; null where
 * none of those that would be tried is.
 *
 * @param names the paths of all its files
 * @param devices those that work, in the order in which they are tried
 */
export function filesToFetch(
  names: readonly string[],
  { role, dtype }: Pick<HubUse, 'role' | 'dtype'>,
  devices: readonly Device[],
): string[] | null {
  const tried = dtype === 'auto' ? devices.flatMap(hubDtypes) : [dtype];
  const weights = tried.map((candidate) => `onnx/${onnxFileName(candidate)}`).find((file) => names.includes(file));
  if (weights === undefined) return null;
  const beside = role === 'model' ? [...MODEL_FILES, 'generation_config.json'] : ENCODER_FILES;
  return names.filter((name) => beside.includes(name) || name === weights || name.startsWith(`${weights}_data`));
}
