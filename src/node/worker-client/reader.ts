import type { ReaderApi, ReaderHostApi } from '../../protocol/reader.ts';
import { WorkerProcess } from './worker-process.ts';

/** Every function of the read worker, as a promise. */
type Reader = {
  [M in keyof ReaderApi]: (...args: Parameters<ReaderApi[M]>) => Promise<Awaited<ReturnType<ReaderApi[M]>>>;
};

export interface ReaderProcess extends Reader {
  /** The process's id, for tests and logs; null while there is none. */
  readonly pid: number | null;
  /** Ends the process for good. */
  dispose(): Promise<void>;
}

const METHODS: Record<keyof ReaderApi, true> = {
  readPrompts: true,
  findPrompts: true,
  checkConfig: true,
  plan: true,
  models: true,
  downloads: true,
  devices: true,
  candidates: true,
  proposeConfig: true,
  listRuns: true,
  report: true,
  storedReport: true,
  rows: true,
  samples: true,
  compare: true,
  fileResults: true,
  settled: true,
  exportRun: true,
  watchRun: true,
  unwatchRun: true,
};

/** A process that ended sooner than this after its start is not started again for the sake of what it watched. */
const MIN_LIFE_MS = 5000;

/**
 * The read worker. Its process starts with the first call; after an unexpected end the next call starts it again, and
 * runs that were watched are watched again.
 *
 * @param file the worker's program (dist/read-worker.mjs), absolute
 * @param log gets what the process wrote before an unexpected end
 * @param env variables for the process, beside those of this one
 */
export function startReader(
  file: string,
  host: ReaderHostApi,
  log?: (text: string) => void,
  env?: () => NodeJS.ProcessEnv,
): ReaderProcess {
  const watched = new Set<string>();
  let watchedAgainAt = Number.NEGATIVE_INFINITY;
  /** The process ended, and nobody has told the next one what is watched. */
  let forgotten = false;
  const watchAgain = () => {
    const now = performance.now();
    if (watched.size === 0) return;
    forgotten = now - watchedAgainAt < MIN_LIFE_MS;
    if (forgotten) return;
    watchedAgainAt = now;
    // A run that is gone meanwhile is told by the call for it that comes next.
    for (const path of watched) void worker.call((api) => api.watchRun(path)).catch(() => {});
  };
  const worker = new WorkerProcess<ReaderApi, ReaderHostApi>(
    { file, host, log, env, name: 'the background process that reads files' },
    watchAgain,
  );
  const call = (method: keyof ReaderApi) => (arg: never) => {
    if (method === 'watchRun') watched.add(arg);
    if (method === 'unwatchRun') watched.delete(arg);
    if (forgotten) {
      forgotten = false;
      for (const path of watched) void worker.call((api) => api.watchRun(path)).catch(() => {});
    }
    return worker.call((api) => (api[method] as (arg: never) => Promise<unknown>)(arg));
  };
  const methods = Object.fromEntries(
    Object.keys(METHODS).map((method) => [method, call(method as keyof ReaderApi)]),
  ) as unknown as Reader;
  return {
    ...methods,
    get pid() {
      return worker.pid;
    },
    dispose: () => worker.dispose(),
  };
}
