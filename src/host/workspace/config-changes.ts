import { applyEdits, modify, type ParseError, parseTree } from 'jsonc-parser';
import { l10n } from 'vscode';

/** A new value for a key of the config. */
export interface ConfigChange {
  path: (string | number)[];
  value: unknown;
}

/**
 * The text of a config with some values changed; comments and formatting stay.
 * @throws Error for the user where the text cannot be changed
 */
export function withChanges(text: string, changes: ConfigChange[]): string {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root?.type !== 'object')
    throw new Error(l10n.t('The config has errors: mend them first, then try again.'));
  const formattingOptions = { ...indentOf(text), eol: text.includes('\r\n') ? '\r\n' : '\n' };
  try {
    return changes.reduce(
      (changed, { path, value }) => applyEdits(changed, modify(changed, path, value, { formattingOptions })),
      text,
    );
  } catch {
    throw new Error(l10n.t('The config has errors: mend them first, then try again.'));
  }
}

/** As the first line that is indented does it; two spaces without one. */
function indentOf(text: string): { insertSpaces: boolean; tabSize: number } {
  const indent = /^(\t| +)\S/m.exec(text)?.[1] ?? '  ';
  return { insertSpaces: indent !== '\t', tabSize: indent === '\t' ? 4 : indent.length };
}

/** The one replacement that makes `after` of `before`, as short as it can be. */
export function replacement(before: string, after: string): { offset: number; length: number; text: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { offset: start, length: before.length - start - end, text: after.slice(start, after.length - end) };
}
