import { relative } from 'node:path';
import { commands, env, l10n, Range, type TextDocument, Uri, ViewColumn, window, workspace } from 'vscode';
import type { Messages } from '../messages.ts';
import type { Folders, History, PoqFolder, Reader } from '../ports.ts';
import { deleteRun } from '../runs/delete-run.ts';
import { exportRun } from '../runs/export-run.ts';
import { editConfig } from '../workspace/config-edit.ts';
import { CONFIG_NAME } from '../workspace/configs.ts';
import { fileIn } from '../workspace/folders.ts';
import type { PanelActions } from './bridge.ts';
import { fileInside, placeOfSample } from './sample-place.ts';

export interface ActionDeps {
  folders: Folders;
  history: History;
  reader: Reader;
  messages: Messages;
}

/** What stands behind the panel's buttons in the editor. */
export function createPanelActions(deps: ActionDeps): PanelActions {
  const { folders, reader, messages } = deps;
  return {
    revealSample: (folder, sample, source) => revealSample(deps, folder, sample, source),
    exportRun: (run) => exportRun(run, reader, messages),
    deleteRun: (run) => deleteRun(deps, run),
    copyText: async (text) => env.clipboard.writeText(text),
    saveFile: async (folder, name, content) => {
      const near = folder ?? folders.all()[0];
      const defaultUri = near ? Uri.joinPath(near.uri, name) : undefined;
      const target = await window.showSaveDialog({ defaultUri, title: l10n.t('Save {0}', name) });
      if (!target) return;
      await workspace.fs.writeFile(target, content);
      await messages.info(l10n.t('Saved {0}.', target.fsPath), [
        { title: l10n.t('Open'), command: 'vscode.open', args: [target] },
      ]);
    },
    changeConfig: async (folder, changes, why) => {
      if (!(await exists(fileIn(folder, CONFIG_NAME)))) {
        const text = l10n.t('{0} has no {1} that could be changed.', folder.name, CONFIG_NAME);
        await messages.info(text, [{ title: l10n.t('Create Workspace Config'), command: 'poq.createConfig' }]);
        return;
      }
      const document = await editConfig(folder, changes, ViewColumn.Beside);
      if (!document.isDirty) return messages.info(l10n.t('{0} says so already.', CONFIG_NAME));
      await messages.info(l10n.t('{0} It counts from the next run on, once you save {1}.', why, CONFIG_NAME), [
        { title: l10n.t('Save'), run: () => document.save() },
      ]);
    },
    command: async (name, folder) => {
      switch (name) {
        case 'manageTrust':
          return commands.executeCommand('workbench.trust.manage');
        case 'openOutput':
          return messages.log.show();
        case 'openConfig':
          return openConfig(folder ?? (await folders.pick()));
        default:
          // Not awaited: a run takes as long as it takes, and tells its problems itself.
          void commands.executeCommand(`poq.${name}`);
      }
    },
  };
}

async function openConfig(folder: PoqFolder | undefined): Promise<void> {
  if (!folder) return;
  const file = fileIn(folder, CONFIG_NAME);
  if (await exists(file)) await window.showTextDocument(file);
  else await commands.executeCommand('poq.createConfig');
}

async function exists(file: Uri): Promise<boolean> {
  return workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/** Shows a sample's line in its file, in the editor group beside the panel. */
async function revealSample(
  { reader, messages }: ActionDeps,
  folder: PoqFolder,
  sample: string,
  source: { file: string; line?: number },
): Promise<void> {
  const path = await fileInside(folder.root, source.file);
  const uri = fileIn(folder, relative(folder.root, path).replaceAll('\\', '/'));
  let document: TextDocument;
  try {
    document = await workspace.openTextDocument(uri);
  } catch {
    // Too large for extensions, or no text: the editor itself may still show it.
    await commands.executeCommand('vscode.open', uri, {
      viewColumn: ViewColumn.Beside,
      selection: rangeOf(source.line),
    });
    return;
  }
  const order = { root: folder.root, path: source.file, text: document.getText(), sample, line: source.line };
  const { line, note } = await placeOfSample(reader, order);
  const open = window.visibleTextEditors.find((editor) => editor.document === document);
  await window.showTextDocument(document, {
    viewColumn: open?.viewColumn ?? ViewColumn.Beside,
    selection: rangeOf(line === null ? undefined : Math.min(line, document.lineCount)),
  });
  if (note !== null) await messages.warning(note);
}

/** @param line from 1 */
function rangeOf(line: number | undefined): Range | undefined {
  return line === undefined ? undefined : new Range(line - 1, 0, line - 1, 0);
}
