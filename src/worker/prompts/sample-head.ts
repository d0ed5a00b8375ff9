import { tellingLine } from '../../core/report/render/label.ts';
import type { Sample } from '../../core/types.ts';
import { sampleDigest } from '../../node/sample-digest.ts';
import type { SampleHead } from '../../protocol/reader.ts';

/** Texts can be long: only so many characters of them are looked at. */
const LOOKED_AT = 10_000;
/** Characters of a line that lists show. */
const SHOWN = 120;

/** A sample as lists show it. */
export function headOf(sample: Sample): SampleHead {
  const { id, task, messages, references, source } = sample;
  const asked = messages.findLast((message) => message.role === 'user') ?? messages.at(-1);
  return {
    id,
    task,
    // What is asked stands at the end.
    label: shortened(tellingLine((asked?.content ?? '').slice(-LOOKED_AT))),
    reference: references[0] === undefined ? null : firstLine(references[0]),
    references: references.length,
    source,
    digest: sampleDigest(sample),
  };
}

/** The first line that says something, shortened. */
function firstLine(text: string): string {
  const lines = text.slice(0, LOOKED_AT).split('\n');
  return shortened(lines.find((line) => line.trim() !== '') ?? '');
}

function shortened(line: string): string {
  const shown = line.replace(/\s+/g, ' ').trim();
  return shown.length > SHOWN ? `${shown.slice(0, SHOWN - 1).trimEnd()}…` : shown;
}
