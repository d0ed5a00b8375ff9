import type { OnnxModelConfig } from '../../core/config.ts';
import type { GenerateResult, PromptOrder } from '../../protocol/runner.ts';
import type { NodeContext } from '../node-context.ts';
import {
  type GenerateOutcome,
  type GenerateRequest,
  type LoadedInfo,
  type ModelNode,
  ModelUnusableError,
} from '../ports.ts';
import { LocalModel } from '../runner-client/local-model.ts';

/** Every local model competes for the same processor or GPU. */
const LOCAL_LANE = 'local';

/** A model that runs on this machine, in a process of its own. */
export function createOnnxNode(
  config: OnnxModelConfig,
  context: NodeContext,
): ModelNode & { readonly pid: number | null } {
  const model = new LocalModel('text-generation', config, context);

  async function generate(
    requests: GenerateRequest[],
    signal: AbortSignal,
    onText?: (delta: string) => void,
  ): Promise<GenerateOutcome[]> {
    const prompts = requests.map(promptOf);
    const start = performance.now();
    try {
      const results = await model.call(
        (runner, job) => runner.generate({ job, prompts, stream: onText !== undefined }),
        signal,
        onText,
      );
      return results.map((result) => outcome(result, model.device));
    } catch (error) {
      if (signal.aborted || error instanceof ModelUnusableError) throw error;
      const failed = { error: (error as Error).message, latencyMs: performance.now() - start };
      return requests.map(() => outcome(failed, model.device));
    }
  }

  return {
    id: config.id,
    lane: LOCAL_LANE,
    concurrency: 1,
    batchSize: config.batchSize,
    get pid() {
      return model.pid;
    },
    load: (signal: AbortSignal, onProgress?: (message: string) => void): Promise<LoadedInfo> =>
      model.load(signal, onProgress),
    generate,
    close: () => model.close(),
  };
}

function promptOf({ messages, options, repeat }: GenerateRequest): PromptOrder {
  // Repeats differ from each other, and are the same when the run is done again.
  return { messages, ...options, seed: options.seed + repeat };
}

function outcome(result: GenerateResult, device: string | null): GenerateOutcome {
  if ('error' in result) {
    const { error, latencyMs } = result;
    const unknown = { ttftMs: null, decodeMs: null, inputTokens: null, outputTokens: null };
    return { error, latencyMs, queueMs: 0, device, ...unknown };
  }
  const { batchSize, ...rest } = result;
  return { ...rest, queueMs: 0, device, ...(batchSize > 1 && { batchSize }) };
}
