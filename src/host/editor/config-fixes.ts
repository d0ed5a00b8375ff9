import {
  CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Disposable,
  l10n,
  languages,
  Range,
  type TextDocument,
  WorkspaceEdit,
} from 'vscode';
import { CONFIG_NAME } from '../workspace/configs.ts';
import { fixFor, keyOn } from './fix-text.ts';

/** Quick fixes in the config: the key that was meant, and where a key can be kept instead of in a variable. */
export function registerConfigFixes(): Disposable {
  return languages.registerCodeActionsProvider(
    { scheme: 'file', pattern: `**/${CONFIG_NAME}` },
    {
      provideCodeActions: async (document, range, { diagnostics }) => {
        const keep = diagnostics.filter((d) => d.source === 'PoQ' && fixFor(d.message)?.kind === 'setKey').map(keepKey);
        // What the schema forbids is told by the editor itself, without what was meant.
        return diagnostics.length === 0 ? [] : [...keep, ...(await renames(document, range))];
      },
    },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

function keepKey(diagnostic: Diagnostic): CodeAction {
  const action = new CodeAction(l10n.t('Keep the key in the editor'), CodeActionKind.QuickFix);
  action.command = { title: action.title, command: 'poq.setApiKey' };
  action.diagnostics = [diagnostic];
  return action;
}

/** The keys on these lines that no config has, each with the nearest one that it has. */
async function renames(document: TextDocument, range: Range): Promise<CodeAction[]> {
  const { parseConfig } = await import('../../core/config-parse.ts');
  return parseConfig(document.getText(), CONFIG_NAME).diagnostics.flatMap(({ line, message }) => {
    const fix = fixFor(message);
    if (fix?.kind !== 'replace' || line === undefined) return [];
    const at = line - 1;
    const place = at < range.start.line || at > range.end.line ? null : keyOn(document.lineAt(at).text, fix.key);
    if (!place) return [];
    const action = new CodeAction(l10n.t('Change "{0}" to "{1}"', fix.key, fix.by), CodeActionKind.QuickFix);
    action.edit = new WorkspaceEdit();
    action.edit.replace(document.uri, new Range(at, place.start, at, place.end), fix.by);
    action.isPreferred = true;
    return [action];
  });
}
