import { connectToParent } from '../node/parent-process.ts';
import type { Device, HostApi, LoadOrder, LoadReport, RunnerApi } from '../protocol/runner.ts';
import { loadOnFirst, probeDevice } from './devices.ts';
import { Encoder } from './encoder.ts';
import { prepareLibrary } from './environment.ts';
import { describeLoadError, describeRunError } from './messages.ts';
import { TextGenerator } from './text-generation.ts';

/** The runner: a child process that holds one model, on behalf of the process that forked it. */

let generator: TextGenerator | null = null;
let encoder: Encoder | null = null;
const jobs = new Map<string, AbortController>();

/** Runs a job that `abort` can end, with an error that is meant for the user. */
async function asJob<T>(job: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  jobs.set(job, controller);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw new Error(describeRunError(error));
  } finally {
    jobs.delete(job);
  }
}

async function load(order: LoadOrder): Promise<LoadReport> {
  const start = performance.now();
  prepareLibrary(order);
  const tell = (message: string) => void host.onProgress.asEvent(message);
  const onTrying = (device: Device) => void host.onTrying.asEvent(device);
  try {
    const generates = order.task === 'text-generation';
    const { loaded, device, dtype, tried } = await loadOnFirst<TextGenerator | Encoder>(order, onTrying, (attempt) =>
      generates ? TextGenerator.load(order, attempt, tell) : Encoder.load(order, attempt, tell),
    );
    if (loaded instanceof Encoder) encoder = loaded;
    else generator = loaded;
    const loadMs = performance.now() - start;
    return { device, dtype, loadMs, memoryBytes: process.memoryUsage.rss(), tried, notes: loaded.notes };
  } catch (error) {
    throw new Error(describeLoadError(error, order.source));
  }
}

const api: RunnerApi = {
  load,
  generate: ({ job, prompts, stream }) =>
    asJob(job, (signal) => {
      const onText = stream ? (delta: string) => void host.onText.asEvent(job, delta) : null;
      return generator!.generate(prompts, onText, signal);
    }),
  embed: ({ job, texts, batchSize }) => asJob(job, (signal) => encoder!.embed(texts, batchSize, signal)),
  probe: async (device) => {
    try {
      await probeDevice(device);
    } catch (error) {
      throw new Error(describeRunError(error));
    }
  },
  abort: (job) => jobs.get(job)?.abort(),
};

const host = connectToParent<HostApi, RunnerApi>(api, 'hold a model');
