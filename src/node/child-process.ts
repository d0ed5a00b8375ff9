import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Remote } from '../protocol/rpc.ts';

/** How much of what a process writes is kept, to explain its end. */
const KEPT_CHARACTERS = 4000;

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last that it wrote to stdout and stderr. For logs and for finding the cause; not for users as it is. */
  written: string;
  /** Why it never started; null where it did. */
  startError: string | null;
}

/** A program of ours that runs as a child process. */
export interface Forked<Theirs extends object, Ours extends object> {
  child: ChildProcess;
  api: Remote<Theirs, Ours>;
  /** Resolves when the process is gone and what it wrote is read. */
  ended: Promise<ProcessEnd>;
}

/**
 * Starts one of our own programs as a child process and connects with it. What it writes is kept for the log and shown
 * to nobody; calls that wait when it ends are the caller's to reject.
 *
 * @throws Error when the program's file is missing
 */
export function forkProgram<Theirs extends object, Ours extends object>(
  file: string,
  ours: Ours,
  env: NodeJS.ProcessEnv,
): Forked<Theirs, Ours> {
  if (!existsSync(file)) {
    throw new Error(
      `${file} is missing: the installation is incomplete. Install it again, or build it from its sources with \`npm run build\`.`,
    );
  }
  const child = fork(file, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env,
  });
  const api = connect<Theirs, Ours>(ours, {
    // A message to a process that is gone is lost: `ended` tells whoever waits for an answer.
    post: (message) => void (child.connected && child.send(message as object, () => {})),
    listen: (onMessage) => void child.on('message', onMessage),
  });
  return { child, api, ended: whenEnded(child) };
}

function whenEnded(child: ChildProcess): Promise<ProcessEnd> {
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-KEPT_CHARACTERS);
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => {
      // Also reported for a kill that failed: only a process that never started is over.
      if (child.pid === undefined) resolve({ code: null, signal: null, written, startError: error.message });
    });
    child.on('close', (code, signal) => resolve({ code, signal, written, startError: null }));
  });
}
