import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type Disposable,
  type ExtensionContext,
  env,
  l10n,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { PanelPlace } from '../../protocol/panel.ts';
import { postMessageChannel } from '../../protocol/post-message.ts';
import type { Messages } from '../messages.ts';
import type { Configs, Folders, History, Panels, Reader, Runs } from '../ports.ts';
import type { RunWatch } from '../runs/run-watch.ts';
import type { Bridge, PanelRequest } from './bridge.ts';
import { panelHtml } from './html.ts';
import { machineName } from './place.ts';
import { createScopeMemory } from './scope-memory.ts';

export interface PanelsDeps {
  context: Pick<ExtensionContext, 'extensionUri' | 'workspaceState'>;
  folders: Folders;
  configs: Configs;
  reader: Reader;
  runs: Runs;
  history: History;
  watch: RunWatch;
  messages: Messages;
}

const VIEW_TYPE = 'poq.panel';

/** The results panel: one a window, made when it is asked for, brought back when the window is reloaded. */
export function createPanels(deps: PanelsDeps): Panels & Disposable {
  const { context, folders, configs, runs, history, messages } = deps;
  const scopes = createScopeMemory(context.workspaceState, runs);
  let open: { panel: WebviewPanel; bridge: Promise<Bridge> } | null = null;
  const tell = (message: (bridge: Bridge) => void) => void open?.bridge.then(message, () => {});

  const place = async (): Promise<PanelPlace> => {
    const all = folders.all();
    const found = await Promise.all(all.map((folder) => configs.of(folder)));
    return {
      machine: machineName(env.remoteName, hostname(), process.env),
      trusted: workspace.isTrusted,
      severalFolders: all.length > 1,
      hasFolder: all.length > 0,
      hasConfig: found.some(({ file }) => file !== null),
    };
  };

  /** Loaded with the first panel: checking messages takes a library that nothing else needs before. */
  const connectTo = async (panel: WebviewPanel, first: PanelRequest): Promise<Bridge> => {
    const [{ openBridge }, { createPanelActions }] = await Promise.all([import('./bridge.ts'), import('./actions.ts')]);
    const { webview } = panel;
    const channel = postMessageChannel(
      (message) => webview.postMessage(message),
      (listener) => webview.onDidReceiveMessage(listener),
    );
    const log = (error: unknown) => messages.log.error(error instanceof Error ? error : String(error));
    return openBridge({ ...deps, scopes, actions: createPanelActions(deps), place, log }, channel, first);
  };

  const adopt = (panel: WebviewPanel, first: PanelRequest) => {
    const root = Uri.joinPath(context.extensionUri, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    const icon = (theme: string) => Uri.joinPath(context.extensionUri, 'media', `panel-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const bridge = connectTo(panel, first);
    const mine = { panel, bridge };
    open = mine;
    panel.onDidChangeViewState(() => void bridge.then((b) => b.setVisible(panel.visible)));
    panel.onDidDispose(() => {
      if (open === mine) open = null;
      void bridge.then((b) => b.dispose());
    });
    // The page only after somebody listens to it.
    void bridge.then(
      () => {
        const uri = (name: string) => panel.webview.asWebviewUri(Uri.joinPath(root, name)).toString();
        panel.webview.html = panelHtml({
          nonce: randomBytes(16).toString('hex'),
          cspSource: panel.webview.cspSource,
          scriptUri: uri('panel.js'),
          styleUri: uri('panel.css'),
          lang: env.language,
        });
      },
      (error) => messages.error(l10n.t('The results cannot be shown: {0}', (error as Error).message)),
    );
  };

  const subscriptions = [
    scopes,
    window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: async (panel) => {
        open?.panel.dispose();
        adopt(panel, {});
      },
    }),
    history.onDidChange(() => tell((bridge) => bridge.runsChanged())),
    folders.onDidChange(() => tell((bridge) => bridge.runsChanged())),
    configs.onDidChange(() => tell((bridge) => bridge.runsChanged())),
    runs.onDidChange(({ run, scope }) => {
      if (run !== null) tell((bridge) => bridge.progressed(run, scope));
    }),
  ];
  return {
    show: async (what) => {
      if (!open) {
        const column = { viewColumn: ViewColumn.Active, preserveFocus: false };
        adopt(window.createWebviewPanel(VIEW_TYPE, l10n.t('PoQ Lab'), column), what);
        return;
      }
      open.panel.reveal();
      (await open.bridge).show(what);
    },
    dispose: () => {
      // The panel itself stays: with the window's reload it comes back.
      tell((bridge) => bridge.dispose());
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
