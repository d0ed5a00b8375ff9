import type { GenerationRow } from '../../core/types.ts';
import { listRuns, type RunFolder } from '../store/run-folder.ts';

/**
 * Successful generations of earlier runs of the workspace by content hash, the newest one of each. A reused row
 * keeps the latency that was measured when it was made.
 */
export async function earlierGenerations(root: string, current: RunFolder | null): Promise<Map<string, GenerationRow>> {
  const found = new Map<string, GenerationRow>();
  for (const run of listRuns(root)) {
    if (run.id === current?.id) continue;
    for await (const row of run.generations(() => {})) {
      if (row.hash !== undefined && row.text !== undefined && !row.reused) found.set(row.hash, row);
    }
  }
  return found;
}
