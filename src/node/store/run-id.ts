import { randomBytes } from 'node:crypto';

/** An id that sorts by start time and is a legal folder name everywhere: `20261122-203159-123-5f0c`. */
export function newRunId(startedAt: Date): string {
  const [date, time] = startedAt.toISOString().split('T') as [string, string];
  const clock = time.replace('Z', '').replaceAll(':', '').replace('.', '-');
  return `${date.replaceAll('-', '')}-${clock}-${randomBytes(2).toString('hex')}`;
}
