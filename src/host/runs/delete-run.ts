import { l10n, Uri, window, workspace } from 'vscode';
import type { History, RunRef } from '../ports.ts';

/**
 * Moves a run's folder to the trash after asking; where the machine has no trash it asks again before deleting.
 * @throws Error for the user: the run goes on, or the folder cannot be removed
 */
export async function deleteRun({ history }: { history: History }, run: RunRef): Promise<void> {
  const look = async () => {
    const listed = (await history.list(run.folder)).find(({ id }) => id === run.id);
    if (listed?.active || listed?.state === 'running')
      throw new Error(l10n.t('The run {0} goes on: cancel it before you delete it.', run.id));
    return listed;
  };
  const listed = await look();
  const toTrash = l10n.t('Move to Trash');
  const detail = listed?.isBaseline
    ? l10n.t('It is the baseline of {0}; there will be none then.', run.folder.name)
    : l10n.t('Its answers, scores and report go with it.');
  const sure = await window.showWarningMessage(l10n.t('Delete the run {0}?', run.id), { modal: true, detail }, toTrash);
  if (sure !== toTrash) return;
  // Somebody may have resumed it while the question stood.
  await look();
  if (!(await remove(Uri.file(run.path), run.id))) return;
  if (listed?.isBaseline) await history.setBaseline(run.folder, null);
}

async function remove(folder: Uri, id: string): Promise<boolean> {
  try {
    await workspace.fs.delete(folder, { recursive: true, useTrash: true });
    return true;
  } catch {
    const forGood = l10n.t('Delete Permanently');
    const detail = l10n.t('It cannot be brought back.');
    const message = l10n.t('The run {0} cannot be moved to a trash here. Delete it for good?', id);
    if ((await window.showWarningMessage(message, { modal: true, detail }, forGood)) !== forGood) return false;
    await workspace.fs.delete(folder, { recursive: true, useTrash: false });
    return true;
  }
}
