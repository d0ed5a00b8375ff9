import { l10n, Uri, window, workspace } from 'vscode';
import type { Messages } from '../messages.ts';
import type { Reader, RunRef } from '../ports.ts';

const FORMATS = [
  { label: 'HTML', detail: l10n.t('One page with tables, charts and samples'), format: 'html' },
  { label: 'Markdown', detail: l10n.t('The tables and what they say'), format: 'md' },
  { label: 'CSV', detail: l10n.t('The figures of every model'), format: 'csv' },
  { label: 'JSON', detail: l10n.t('The whole summary, as `poq run --json` prints it'), format: 'json' },
] as const;

/** Asks for a format and a file, and writes the report of a run there. */
export async function exportRun(run: RunRef, reader: Reader, messages: Messages): Promise<void> {
  const chosen = await window.showQuickPick(FORMATS, { placeHolder: l10n.t('Report of {0} as', run.id) });
  if (!chosen) return;
  const { format, label } = chosen;
  const defaultUri = Uri.joinPath(run.folder.uri, `poq-${run.id}.${format}`);
  const title = l10n.t('Save Report');
  const target = await window.showSaveDialog({ title, defaultUri, filters: { [label]: [format] } });
  if (!target) return;
  const text = await reader.exportRun({ path: run.path, format });
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  await messages.info(l10n.t('Saved {0}.', target.fsPath), [
    { title: l10n.t('Open'), command: 'vscode.open', args: [target] },
  ]);
}
