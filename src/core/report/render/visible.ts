/**
 * Text of unknown origin (outputs, ids, warnings) made safe to look at: what would be invisible, move the cursor,
 * colour the terminal or turn the reading direction becomes a visible escape such as `\u{1B}`.
 */

// C0 and C1 controls but tab and line feed, invisible and direction-changing format characters, interlinear and tag
// characters, noncharacters that XML forbids, lone surrogates. Joiners stay: scripts and emoji need them.
const HIDDEN = new RegExp(
  '[\\0-\\x08\\x0B-\\x1F\\x7F-\\x9F\\xAD\\u061C\\u180E\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u206F' +
    '\\uFEFF\\uFFF9-\\uFFFB\\uFFFE\\uFFFF\\u{E0000}-\\u{E007F}\\p{Cs}]',
  'gu',
);

/** The text in parts: what shows as it is, and hidden characters as escapes. Line ends become `\n`. */
export function parts(text: string): { text: string; hidden: boolean }[] {
  const lines = text.replace(/\r\n/g, '\n');
  const found: { text: string; hidden: boolean }[] = [];
  let from = 0;
  for (const match of lines.matchAll(HIDDEN)) {
    if (match.index > from) found.push({ text: lines.slice(from, match.index), hidden: false });
    found.push({ text: `\\u{${match[0].codePointAt(0)!.toString(16).toUpperCase()}}`, hidden: true });
    from = match.index + match[0].length;
  }
  if (from < lines.length) found.push({ text: lines.slice(from), hidden: false });
  return found;
}

/** The same as one string. */
export function visible(text: string): string {
  return parts(text)
    .map((part) => part.text)
    .join('');
}

/** The same on one line: tabs and line feeds become spaces. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}

/** At most `max` UTF-16 units, never half a character; `of` is the whole length. */
export function clip(text: string, max: number): { text: string; clipped: boolean; of: number } {
  if (text.length <= max) return { text, clipped: false, of: text.length };
  const last = text.charCodeAt(max - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? max - 1 : max;
  return { text: text.slice(0, end), clipped: true, of: text.length };
}

/** The same with an ellipsis, for labels. */
export function ellipsis(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
