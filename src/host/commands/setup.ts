import { l10n, type QuickPickItem, type Uri, window, workspace } from 'vscode';
import type { ModelConfig } from '../../core/config.ts';
import type { PlaceNames } from '../../protocol/engine.ts';
import type { CandidateModel } from '../../protocol/reader.ts';
import type { Messages } from '../messages.ts';
import type { Configs, Folders, PoqFolder, Reader } from '../ports.ts';
import { editConfig } from '../workspace/config-edit.ts';
import { CONFIG_NAME } from '../workspace/configs.ts';
import { fileIn } from '../workspace/folders.ts';
import type { Keys } from '../workspace/secrets.ts';

export interface SetupDeps {
  folders: Folders;
  configs: Configs & { touch(folder: PoqFolder): void };
  keys: Keys;
  reader: Reader;
  messages: Messages;
  places(): PlaceNames;
  /** Language models that the editor itself offers. */
  editorModels(): Promise<CandidateModel[]>;
}

/** The commands that set a workspace up. */
export function setupCommands(deps: SetupDeps) {
  return {
    createConfig: async () => {
      const folder = await deps.folders.pick();
      if (folder) await createConfig(deps, folder);
    },
    chooseModels: async () => {
      const folder = await deps.folders.pick();
      if (folder) await chooseModels(deps, folder);
    },
    setApiKey: async (given?: unknown) => {
      const folder = folderOf(given) ?? (await deps.folders.pick());
      if (folder) await setApiKey(deps, folder, modelIdOf(given));
    },
    showDevices: () => showDevices(deps),
  };
}

/** The model that a row of a view, or a message, is about. */
function modelIdOf(given: unknown): string | undefined {
  const node = (given as { node?: { id?: unknown } } | undefined)?.node;
  return typeof node?.id === 'string' ? node.id : undefined;
}

/** Its folder, which need not be one of the workspace. */
function folderOf(given: unknown): PoqFolder | undefined {
  return (given as { folder?: PoqFolder } | undefined)?.folder;
}

/** Writes a config for what is there; an existing one is opened and left as it is. */
async function createConfig({ reader, places }: SetupDeps, folder: PoqFolder): Promise<void> {
  const file = fileIn(folder, CONFIG_NAME);
  if (!(await exists(file))) {
    const { config, example } = await window.withProgress(
      { location: { viewId: 'poq.models' }, title: l10n.t('Looking for prompt files and model servers') },
      () => reader.proposeConfig({ root: folder.root, places: places() }),
    );
    if (example) await writeNew(fileIn(folder, example.file), example.text);
    await writeNew(file, config);
  }
  await window.showTextDocument(file);
}

async function exists(file: Uri): Promise<boolean> {
  return workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

async function writeNew(file: Uri, text: string): Promise<void> {
  if (!(await exists(file))) await workspace.fs.writeFile(file, new TextEncoder().encode(text));
}

/** Which models the config holds: those it has, bundled ones, those of servers on this machine and of the editor. */
async function chooseModels(deps: SetupDeps, folder: PoqFolder): Promise<void> {
  const { file, config, problems } = await deps.configs.of(folder);
  if (config === null) {
    await deps.messages.error(l10n.t('The config has errors: {0}', problems[0]!.message));
    await window.showTextDocument(fileIn(folder, CONFIG_NAME));
    return;
  }
  const current = file === null ? [] : config.models;
  const found = [...(await deps.reader.candidates({ places: deps.places() })), ...(await deps.editorModels())];
  const further = found.filter(({ entry }) => !current.some((model) => isSameModel(model, entry)));
  const items: (QuickPickItem & { entry?: ModelConfig })[] = [
    ...current.map((entry) => ({ label: entry.id, description: entry.provider, picked: true, entry })),
    ...further.map(({ label, detail, entry }) => ({ label, description: detail, picked: false, entry })),
  ];
  const chosen = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Models of {0}', folder.name),
    placeHolder: l10n.t('The models that runs of this workspace compare'),
    matchOnDescription: true,
  });
  if (!chosen || chosen.length === 0) return;
  if (file === null) await createConfig(deps, folder);
  await editConfig(folder, [{ path: ['models'], value: withFreeIds(chosen.map(({ entry }) => entry!)).map(written) }]);
}

/** Whether two entries mean the same model: ids are the user's choice and say nothing. */
function isSameModel(a: ModelConfig, b: ModelConfig): boolean {
  if (a.provider !== b.provider || a.provider === 'recorded' || b.provider === 'recorded') return false;
  const base = (model: ModelConfig) => (model.provider === 'openai' ? model.baseUrl : '');
  return a.model === b.model && base(a) === base(b);
}

function withFreeIds(models: ModelConfig[]): ModelConfig[] {
  const taken = new Set<string>();
  return models.map((model) => {
    let { id } = model;
    for (let n = 2; taken.has(id); n++) id = `${model.id} ${n}`;
    taken.add(id);
    return { ...model, id };
  });
}

/** An entry as people would write it: without what is the default anyway. */
function written(model: ModelConfig): object {
  const defaults: Record<string, unknown> = {
    dtype: 'auto',
    device: 'auto',
    batchSize: 1,
    timeoutMs: 120_000,
    retries: 3,
    maxResponseBytes: 10_000_000,
  };
  return Object.fromEntries(
    Object.entries(model).filter(([key, value]) => value !== undefined && defaults[key] !== value),
  );
}

/** Keeps a key in the editor's secret storage, for one model's endpoint; an empty one removes it. */
async function setApiKey(
  { configs, keys, messages }: SetupDeps,
  folder: PoqFolder,
  modelId: string | undefined,
): Promise<void> {
  const { config } = await configs.of(folder);
  const takers = (config?.models ?? []).filter((model) => model.provider === 'openai' && model.apiKey !== undefined);
  if (takers.length === 0) {
    await messages.info(
      l10n.t(
        'No model of {0} takes a key. Give a model of provider "openai" the entry "apiKey": {"env": "NAME"} first.',
        folder.name,
      ),
    );
    return;
  }
  let model = takers.find(({ id }) => id === modelId);
  if (!model) {
    const items = takers.map((taker) => ({ label: taker.id, description: originOf(taker), taker }));
    model = (await window.showQuickPick(items, { placeHolder: l10n.t('The key of which model?') }))?.taker;
  }
  if (!model) return;
  const key = await window.showInputBox({
    title: l10n.t('Key for {0}', model.id),
    prompt: l10n.t('Kept by the editor and sent to {0} alone. Leave it empty to remove a kept key.', originOf(model)),
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return;
  if (key.trim() === '') await keys.remove(model);
  else await keys.set(model, key.trim());
  configs.touch(folder);
}

function originOf(model: ModelConfig): string {
  return model.provider === 'openai' ? new URL(model.baseUrl).origin : '';
}

async function showDevices({ reader, places }: SetupDeps): Promise<void> {
  const items = reader.devices({ places: places() }).then((devices) =>
    devices.map(({ device, works, reason, advice }) => ({
      label: `$(${works ? 'pass' : 'circle-slash'}) ${device}`,
      description: works ? l10n.t('works') : (reason ?? l10n.t('does not work')),
      detail: advice ?? undefined,
    })),
  );
  await window.showQuickPick(items, {
    title: l10n.t('Devices of this machine'),
    placeHolder: l10n.t('Each is tried in a process of its own'),
    matchOnDescription: true,
  });
}
