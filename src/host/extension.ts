import { join } from 'node:path';
import { commands, EventEmitter, type ExtensionContext, window, workspace } from 'vscode';
import { placesOf } from '../node/places.ts';
import { startEngine } from '../node/worker-client/engine.ts';
import { startReader } from '../node/worker-client/reader.ts';
import type { EngineHostApi } from '../protocol/engine.ts';
import { resultsCommands } from './commands/results.ts';
import { scoreCommands } from './commands/score.ts';
import { setupCommands } from './commands/setup.ts';
import { registerEditorFeatures } from './editor/index.ts';
import { createEditorModels } from './language-models/editor-models.ts';
import { createMessages, guarded } from './messages.ts';
import { createPanels } from './panel/panels.ts';
import { followRuns } from './runs/context-keys.ts';
import { createHistory } from './runs/history.ts';
import { createRunWatch, type RunChange } from './runs/run-watch.ts';
import { createRuns } from './runs/runs.ts';
import { registerStatusBar } from './runs/status-bar.ts';
import { registerTesting } from './testing/index.ts';
import { registerViews } from './views/index.ts';
import { createConfigs } from './workspace/configs.ts';
import { createFolders } from './workspace/folders.ts';
import { proxyVariables } from './workspace/proxy.ts';
import { createKeys } from './workspace/secrets.ts';

/** Puts the extension together. Nothing is started here: processes, views and documents come when they are asked for. */
export function activate(context: ExtensionContext): void {
  const program = (name: string) => join(context.extensionPath, 'dist', name);
  const places = () => {
    const usual = placesOf(context.extensionPath, process.env);
    const cache = workspace.getConfiguration('poq').get<string>('cacheFolder');
    return cache ? { ...usual, cache } : usual;
  };
  const log = window.createOutputChannel('PoQ Lab', { log: true });
  const tellLog = (text: string) => log.warn(text);
  const messages = createMessages(log);
  const folders = createFolders();
  const configs = createConfigs(folders);
  const keys = createKeys(context.secrets);

  const runChanges = new EventEmitter<RunChange>();
  const reader = startReader(
    program('read-worker.mjs'),
    { onRunChanged: (change) => runChanges.fire(change) },
    tellLog,
    proxyVariables,
  );
  const watch = createRunWatch(reader, runChanges.event);
  const editorModels = createEditorModels(context.languageModelAccessInformation);
  const engine = (host: Pick<EngineHostApi, 'onEvents'>) => {
    const started = startEngine(program('run-worker.mjs'), { ...editorModels, ...host }, tellLog, proxyVariables);
    const dispose = () => {
      editorModels.abortAll();
      return started.dispose();
    };
    return { ...started, dispose };
  };
  const runs = createRuns({ folders, configs, keys, reader, messages, places, startEngine: engine });
  const history = createHistory(folders, reader, runs);
  const panels = createPanels({ context, folders, configs, reader, runs, history, watch, messages });

  const editor = registerEditorFeatures({
    folders,
    configs,
    keys,
    reader,
    runs,
    history,
    panels,
    places,
    editorModels: editorModels.names,
  });

  const all = {
    ...scoreCommands({ folders, configs, documents: editor.documents, runs, panels, messages }),
    ...resultsCommands({ history, runs, panels, reader, messages }),
    ...setupCommands({ folders, configs, keys, reader, messages, places, editorModels: editorModels.list }),
  };
  for (const [name, work] of Object.entries(all)) {
    context.subscriptions.push(commands.registerCommand(`poq.${name}`, guarded(messages, work)));
  }
  context.subscriptions.push(
    folders,
    configs,
    runChanges,
    { dispose: () => void reader.dispose() },
    watch,
    runs,
    history,
    panels,
    registerStatusBar(runs),
    followRuns(folders, history),
    registerViews({ folders, configs, keys, reader, runs, history, places }),
    editor,
    registerTesting({ folders, configs, reader, runs, documents: editor.documents }),
    // Last: what ends may have something to say.
    log,
  );
}
