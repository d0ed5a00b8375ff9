import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { CannotFinishError } from '../errors.ts';

/**
 * One writer at a time for a run folder. The lock is a file that names its owner; it survives a crash of the owner
 * without blocking anybody, since a lock whose owner is gone may be taken over at once:
 * - same machine: the process id answers no more, or belongs to a process that started later (Linux);
 * - another machine (shared folders, containers): the owner has not touched the file for a while.
 */
interface Owner {
  token: string;
  pid: number;
  host: string;
  /** When the process started, where the system tells (Linux): the same id with another start is another process. */
  processStart: string | null;
}

const HEARTBEAT_MS = 5_000;
/** Another machine's lock counts as abandoned after this many missed heartbeats' time. */
const ABANDONED_MS = 6 * HEARTBEAT_MS;

export interface Lock {
  release(): void;
}

/** @throws CannotFinishError when another living process holds the lock. */
export function acquireLock(file: string): Lock {
  const owner: Owner = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(owner), { flag: 'wx' });
      return hold(file, owner.token);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = readOwner(file);
    if (other && isAlive(other, file)) {
      throw new CannotFinishError(
        `Another process (${other.pid} on ${other.host}) is writing this run: ${file}. Wait for it or stop it, then try again.`,
      );
    }
    takeAway(file, other?.token);
  }
  throw new CannotFinishError(`The lock ${file} could not be taken: other processes try at the same time. Try again.`);
}

/** Whether a living process holds the lock. Only looks: an abandoned lock stays for the next owner to take over. */
export function isLocked(file: string): boolean {
  const owner = readOwner(file);
  return owner !== undefined && isAlive(owner, file);
}

function hold(file: string, token: string): Lock {
  const heartbeat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // The folder may have been deleted under us; the next write says so.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release() {
      clearInterval(heartbeat);
      if (readOwner(file)?.token === token) rmSync(file, { force: true });
    },
  };
}

/**
 * Removes an abandoned lock without removing one that somebody else took in the meantime: it is moved aside first,
 * looked at, and moved back if it is not the one we meant.
 */
function takeAway(file: string, token: string | undefined): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // gone already
  }
  if (readOwner(aside)?.token !== token) {
    try {
      renameSync(aside, file);
      return;
    } catch {
      // fall through: remove what we moved
    }
  }
  rmSync(aside, { force: true });
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined; // torn by a crash while it was written, or gone
  }
}

function isAlive(owner: Owner, file: string): boolean {
  if (owner.host !== hostname()) return touchedWithin(file, ABANDONED_MS);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = processStart(owner.pid);
  if (start !== null && owner.processStart !== null) return start === owner.processStart;
  return touchedWithin(file, ABANDONED_MS);
}

function touchedWithin(file: string, ms: number): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs < ms;
  } catch {
    return false;
  }
}

/** Field 22 of /proc/<pid>/stat: start time in clock ticks since boot. The name in field 2 may hold anything. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
