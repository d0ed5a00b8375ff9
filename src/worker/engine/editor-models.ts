import { randomUUID } from 'node:crypto';
import type { EditorModels } from '../../node/node-context.ts';
import type { EngineApi, EngineHostApi } from '../../protocol/engine.ts';
import type { Remote } from '../../protocol/rpc.ts';

/** The editor's own language models, asked through the host. */
export function editorModels(host: Remote<EngineHostApi, EngineApi>): EditorModels {
  return {
    find: (model) => host.findEditorModel(model),
    async ask(request, signal) {
      signal.throwIfAborted();
      const job = randomUUID();
      let abort = () => {};
      const aborted = new Promise<never>((_, reject) => {
        abort = () => {
          void host.abortEditorModel.asEvent(job);
          // The provider may take its time to notice.
          reject(signal.reason);
        };
      });
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await Promise.race([host.askEditorModel({ ...request, job }), aborted]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
  };
}
