import { ellipsis, oneLine } from '../../src/core/report/render/visible.ts';
import type { SampleDetail } from '../../src/protocol/reader.ts';

const LONGEST = 160;

/**
 * The last line of the user's last message, shortened: prompts of one kind begin alike and end with what is asked. A
 * line such as `Answer:` says nothing.
 */
export function labelOf(sample: SampleDetail): string {
  const last = sample.messages.findLast((message) => message.role === 'user') ?? sample.messages.at(-1);
  const lines = (last?.text ?? '').split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => !line.trimEnd().endsWith(':')) ?? lines.at(-1) ?? '';
  const line = oneLine(telling.slice(0, 4 * LONGEST));
  return line === '' ? '(empty prompt)' : ellipsis(line, LONGEST);
}
