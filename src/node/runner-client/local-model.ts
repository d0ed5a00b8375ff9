import type { DeviceChoice, DtypeChoice } from '../../core/config.ts';
import type { Remote } from '../../protocol/rpc.ts';
import type { Device, FailedDevice, HostApi, LoadReport, RunnerApi, RunnerTask } from '../../protocol/runner.ts';
import { findModel } from '../model-files.ts';
import type { NodeContext } from '../node-context.ts';
import { type LoadedInfo, ModelUnusableError } from '../ports.ts';
import { RunnerEndedError, RunnerProcess } from './runner-process.ts';

/** So many ends of the process in a row, with nothing done between, and the model is given up. */
const MAX_CRASHES = 3;

export interface LocalModelConfig {
  id: string;
  model: string;
  device: DeviceChoice;
  dtype: DtypeChoice;
  batchSize: number;
  threads?: number;
}

type Call<T> = (api: Remote<RunnerApi, HostApi>, job: string) => Promise<T>;

/** A model in a runner process of its own: loaded when first needed, and again after the process has ended. */
export class LocalModel {
  private readonly process: RunnerProcess;
  private loaded: LoadReport | null = null;
  private crashes = 0;
  private crashedDevices: FailedDevice[] = [];
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly task: RunnerTask,
    private readonly config: LocalModelConfig,
    private readonly context: NodeContext,
  ) {
    this.process = new RunnerProcess(context.places.runner);
  }

  /** The device it runs on; null before it is loaded. */
  get device(): string | null {
    return this.loaded?.device ?? null;
  }

  get pid(): number | null {
    return this.process.pid;
  }

  /** @throws ModelUnusableError with what is wrong and what to do */
  load(signal: AbortSignal, onProgress: (message: string) => void = () => {}): Promise<LoadedInfo> {
    return this.inTurn(() => this.ensureLoaded(signal, onProgress));
  }

  /**
   * Makes one call to the loaded model; loads it first where necessary.
   *
   * @throws RunnerEndedError when the process ended during the call: this call failed, the next may work
   * @throws ModelUnusableError when that happened too often in a row, or the model cannot be loaded again
   */
  call<T>(work: Call<T>, signal: AbortSignal, onText?: (delta: string) => void): Promise<T> {
    return this.inTurn(async () => {
      await this.ensureLoaded(signal, () => {});
      try {
        const result = await this.process.call(work, signal, { onText });
        this.crashes = 0;
        return result;
      } catch (error) {
        if (error instanceof RunnerEndedError && ++this.crashes > MAX_CRASHES) {
          throw new ModelUnusableError(`${this.config.id}: given up after ${this.crashes} times: ${error.message}`);
        }
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.process.close();
  }

  /** One call at a time: two at once would slow each other down, and their times would be of both. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => {});
    return result;
  }

  private async ensureLoaded(signal: AbortSignal, onProgress: (message: string) => void): Promise<LoadedInfo> {
    if (!this.loaded || !this.process.alive) {
      this.loaded = null;
      this.loaded = await this.loadOnWorkingDevice(signal, onProgress);
    }
    const { tried, notes, ...info } = this.loaded;
    const all = [...this.crashedDevices, ...tried];
    return { ...info, ...(all.length > 0 && { tried: all }), ...(notes.length > 0 && { notes }) };
  }

  /** Loads; where `auto` tries a device that ends the process, starts again without that device. */
  private async loadOnWorkingDevice(signal: AbortSignal, onProgress: (message: string) => void): Promise<LoadReport> {
    const { model, device, dtype, batchSize, threads } = this.config;
    const { root, places, mayDownload } = this.context;
    const found = findModel(model, dtype, root, places.models);
    const source = found.kind === 'hub' && mayDownload?.(found.id) === false ? { ...found, cachedOnly: true } : found;
    for (;;) {
      let trying: Device | null = null;
      const order = {
        task: this.task,
        source,
        device,
        dtype,
        batchSize,
        threads,
        cacheDir: places.cache,
        without: this.crashedDevices.map((d) => d.device as Device),
      };
      try {
        return await this.process.call((api) => api.load(order), signal, {
          onProgress,
          onTrying: (tried) => {
            trying = tried;
          },
        });
      } catch (error) {
        if (signal.aborted) throw error;
        const message = error instanceof Error ? error.message : String(error);
        const next = error instanceof RunnerEndedError && device === 'auto' && trying !== null && trying !== 'cpu';
        if (!next) {
          await this.process.close();
          throw new ModelUnusableError(`The model "${model}" cannot be loaded: ${message}`);
        }
        this.crashedDevices.push({ device: trying!, error: message });
      }
    }
  }
}
