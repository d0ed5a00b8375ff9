import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  AutoConfig,
  AutoTokenizer,
  env,
  LogLevel,
  type PreTrainedTokenizer,
  type PretrainedModelOptions,
} from '@huggingface/transformers';
import { EnvHttpProxyAgent, install, setGlobalDispatcher } from 'undici';
import { hubAddress } from '../node/hub-address.ts';
import { onnxFileName } from '../node/model-files.ts';
import type { Device, Dtype, LoadOrder } from '../protocol/runner.ts';

/** Below this size a step is too short for a second thread to pay. */
const SMALL_MODEL_BYTES = 64 * 2 ** 20;

/** Sets transformers.js up for one model: where files come from, and that nothing else is fetched or written. */
export function prepareLibrary(order: LoadOrder): void {
  const { source } = order;
  const remote = source.kind === 'hub';
  env.logLevel = LogLevel.ERROR;
  env.allowRemoteModels = source.kind === 'hub' && !source.cachedOnly;
  env.allowLocalModels = !env.allowRemoteModels;
  // Without the network, the cache is a folder of models like others.
  if (remote) env.localModelPath = order.cacheDir;
  env.useFSCache = remote;
  env.useWasmCache = false;
  env.cacheDir = order.cacheDir;
  if (!env.allowRemoteModels) return;
  env.remoteHost = hubAddress(process.env);
  // Node's own fetch ignores HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
  install();
  setGlobalDispatcher(new EnvHttpProxyAgent());
  env.fetch = globalThis.fetch;
}

/** What `from_pretrained` of this library takes, for this model on this device. */
export function loadOptions(
  order: LoadOrder,
  device: Device,
  dtype: Dtype,
  onProgress: (message: string) => void,
): PretrainedModelOptions {
  const threads = order.threads ?? defaultThreads(order, dtype);
  return {
    device,
    dtype,
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
    ...(order.source.kind === 'hub' && { progress_callback: downloadProgress(onProgress) }),
  };
}

/** Reads the config first: without it, a model that does not exist shows as an error inside the tokenizer. */
export async function loadTokenizer(name: string, options: PretrainedModelOptions): Promise<PreTrainedTokenizer> {
  await AutoConfig.from_pretrained(name, options);
  return AutoTokenizer.from_pretrained(name, options);
}

/** Short texts of several lengths, so that a batch of them is padded as real ones are. */
export function warmUpTexts(batchSize: number): string[] {
  return Array.from({ length: batchSize }, (_, i) =>
    Array(1 + (i % 3))
      .fill('Hello')
      .join(' '),
  );
}

/** What `from_pretrained` calls the model: a folder or an id of the hub. */
export function modelName(order: LoadOrder): string {
  return order.source.kind === 'hub' ? order.source.id : order.source.path;
}

/**
 * One thread for a small model, else half of the logical processors: as many as there are cores on most machines, and
 * a rest for whoever shares the machine. A second thread on a busy core costs more than it brings.
 */
function defaultThreads(order: LoadOrder, dtype: Dtype): number {
  if (order.source.kind === 'folder') {
    const file = join(order.source.path, 'onnx', onnxFileName(dtype));
    const bytes = [file, `${file}_data`].reduce(
      (sum, f) => sum + (statSync(f, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
    if (bytes < SMALL_MODEL_BYTES) return 1;
  }
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

interface ProgressInfo {
  status: string;
  file?: string;
  progress?: number;
  total?: number;
}

/** Tells of a download at every full ten per cent of a file. */
function downloadProgress(tell: (message: string) => void): (info: ProgressInfo) => void {
  const told = new Map<string, number>();
  return ({ status, file, progress, total }) => {
    if (status !== 'progress' || !file || progress === undefined || !total || total < 2 ** 20) return;
    const tenth = Math.floor(progress / 10);
    if (told.get(file) === tenth) return;
    told.set(file, tenth);
    tell(`downloading ${file}: ${tenth * 10} % of ${Math.round(total / 2 ** 20)} MB`);
  };
}
