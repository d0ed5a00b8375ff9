import { tellingLine } from '../../src/core/report/render/label.ts';
import { ellipsis, oneLine } from '../../src/core/report/render/visible.ts';
import type { SampleDetail } from '../../src/protocol/reader.ts';

const LONGEST = 160;

/** What the last message of the user asks, on one line and shortened. */
export function labelOf(sample: SampleDetail): string {
  const last = sample.messages.findLast((message) => message.role === 'user') ?? sample.messages.at(-1);
  const line = oneLine(tellingLine(last?.text ?? '').slice(0, 4 * LONGEST));
  return line === '' ? '(empty prompt)' : ellipsis(line, LONGEST);
}
