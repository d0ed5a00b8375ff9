import { setMaxListeners } from 'node:events';
import type { EditorModelConfig } from '../../core/config.ts';
import type { EditorModels } from '../node-context.ts';
import {
  type GenerateOutcome,
  type GenerateRequest,
  type LoadedInfo,
  type ModelNode,
  ModelUnusableError,
} from '../ports.ts';

/** What a generation's `device` says where the editor's provider ran it: where that computes is not told. */
const DEVICE = 'editor';
/** Requests at a time: the editor's providers limit rates, and latency is measured at one. */
const CONCURRENCY = 1;

const OUTSIDE = 'The provider "vscode-lm" works inside the editor alone; run it there, or use an endpoint here.';

/**
 * A language model that the editor offers. Times and token counts are the host's: it measures around the request.
 *
 * @param editor absent outside the editor: the model is then unusable, which its `load` says
 */
export function createEditorNode(config: EditorModelConfig, editor: EditorModels | undefined): ModelNode {
  async function load(signal: AbortSignal): Promise<LoadedInfo> {
    signal.throwIfAborted();
    if (!editor) throw new ModelUnusableError(OUTSIDE);
    try {
      const name = await editor.find(config.model);
      return { device: DEVICE, notes: [`${config.id} is ${name}`] };
    } catch (error) {
      signal.throwIfAborted();
      throw new ModelUnusableError((error as Error).message);
    }
  }

  async function answer({ messages, options }: GenerateRequest, signal: AbortSignal): Promise<GenerateOutcome> {
    signal.throwIfAborted();
    if (!editor) throw new ModelUnusableError(OUTSIDE);
    const { maxTokens, temperature } = options;
    const start = performance.now();
    try {
      const { text, latencyMs, ttftMs, inputTokens, outputTokens } = await editor.ask(
        { model: config.model, messages, maxTokens, temperature },
        signal,
      );
      const decodeMs = ttftMs === null ? null : Math.max(0, latencyMs - ttftMs);
      return { text, latencyMs, ttftMs, decodeMs, queueMs: 0, inputTokens, outputTokens, device: DEVICE };
    } catch (error) {
      signal.throwIfAborted();
      const unknown = { ttftMs: null, decodeMs: null, inputTokens: null, outputTokens: null };
      const latencyMs = performance.now() - start;
      return { error: (error as Error).message, latencyMs, queueMs: 0, device: DEVICE, ...unknown };
    }
  }

  return {
    id: config.id,
    // Each model is its provider's own: they do not compete for this machine.
    lane: `vscode-lm:${config.model}`,
    concurrency: CONCURRENCY,
    batchSize: 1,
    load,
    generate: (requests, signal) => {
      setMaxListeners(0, signal);
      return Promise.all(requests.map((request) => answer(request, signal)));
    },
    close: async () => {},
  };
}
