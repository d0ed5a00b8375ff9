import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The baseline of a folder stands in `.poq/baseline.json`, beside the runs: `{"run": "<id>"}`. */
const fileOf = (root: string) => join(root, '.poq', 'baseline.json');

/** The id of the run that others are compared with; null where none is set, or its run is gone. */
export function readBaseline(root: string): string | null {
  try {
    const { run } = JSON.parse(readFileSync(fileOf(root), 'utf8')) as { run?: unknown };
    // An id is the name of a folder, never a way to another one.
    if (typeof run !== 'string' || run !== basename(run)) return null;
    return existsSync(join(root, '.poq', 'runs', run, 'run.json')) ? run : null;
  } catch {
    return null;
  }
}

/** @throws Error when the disk refuses */
export function writeBaseline(root: string, run: string | null): void {
  const file = fileOf(root);
  if (run === null) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}.tmp`;
  writeFileSync(next, `${JSON.stringify({ run })}\n`);
  renameSync(next, file);
}
