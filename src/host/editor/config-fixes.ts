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
      provideCodeActions: (document, _range, { diagnostics }) =>
        diagnostics
          .filter(({ source }) => source === 'PoQ')
          .flatMap((diagnostic) => actionFor(document, diagnostic) ?? []),
    },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

function actionFor(document: TextDocument, diagnostic: Diagnostic): CodeAction | null {
  const fix = fixFor(diagnostic.message);
  if (fix?.kind === 'setKey') {
    const action = new CodeAction(l10n.t('Keep the key in the editor'), CodeActionKind.QuickFix);
    action.command = { title: action.title, command: 'poq.setApiKey' };
    action.diagnostics = [diagnostic];
    return action;
  }
  const { line } = diagnostic.range.start;
  const place = fix && keyOn(document.lineAt(line).text, fix.key);
  if (!place) return null;
  const action = new CodeAction(l10n.t('Change "{0}" to "{1}"', fix.key, fix.by), CodeActionKind.QuickFix);
  action.edit = new WorkspaceEdit();
  action.edit.replace(document.uri, new Range(line, place.start, line, place.end), fix.by);
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  return action;
}
