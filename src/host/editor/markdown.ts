/** Texts of users and models inside Markdown: as data, whatever they hold. */

/** A text on one line, with nothing that Markdown reads. */
export function inline(text: string, limit = 200): string {
  return cut(text.replace(/\s+/g, ' ').trim(), limit)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+\-.!|>~$:@]/g, '\\$&');
}

/** A text in a code block that it cannot end. */
export function fenced(text: string, limit: number): string {
  const shown = cut(text, limit);
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown}\n${fence}`;
}

/** At most `limit` characters, no surrogate pair split, with a mark where something was left out. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\uD800-\uDBFF]/.test(text[limit - 1]!) ? limit - 1 : limit;
  return `${text.slice(0, end)}…`;
}
