import type { Remote } from '../../protocol/rpc.ts';
import { type Forked, forkProgram, type ProcessEnd } from '../child-process.ts';

/** A background process ended while a call waited for it. Its message is for the user. */
export class WorkerEndedError extends Error {
  override name = 'WorkerEndedError';
}

export interface WorkerOptions<Ours extends object> {
  /** The worker's program, absolute. */
  file: string;
  /** What the worker may call. */
  host: Ours;
  /** How messages call the process: `the process that reads files`. */
  name: string;
  /** Gets a line about an unexpected end, with the last that the process wrote. For a log, not for the user. */
  log?: (text: string) => void;
  /** Variables for the process beside the environment's own, asked for at each start: the proxy that the editor uses. */
  env?: () => NodeJS.ProcessEnv;
}

/**
 * A background process: started with the first call, and again with the next one after it ended. It ends with the
 * process that started it. Any number of calls may go on at a time; they reject when the process ends.
 */
export class WorkerProcess<Theirs extends object, Ours extends object> {
  private running: Forked<Theirs, Ours> | null = null;
  private disposed = false;

  constructor(
    private readonly options: WorkerOptions<Ours>,
    private readonly onUnexpectedEnd: () => void = () => {},
  ) {}

  /** The process's id, for tests and logs; null while there is none. */
  get pid(): number | null {
    return this.running?.child.pid ?? null;
  }

  /** @throws WorkerEndedError when the process ends meanwhile; else the worker's own error */
  async call<T>(work: (api: Remote<Theirs, Ours>) => Promise<T>): Promise<T> {
    if (this.disposed) throw new WorkerEndedError(`${sentence(this.options.name)} has been ended.`);
    this.running ??= this.start();
    return work(this.running.api);
  }

  /** Ends the process for good and waits until it is gone. */
  async dispose(): Promise<void> {
    this.disposed = true;
    const { running } = this;
    if (!running) return;
    running.child.kill('SIGKILL');
    await running.ended;
  }

  private start(): Forked<Theirs, Ours> {
    const { file, host, name, log, env } = this.options;
    const running = forkProgram<Theirs, Ours>(file, host, {
      ...workerEnvironment(process.env, process.versions),
      ...env?.(),
    });
    void running.ended.then((end) => {
      if (this.running === running) this.running = null;
      const reason = this.disposed
        ? `${sentence(name)} has been ended.`
        : `${sentence(name)} ended unexpectedly (${howItEnded(end)}).`;
      running.api.$close(new WorkerEndedError(reason));
      if (this.disposed) return;
      log?.(`${reason}${end.written === '' ? '' : `\n${end.written.trimEnd()}`}`);
      this.onUnexpectedEnd();
    });
    return running;
  }
}

/**
 * The environment of a background process: without what is meant for the editor's own processes (a debugger in
 * NODE_OPTIONS would be started there again), and such that an editor's executable acts as Node.
 */
export function workerEnvironment(env: NodeJS.ProcessEnv, versions: NodeJS.ProcessVersions): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(NODE_OPTIONS$|VSCODE_)/i.test(name));
  return { ...Object.fromEntries(kept), ...(versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) };
}

function howItEnded({ code, signal, startError, written }: ProcessEnd): string {
  if (startError !== null) return `it cannot be started: ${startError}`;
  if (/heap out of memory|out of memory/i.test(written)) return 'out of memory';
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
