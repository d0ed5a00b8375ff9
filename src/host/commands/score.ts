import { l10n, Uri, window, workspace } from 'vscode';
import type { RunScope } from '../../protocol/engine.ts';
import type { Tab } from '../../protocol/panel.ts';
import type { PromptDocuments } from '../editor/prompt-documents.ts';
import type { Messages } from '../messages.ts';
import type { Configs, Folders, Panels, PoqFolder, Runs } from '../ports.ts';
import { isOnDisk } from '../workspace/folders.ts';
import { idsAtLine } from './at-cursor.ts';

export interface ScoreDeps {
  folders: Folders;
  configs: Configs;
  documents: Pick<PromptDocuments, 'current'>;
  runs: Runs;
  panels: Panels;
  messages: Messages;
}

/** The commands that run prompt files. Called from the palette, or with a file and samples from lenses and menus. */
export function scoreCommands(deps: ScoreDeps) {
  return {
    scoreFile: async (file?: Uri, samples?: unknown) => {
      const place = await promptFile(deps, file);
      if (!place) return;
      const ids = idsOf(samples);
      await start(deps, place.folder, { files: [place.path], samples: ids }, ids ? null : 'leaderboard');
    },
    scorePrompt: async (file?: Uri, samples?: unknown) => {
      const place = await promptFile(deps, file);
      const ids = idsOf(samples) ?? (place && (await samplesAtCursor(deps, place)));
      if (!place || !ids) return;
      await start(deps, place.folder, { files: [place.path], samples: ids }, null);
    },
    compareModels: async (file?: Uri, samples?: unknown) => {
      const place = await promptFile(deps, file);
      if (!place) return;
      const models = await pickModels(deps, place.folder);
      if (!models) return;
      await start(deps, place.folder, { files: [place.path], samples: idsOf(samples), models }, 'compare');
    },
    runWorkspace: async () => {
      const folder = await deps.folders.pick();
      if (folder) await start(deps, folder, {}, 'leaderboard');
    },
  };
}

interface PromptFile {
  folder: PoqFolder;
  path: string;
  uri: Uri;
}

/** Menus of the explorer hand over all selected files as the second argument: those are no ids. */
function idsOf(samples: unknown): string[] | undefined {
  const given = Array.isArray(samples) && samples.length > 0 && samples.every((id) => typeof id === 'string');
  return given ? (samples as string[]) : undefined;
}

/** The file that a command is about. Tells the user why it cannot be scored. */
async function promptFile({ folders, messages }: ScoreDeps, file?: Uri): Promise<PromptFile | undefined> {
  let uri = file instanceof Uri ? file : window.activeTextEditor?.document.uri;
  if (!uri) {
    await messages.warning(l10n.t('Open a prompt file first.'));
    return undefined;
  }
  if (uri.scheme === 'untitled') {
    // Runs read files: an editor that was never saved gets its name first.
    uri = await workspace.save(uri);
    if (!uri) return undefined;
  }
  if (!isOnDisk(uri)) {
    await messages.warning(l10n.t('{0} is not on the disk of this machine: save a copy of it there.', uri.path));
    return undefined;
  }
  return { folder: folders.of(uri), path: folders.pathOf(uri)!, uri };
}

/** Read as the lenses above the prompts are: in the format that the config names for the file. */
async function samplesAtCursor({ documents, messages }: ScoreDeps, file: PromptFile): Promise<string[] | undefined> {
  const document = await workspace.openTextDocument(file.uri);
  const editor = window.visibleTextEditors.find((visible) => visible.document === document);
  const samples = (await documents.current(document))?.contents.samples ?? [];
  const ids = idsAtLine(samples, (editor?.selection.active.line ?? 0) + 1);
  if (ids.length > 0) return ids;
  await messages.warning(l10n.t('There is no prompt in {0} that could be read.', file.path));
  return undefined;
}

/** All models are chosen at first; with two at most there is nothing to ask. */
async function pickModels({ configs }: ScoreDeps, folder: PoqFolder): Promise<string[] | undefined> {
  const { config } = await configs.of(folder);
  if (!config || config.models.length <= 2) return config?.models.map(({ id }) => id) ?? [];
  const items = config.models.map((model) => ({
    label: model.id,
    description: model.provider,
    picked: true,
  }));
  const chosen = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: l10n.t('Which models shall be compared?'),
  });
  return chosen && chosen.length > 0 ? chosen.map(({ label }) => label) : undefined;
}

/** Starts a run; `reveal` opens the panel as soon as there is something to see, unless the user does not want that. */
async function start(deps: ScoreDeps, folder: PoqFolder, scope: RunScope, reveal: Tab | null): Promise<void> {
  const wanted = workspace.getConfiguration('poq', folder.uri).get<string>('openResults') !== 'never';
  const tab = wanted ? reveal : null;
  let shown = false;
  const subscription = deps.runs.onDidChange(({ folder: of, scope: other, run }) => {
    if (shown || tab === null || run === null || of.root !== folder.root || other !== scope) return;
    shown = true;
    deps.panels.show({ run, tab }).catch((error: Error) => deps.messages.error(error.message));
  });
  try {
    await deps.runs.start(folder, scope);
  } finally {
    subscription.dispose();
  }
}
