import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { candidateDevices } from '../node/devices.ts';
import { hubDtypes } from '../node/hub-models.ts';
import type { Device, Dtype, FailedDevice, LoadOrder } from '../protocol/runner.ts';
import { firstLine } from './messages.ts';
import { ADDITION_MODEL } from './probe-model.ts';

const NO_CUDA_PROVIDER = 'the CUDA library of onnxruntime is not installed (docs/gpu.md says how to add it)';

/** A device and data type to try. */
export interface Attempt {
  device: Device;
  dtype: Dtype;
}

/**
 * Loads a model on the first device that works, each tried by itself: onnxruntime's own fallback throws as soon as one
 * provider is missing.
 *
 * @param load loads and warms up, and rejects where that does not work
 * @throws Error with the reason of the only device asked for, or of the last one tried
 */
export async function loadOnFirst<T>(
  order: LoadOrder,
  onTrying: (device: Device) => void,
  load: (attempt: Attempt) => Promise<T>,
): Promise<Attempt & { loaded: T; tried: FailedDevice[] }> {
  const tried: FailedDevice[] = [];
  const missing: string[] = [];
  for (const device of devicesToTry(order)) {
    onTrying(device);
    if (device === 'cuda' && !hasCudaProvider()) {
      if (order.device === 'cuda') throw new Error(`the device cuda does not work here: ${NO_CUDA_PROVIDER}`);
      continue;
    }
    if (device === 'webgpu' && order.device === 'auto' && rendersInSoftware()) {
      tried.push({ device, error: 'its Vulkan driver is a software renderer, slower than the CPU itself' });
      continue;
    }
    // Weights for a device that does not work would be fetched for nothing.
    const broken = order.source.kind === 'hub' && device !== 'cpu' ? await whyBroken(device) : null;
    if (broken !== null && order.device !== 'auto')
      throw new Error(`the device ${device} does not work here: ${broken}`);
    if (broken !== null) {
      tried.push({ device, error: broken });
      continue;
    }
    for (const dtype of dtypesToTry(order, device)) {
      try {
        return { device, dtype, loaded: await load({ device, dtype }), tried };
      } catch (error) {
        if (lacksWeights(error) && order.dtype === 'auto') {
          missing.push(firstLine(error));
          continue;
        }
        if (isBrokenModel(error) || device === 'cpu') throw error;
        if (order.device !== 'auto') {
          throw new Error(`the device ${device} does not work here: ${firstLine(error)}`, { cause: error });
        }
        tried.push({ device, error: firstLine(error) });
        break;
      }
    }
  }
  const reasons = [...tried.map((t) => `${t.device}: ${t.error}`), ...missing];
  throw new Error(`no device could load it: ${reasons.join('; ')}`);
}

function devicesToTry(order: LoadOrder): Device[] {
  if (order.device !== 'auto') return [order.device];
  return candidateDevices(process.platform, process.arch).filter((device) => !order.without.includes(device));
}

/** True when Vulkan is told to use a driver that computes on the CPU. */
function rendersInSoftware(): boolean {
  return /swiftshader|lvp_icd/i.test(`${process.env.VK_ICD_FILENAMES ?? ''} ${process.env.VK_DRIVER_FILES ?? ''}`);
}

/** npm does not bring CUDA: the provider's library lies beside onnxruntime's own where somebody has added it. */
function hasCudaProvider(): boolean {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const bin = join(dirname(packageFile), 'bin');
  if (!existsSync(bin)) return false;
  return readdirSync(bin).some((abi) => {
    const folder = join(bin, abi, process.platform, process.arch);
    return existsSync(folder) && readdirSync(folder).some((file) => file.includes('onnxruntime_providers_cuda'));
  });
}

/**
 * The data types to try when the user leaves the choice open. A local folder: fp32 where it is there, since only fp32
 * gives the same text in a batch as alone; else what there is.
 */
function dtypesToTry(order: LoadOrder, device: Device): Dtype[] {
  if (order.dtype !== 'auto') return [order.dtype];
  const quantised: Dtype[] =
    device === 'cpu'
      ? ['q8', 'int8', 'uint8', 'q4', 'bnb4', 'fp16', 'q4f16']
      : ['fp16', 'q4f16', 'q4', 'q8', 'int8', 'uint8', 'bnb4'];
  if (order.source.kind === 'hub') return hubDtypes(device);
  const { dtypes } = order.source;
  const best = (['fp32', ...quantised] as Dtype[]).find((dtype) => dtypes.includes(dtype));
  return best ? [best] : [];
}

/** The hub has the model, but not with weights of this data type. */
function lacksWeights(error: unknown): boolean {
  return (error as Error).name === 'ModelFileNotFoundError' && String(error).includes('.onnx');
}

/** The model itself is at fault, whatever the device. */
function isBrokenModel(error: unknown): boolean {
  return /protobuf parsing failed|invalid model|unsupported model ir version|external data/i.test(String(error));
}

async function whyBroken(device: Device): Promise<string | null> {
  try {
    await probeDevice(device);
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

/** Adds two numbers on a device. */
export async function probeDevice(device: Device): Promise<void> {
  if (device === 'cuda' && !hasCudaProvider()) throw new Error(NO_CUDA_PROVIDER);
  const { InferenceSession, Tensor } = createRequire(import.meta.url)(
    'onnxruntime-node',
  ) as typeof import('onnxruntime-node');
  const session = await InferenceSession.create(ADDITION_MODEL, { executionProviders: [device], logSeverityLevel: 3 });
  const input = new Tensor('float32', Float32Array.of(1, 2), [2]);
  const sum = (await session.run({ a: input, b: input })).sum?.data as Float32Array | undefined;
  if (sum?.[0] !== 2 || sum[1] !== 4) throw new Error('it computes wrong results');
}

/** `fp32 on cpu`, for people. */
export function describeAttempt({ device, dtype }: Attempt): string {
  return `${dtype} on ${device}`;
}
