import type { Channel } from './rpc.ts';

/**
 * A channel between the host and a webview. What VS Code carries there is JSON with typed arrays: an Error would arrive
 * as an empty object, so only its message travels. Messages that are no calls and no answers are not ours.
 *
 * @param post hands a message to the other side: `webview.postMessage`, or `acquireVsCodeApi().postMessage`
 * @param listen calls back with every message that arrives
 */
export function postMessageChannel(
  post: (message: unknown) => unknown,
  listen: (onMessage: (message: unknown) => void) => void,
): Channel {
  return {
    post: (message) => {
      post(isObject(message) && 'e' in message ? { ...message, e: { message: textOf(message.e) } } : message);
    },
    listen: (onMessage) =>
      listen((message) => {
        if (!isObject(message) || (message.t !== 'q' && message.t !== 's')) return;
        onMessage('e' in message ? { ...message, e: new Error(textOf(message.e)) } : message);
      }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(error: unknown): string {
  return isObject(error) && typeof error.message === 'string' ? error.message : String(error);
}
