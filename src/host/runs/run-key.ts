import { createHash } from 'node:crypto';

/** Names a run for the webview: the same after a reload, and nothing that could be taken for a path. */
export function runKey(root: string, id: string): string {
  return `${createHash('sha256').update(root).digest('hex').slice(0, 12)}:${id}`;
}
