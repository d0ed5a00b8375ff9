import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isLocked } from '../../node/store/lock.ts';
import type { RunRecord } from '../../node/store/run-folder.ts';
import type { StoredRun } from '../../protocol/reader.ts';

/** A run writes its record a moment before it takes its lock, and another when it is resumed. */
const BETWEEN_RECORD_AND_LOCK_MS = 2000;

/** Whether somebody writes the run. To be asked before its record is read: a run ends there before it gives its lock back. */
export function isWritten(path: string): boolean {
  return isLocked(join(path, 'lock'));
}

/**
 * How a run stands by its record: one that says that it runs, while no living process holds its lock, is interrupted.
 *
 * @param written what `isWritten` said before the record was read
 */
export function stateOf(path: string, record: RunRecord, written: boolean): StoredRun['state'] {
  if (record.state !== 'running' || written) return record.state;
  const age = Date.now() - statSync(join(path, 'run.json')).mtimeMs;
  return age < BETWEEN_RECORD_AND_LOCK_MS ? 'running' : 'interrupted';
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
