import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isLocked } from '../../node/store/lock.ts';
import type { RunFolder, RunRecord } from '../../node/store/run-folder.ts';
import type { StoredRun } from '../../protocol/reader.ts';

/** A run writes its record a moment before it takes its lock, and another when it is resumed. */
const BETWEEN_RECORD_AND_LOCK_MS = 2000;

export interface RunStanding {
  record: RunRecord;
  state: StoredRun['state'];
}

/**
 * The record of a run and how the run stands: one that says that it runs, while no living process holds its lock, is
 * interrupted. The lock is looked at first, since a run that ends writes its record before it gives the lock back.
 * @throws InputError when the folder holds no run that this version reads
 */
export function standingOf(folder: RunFolder, known?: RunRecord): RunStanding {
  const locked = isLocked(join(folder.path, 'lock'));
  const record = known ?? folder.readRecord();
  if (record.state !== 'running' || locked) return { record, state: record.state };
  const age = Date.now() - statSync(join(folder.path, 'run.json')).mtimeMs;
  return { record, state: age < BETWEEN_RECORD_AND_LOCK_MS ? 'running' : 'interrupted' };
}

/** Whether the folder of a run is still there; a file that is only busy is. */
export function isThere(path: string): boolean {
  try {
    return statSync(join(path, 'run.json'), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

export function goneError(path: string): Error {
  return new Error(`The run ${basename(path)} is gone: ${path} was deleted or moved.`);
}

/** Time and size of files of a folder in one string: another string, another content. Missing files count too. */
export function signatureOf(path: string, names: readonly string[]): string {
  return names
    .map((name) => {
      const stat = statSync(join(path, name), { throwIfNoEntry: false });
      return stat ? `${stat.mtimeMs} ${stat.size}` : '-';
    })
    .join(' ');
}
