import type { ChildProcess } from 'node:child_process';
import type { Remote } from '../../protocol/rpc.ts';
import type { Device, HostApi, RunnerApi } from '../../protocol/runner.ts';
import { forkProgram, type ProcessEnd } from '../child-process.ts';

/** How long a job may take to notice that it was cancelled before its process is ended. */
const GRACE_MS = 300;

export interface RunnerListener {
  onProgress?(message: string): void;
  onTrying?(device: Device): void;
  onText?(delta: string): void;
}

/** The child process ended while a call waited for it. Its message is for the user. */
export class RunnerEndedError extends Error {
  override name = 'RunnerEndedError';
}

interface Running {
  child: ChildProcess;
  api: Remote<RunnerApi, HostApi>;
  /** Resolves when the process is gone. */
  ended: Promise<void>;
}

/**
 * The child process that holds a model, started with the first call and again with the next one after it ended. Calls
 * come one at a time. Cancelling one ends it within a second: a job is asked to stop, and a process that does not
 * answer (native code blocks it) is killed.
 */
export class RunnerProcess {
  private running: Running | null = null;
  private listener: RunnerListener = {};
  /** Rejects the call that is going on. */
  private fail: ((error: Error) => void) | null = null;
  private jobs = 0;

  /** @param file the runner's program */
  constructor(private readonly file: string) {}

  get alive(): boolean {
    return this.running !== null;
  }

  /** The process's id, for tests and `poq devices`; null while there is none. */
  get pid(): number | null {
    return this.running?.child.pid ?? null;
  }

  /**
   * Makes one call.
   *
   * @param work gets the runner and the name of the job, for calls that can be aborted
   * @throws RunnerEndedError when the process ends meanwhile; the signal's reason when cancelled; else the runner's error
   */
  async call<T>(
    work: (api: Remote<RunnerApi, HostApi>, job: string) => Promise<T>,
    signal: AbortSignal,
    listener: RunnerListener = {},
  ): Promise<T> {
    signal.throwIfAborted();
    this.running ??= this.start();
    const running = this.running;
    const job = String(++this.jobs);
    this.listener = listener;
    let killer: NodeJS.Timeout | undefined;
    const cancel = () => {
      void running.api.abort.asEvent(job).catch(() => {});
      killer = setTimeout(() => this.kill(running), GRACE_MS);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<T>((resolve, reject) => {
        this.fail = reject;
        work(running.api, job).then(resolve, reject);
      });
    } finally {
      clearTimeout(killer);
      signal.removeEventListener('abort', cancel);
      this.listener = {};
      this.fail = null;
      signal.throwIfAborted();
    }
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    const running = this.running;
    if (!running) return;
    this.kill(running);
    await running.ended;
  }

  /** The next call starts a new process, whenever this one is gone. */
  private kill(running: Running): void {
    if (this.running === running) this.running = null;
    running.child.kill('SIGKILL');
  }

  private start(): Running {
    const host: HostApi = {
      onText: (_job, delta) => this.listener.onText?.(delta),
      onProgress: (message) => this.listener.onProgress?.(message),
      onTrying: (device) => this.listener.onTrying?.(device),
    };
    const { child, api, ended } = forkProgram<RunnerApi, HostApi>(this.file, host, {
      ...process.env,
      ORT_DISABLE_TELEMETRY: '1',
    });
    const gone = ended.then((end) => {
      if (this.running?.child === child) this.running = null;
      this.fail?.(new RunnerEndedError(describeEnd(end)));
    });
    return { child, api, ended: gone };
  }
}

/** What became of a runner process, why that may be, and the last it wrote. */
export function describeEnd({ code, signal, written, startError }: ProcessEnd): string {
  if (startError !== null) return `the runner process cannot be started (${startError})`;
  const how = `the runner process ended (${signal ? `signal ${signal}` : `exit code ${code}`})`;
  if (/heap out of memory|bad_alloc|out of memory/i.test(written)) {
    return `${how}: out of memory. Use a smaller model or dtype (q8, q4), or a smaller batchSize.`;
  }
  if (signal === 'SIGKILL') {
    return `${how}: it was killed from outside, most often by the system for lack of memory. Use a smaller model or dtype (q8, q4).`;
  }
  const last = written.trim().split(/\r?\n/).at(-1)?.trim();
  return last ? `${how}: ${last.slice(0, 300)}` : how;
}
