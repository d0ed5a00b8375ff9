import type { Sample } from '../../core/types.ts';
import { sampleDigest } from '../../node/sample-digest.ts';
import type { SampleHead } from '../../protocol/reader.ts';

/** Characters of a line that lists show. */
const SHOWN = 120;

/** A sample as lists show it. */
export function headOf(sample: Sample): SampleHead {
  const { id, task, messages, references, source } = sample;
  const asked = messages.findLast((message) => message.role === 'user') ?? messages.at(-1);
  return {
    id,
    task,
    label: firstLine(asked?.content ?? ''),
    reference: references[0] === undefined ? null : firstLine(references[0]),
    references: references.length,
    source,
    digest: sampleDigest(sample),
  };
}

/** The first line that says something, shortened. */
function firstLine(text: string): string {
  // Texts can be long: only their beginning is looked at.
  const line = text
    .slice(0, 10_000)
    .split('\n')
    .find((l) => l.trim() !== '');
  const shown = (line ?? '').replace(/\s+/g, ' ').trim();
  return shown.length > SHOWN ? `${shown.slice(0, SHOWN - 1).trimEnd()}…` : shown;
}
