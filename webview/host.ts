import { checkedApi, checkedClient } from '../src/protocol/contract.ts';
import { type PanelApi, type PanelHost, panelContract, panelHostContract } from '../src/protocol/panel.ts';
import { postMessageChannel } from '../src/protocol/post-message.ts';
import { connect } from '../src/protocol/rpc.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** May be asked for only once in the life of a page. */
export const vscode = acquireVsCodeApi();

let handlers: PanelApi | null = null;

/** Says what to do with the host's messages. It sends none before `host.start()`. */
export function onHostMessages(api: PanelApi): void {
  handlers = api;
}

const api: PanelApi = {
  show: (what) => handlers?.show(what),
  runChanged: (change) => handlers?.runChanged(change),
  runsChanged: (place) => handlers?.runsChanged(place),
};

/** The host's functions. A rejected call carries a message for the user. */
export const host: PanelHost = checkedClient(
  panelHostContract,
  connect(
    checkedApi(panelContract, api),
    postMessageChannel(
      (message) => vscode.postMessage(message),
      (listener) => window.addEventListener('message', ({ data }) => listener(data)),
    ),
  ),
);
