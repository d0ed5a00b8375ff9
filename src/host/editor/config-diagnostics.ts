import { dirname } from 'node:path';
import { type Disposable, languages, type TextDocument, Uri, workspace } from 'vscode';
import type { PlaceNames } from '../../protocol/engine.ts';
import type { Configs, Folders, Reader } from '../ports.ts';
import { CONFIG_NAME } from '../workspace/configs.ts';
import { isOnDisk } from '../workspace/folders.ts';
import type { Keys } from '../workspace/secrets.ts';
import { toDiagnostics } from './diagnostics.ts';

/** Pause after an edit before a config is checked, in milliseconds. */
const PAUSE = 400;

export interface ConfigDiagnosticsDeps {
  folders: Folders;
  configs: Configs;
  reader: Pick<Reader, 'checkConfig'>;
  keys: Keys;
  places: () => PlaceNames;
  /** What a config may call the editor's own language models. */
  editorModels: () => Promise<string[]>;
}

/** What is wrong in the open configs, saved or not, that only a run would find. */
export function registerConfigDiagnostics(deps: ConfigDiagnosticsDeps): Disposable {
  const collection = languages.createDiagnosticCollection('poq.config');
  const timers = new Map<TextDocument, NodeJS.Timeout>();

  const check = async (document: TextDocument) => {
    const configFile = document.uri.fsPath;
    const root = dirname(configFile);
    const keys = await keptKeys(deps, document);
    const { version } = document;
    const text = document.getText();
    // The editor is asked for its models only where a config names one.
    const editorModels = text.includes('vscode-lm') ? await deps.editorModels() : undefined;
    const order = { root, configFile, text, places: deps.places(), keys, editorModels };
    // A reader that ended says nothing about the config; the next change asks again.
    const findings = await deps.reader.checkConfig(order).catch(() => null);
    if (findings === null || document.isClosed || document.version !== version) return;
    const own = findings.map((f) => (f.file === undefined ? { ...f, file: CONFIG_NAME } : f));
    const fileUri = (path: string) => Uri.joinPath(document.uri, '..', ...path.split('/'));
    collection.set(document.uri, toDiagnostics(own, document, CONFIG_NAME, fileUri));
  };
  const checkSoon = (document: TextDocument, pause: number) => {
    if (!isOnDisk(document.uri) || !document.uri.path.endsWith(`/${CONFIG_NAME}`)) return;
    clearTimeout(timers.get(document));
    timers.set(
      document,
      setTimeout(() => {
        timers.delete(document);
        void check(document);
      }, pause),
    );
  };
  const checkAll = () => {
    for (const document of workspace.textDocuments) checkSoon(document, 0);
  };
  checkAll();
  const subscriptions = [
    collection,
    workspace.onDidOpenTextDocument((document) => checkSoon(document, 0)),
    workspace.onDidChangeTextDocument(({ document }) => checkSoon(document, PAUSE)),
    // Another file may be what a pattern lacked.
    workspace.onDidSaveTextDocument(() => checkAll()),
    workspace.onDidCreateFiles(() => checkAll()),
    workspace.onDidDeleteFiles(() => checkAll()),
    workspace.onDidRenameFiles(() => checkAll()),
    deps.configs.onDidChange(() => checkAll()),
    workspace.onDidCloseTextDocument((document) => {
      clearTimeout(timers.get(document));
      timers.delete(document);
      collection.delete(document.uri);
    }),
  ];
  return {
    dispose: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Ids of the models of the saved config for which a key is kept. */
async function keptKeys({ folders, configs, keys }: ConfigDiagnosticsDeps, document: TextDocument): Promise<string[]> {
  const { config } = await configs.of(folders.of(document.uri));
  return config ? Object.keys(await keys.of(config)) : [];
}
