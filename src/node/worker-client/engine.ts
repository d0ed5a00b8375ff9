import type { EngineApi, EngineHostApi, ResumeOrder, RunOrder, RunOutcome } from '../../protocol/engine.ts';
import type { Remote } from '../../protocol/rpc.ts';
import { WorkerEndedError, WorkerProcess } from './worker-process.ts';

/** A process that executes one run. */
export interface EngineProcess {
  /** The process's id, for tests and logs; null while there is none. */
  readonly pid: number | null;
  run(order: RunOrder): Promise<RunOutcome>;
  resume(order: ResumeOrder): Promise<RunOutcome>;
  /** Ends the run; what is complete is stored, and `run` or `resume` resolves. */
  cancel(): void;
  /** Ends the process. A run that goes on is interrupted: it can be resumed. */
  dispose(): Promise<void>;
}

/** How long a cancelled run may take to store what it has, its summary included, before its process is ended. */
const CANCEL_GRACE_MS = 15_000;

/**
 * The process for one run, started with `run` or `resume`. When it dies on the way, the outcome says so: what is
 * complete is stored all the same, and the run can be resumed.
 *
 * @param file the worker's program (dist/run-worker.mjs), absolute
 * @param log gets what the process wrote before an unexpected end
 * @param env variables for the process, beside those of this one
 * @param cancelGraceMs how long a cancelled run may take to end by itself
 */
export function startEngine(
  file: string,
  host: EngineHostApi,
  log?: (text: string) => void,
  env?: () => NodeJS.ProcessEnv,
  cancelGraceMs = CANCEL_GRACE_MS,
): EngineProcess {
  let path: string | null = null;
  let cancelled = false;
  let killer: NodeJS.Timeout | undefined;
  const listening: EngineHostApi = {
    ...host,
    onEvents: (events) => {
      for (const event of events) if (event.type === 'started') path = event.path;
      host.onEvents(events);
    },
  };
  const worker = new WorkerProcess<EngineApi, EngineHostApi>({
    file,
    host: listening,
    log,
    env,
    name: 'the background process that executes the run',
  });
  const execute = async (work: (api: Remote<EngineApi, EngineHostApi>) => Promise<RunOutcome>): Promise<RunOutcome> => {
    if (cancelled) return { state: 'cancelled', path, problems: [] };
    try {
      return await worker.call(work);
    } catch (error) {
      // A process that never started: nothing was run.
      if (!(error instanceof WorkerEndedError)) {
        return { state: 'refused', path, problems: [{ message: (error as Error).message }] };
      }
      const advice = path === null ? 'Run again.' : 'What was complete is stored: resume the run to do the rest.';
      const problems = cancelled ? [] : [{ message: `${error.message} ${advice}` }];
      return { state: cancelled ? 'cancelled' : 'stopped', path, problems };
    } finally {
      clearTimeout(killer);
    }
  };
  return {
    get pid() {
      return worker.pid;
    },
    run: (order) => execute((api) => api.run(order)),
    resume: (order) => {
      path = order.path;
      return execute((api) => api.resume(order));
    },
    cancel: () => {
      cancelled = true;
      if (worker.pid === null || killer !== undefined) return;
      void worker.call((api) => api.cancel.asEvent()).catch(() => {});
      killer = setTimeout(() => void worker.dispose(), cancelGraceMs);
    },
    dispose: () => worker.dispose(),
  };
}
