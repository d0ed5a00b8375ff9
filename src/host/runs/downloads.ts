import { l10n, window, workspace } from 'vscode';
import type { Download } from '../../protocol/reader.ts';
import type { Messages } from '../messages.ts';
import { bytesText } from '../text.ts';

/** Asks before a model is fetched for the first time, with its size and licence. False: nothing may be fetched. */
export async function askForDownloads(downloads: Download[], messages: Messages): Promise<boolean> {
  const names = downloads.map(({ hub }) => hub).join(', ');
  if (workspace.getConfiguration('poq').get<string>('downloads') === 'never') {
    const message = l10n.t('{0} would have to be downloaded, and the setting poq.downloads forbids it.', names);
    await messages.error(message, [
      { title: l10n.t('Open Settings'), command: 'workbench.action.openSettings', args: ['poq.downloads'] },
    ]);
    return false;
  }
  const question =
    downloads.length === 1
      ? l10n.t('Download {0} from the hub?', names)
      : l10n.t('Download {0} models from the hub?', downloads.length);
  const download = l10n.t('Download');
  const detail = downloads.map(describe).join('\n');
  return (await window.showWarningMessage(question, { modal: true, detail }, download)) === download;
}

function describe({ hub, usedBy, bytes, licence, problem }: Download): string {
  const size = bytes === null ? l10n.t('size unknown') : bytesText(bytes);
  const terms = licence === null ? l10n.t('licence unknown') : l10n.t('licence: {0}', licence);
  const text = l10n.t('{0} (for {1}): {2}, {3}.', hub, usedBy.join(', '), size, terms);
  return problem === null ? text : `${text} ${problem}`;
}
