import {
  l10n,
  Range,
  Selection,
  type TextDocument,
  TextEditorRevealType,
  type ViewColumn,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import type { PoqFolder } from '../ports.ts';
import type { ConfigChange } from './config-changes.ts';
import { CONFIG_NAME } from './configs.ts';
import { fileIn } from './folders.ts';

/**
 * Changes keys of a folder's config in an editor that the user sees, keeping comments and layout. Nothing is saved: the
 * user looks at it, and saves or undoes it.
 * @throws Error for the user where there is no config, or one that cannot be read
 */
export async function editConfig(
  folder: PoqFolder,
  changes: ConfigChange[],
  viewColumn?: ViewColumn,
): Promise<TextDocument> {
  const file = fileIn(folder, CONFIG_NAME);
  let document: TextDocument;
  try {
    document = await workspace.openTextDocument(file);
  } catch {
    throw new Error(l10n.t('{0} has no {1}: make one first (PoQ: Create Workspace Config).', folder.name, CONFIG_NAME));
  }
  const { replacement, withChanges } = await import('./config-changes.ts');
  const before = document.getText();
  const { offset, length, text } = replacement(before, withChanges(before, changes));
  const editor = await window.showTextDocument(document, { preview: false, viewColumn });
  if (length === 0 && text === '') return document;
  const edit = new WorkspaceEdit();
  edit.replace(file, new Range(document.positionAt(offset), document.positionAt(offset + length)), text);
  await workspace.applyEdit(edit);
  const changed = new Range(document.positionAt(offset), document.positionAt(offset + text.length));
  editor.selection = new Selection(changed.start, changed.end);
  editor.revealRange(changed, TextEditorRevealType.InCenterIfOutsideViewport);
  return document;
}
