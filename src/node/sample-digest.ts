import { createHash } from 'node:crypto';
import type { Sample } from '../core/types.ts';

/** Of what a sample asks (messages, references, checks): equal digests, equal samples. 22 characters of base64url. */
export function sampleDigest({ messages, references, unanswerable, checks }: Sample): string {
  const asked = JSON.stringify([messages.map((m) => [m.role, m.content]), references, unanswerable, checks]);
  return createHash('sha256').update(asked).digest('base64url').slice(0, 22);
}
