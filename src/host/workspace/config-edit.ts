import { l10n, Range, type TextDocument, WorkspaceEdit, window, workspace } from 'vscode';
import type { PoqFolder } from '../ports.ts';
import { CONFIG_NAME } from './configs.ts';
import { fileIn } from './folders.ts';

/** A new value for a key of the config. */
export interface ConfigChange {
  path: (string | number)[];
  value: unknown;
}

/**
 * Changes keys of a folder's config in an editor that the user sees, keeping comments and layout. Nothing is saved: the
 * user looks at it, and saves or undoes it.
 * @throws Error for the user where there is no config
 */
export async function editConfig(folder: PoqFolder, changes: ConfigChange[]): Promise<TextDocument> {
  const file = fileIn(folder, CONFIG_NAME);
  let document: TextDocument;
  try {
    document = await workspace.openTextDocument(file);
  } catch {
    throw new Error(l10n.t('{0} has no {1}: make one first (PoQ: Create Workspace Config).', folder.name, CONFIG_NAME));
  }
  const { applyEdits, modify } = await import('jsonc-parser');
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: document.eol === 1 ? '\n' : '\r\n' };
  let text = document.getText();
  let first = Number.POSITIVE_INFINITY;
  for (const { path, value } of changes) {
    const edits = modify(text, path, value, { formattingOptions });
    first = Math.min(first, ...edits.map(({ offset }) => offset));
    text = applyEdits(text, edits);
  }
  const whole = new Range(document.positionAt(0), document.positionAt(document.getText().length));
  const edit = new WorkspaceEdit();
  edit.replace(file, whole, text);
  await workspace.applyEdit(edit);
  const editor = await window.showTextDocument(document, { preview: false });
  if (Number.isFinite(first)) {
    const position = document.positionAt(first);
    editor.revealRange(new Range(position, position));
  }
  return document;
}
