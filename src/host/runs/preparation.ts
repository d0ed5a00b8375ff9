import { l10n, Selection, type Uri, window, workspace } from 'vscode';
import type { Config } from '../../core/config.ts';
import type { KeptKey, PlaceNames, RunOrder, RunScope } from '../../protocol/engine.ts';
import type { Download } from '../../protocol/reader.ts';
import type { Messages } from '../messages.ts';
import type { Configs, Folders, PoqFolder, Reader } from '../ports.ts';
import { CONFIG_NAME } from '../workspace/configs.ts';
import { fileIn } from '../workspace/folders.ts';
import type { Keys } from '../workspace/secrets.ts';
import { askForDownloads } from './downloads.ts';

export interface PreparationDeps {
  folders: Folders;
  configs: Configs;
  keys: Keys;
  reader: Reader;
  messages: Messages;
  places(): PlaceNames;
}

/** What an engine needs beside what to run. */
export type Permissions = Pick<RunOrder, 'places' | 'keys' | 'downloads'>;

/**
 * Everything that has to be there before a run: changed files saved, a config without errors, keys, and the user's
 * agreement to downloads. Tells the user what is missing.
 * @returns undefined where the run cannot or shall not start
 */
export async function prepareRun(
  deps: PreparationDeps,
  folder: PoqFolder,
  scope: RunScope,
): Promise<RunOrder | undefined> {
  if (!(await saveChanged(deps, folder))) return undefined;
  const { file, config, problems } = await deps.configs.of(folder);
  if (config === null) {
    const { message, line } = problems[0]!;
    const place = line === undefined ? CONFIG_NAME : `${CONFIG_NAME}:${line}`;
    await deps.messages.error(l10n.t('The config has errors, so nothing was run. {0}: {1}', place, message), [
      { title: l10n.t('Open Config'), run: () => openAt(fileIn(folder, CONFIG_NAME), line) },
    ]);
    return undefined;
  }
  const permissions = await askPermissions(deps, folder, config, scope.models);
  return (
    permissions && { ...permissions, root: folder.root, configFile: file, config: file === null ? config : null, scope }
  );
}

/** Keys and downloads for a config's models. Undefined where something is missing; the user was told. */
export async function askPermissions(
  deps: PreparationDeps,
  folder: PoqFolder,
  config: Config,
  models?: string[],
): Promise<Permissions | undefined> {
  const keys = await deps.keys.of(config);
  if (!(await hasKeys(deps, folder, config, keys, models))) return undefined;
  const places = deps.places();
  const downloads = await deps.reader.downloads({ root: folder.root, config, places, models });
  if (downloads.length > 0 && !(await askForDownloads(downloads, deps.messages))) return undefined;
  return { places, keys, downloads: downloads.map(({ hub }: Download) => hub) };
}

/** Runs read files, not editors: what was changed is saved first, as before a test run. False: a file could not be. */
async function saveChanged({ folders, messages }: PreparationDeps, folder: PoqFolder): Promise<boolean> {
  for (const document of workspace.textDocuments) {
    if (!document.isDirty || document.isUntitled || folders.of(document.uri).root !== folder.root) continue;
    if (await document.save()) continue;
    await messages.error(l10n.t('{0} could not be saved, so nothing was run.', document.fileName));
    return false;
  }
  return true;
}

async function hasKeys(
  { messages }: PreparationDeps,
  folder: PoqFolder,
  config: Config,
  keys: Record<string, KeptKey>,
  models: string[] | undefined,
): Promise<boolean> {
  for (const model of config.models) {
    if (model.provider !== 'openai' || !model.apiKey || (models && !models.includes(model.id))) continue;
    const { env } = model.apiKey;
    if (keys[model.id] || process.env[env]) continue;
    const message = l10n.t(
      'The model "{0}" needs a key: {1} is neither set in the environment nor kept by the editor.',
      model.id,
      env,
    );
    await messages.error(message, [
      { title: l10n.t('Set API Key'), command: 'poq.setApiKey', args: [{ folder, node: model }] },
    ]);
    return false;
  }
  return true;
}

async function openAt(file: Uri, line: number | undefined): Promise<void> {
  const editor = await window.showTextDocument(file);
  if (line === undefined) return;
  const { range } = editor.document.lineAt(Math.min(line, editor.document.lineCount) - 1);
  editor.selection = new Selection(range.start, range.start);
  editor.revealRange(range);
}
