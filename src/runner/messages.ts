import { hubAddress } from '../node/hub-address.ts';
import type { ModelSource } from '../protocol/runner.ts';

/** The first line of an error's message, without the noise around it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n').find((l) => l.trim() !== '') ?? '';
  // onnxruntime begins with the place in its own sources and the condition that did not hold.
  return line.replace(/^(Error: )?\/onnxruntime_src\/\S+.* was false\. /, '').trim();
}

/** Why a model could not be loaded, for the user, with what to do where that is known. */
export function describeLoadError(error: unknown, source: ModelSource): string {
  const hubId = source.kind === 'hub' ? source.id : null;
  const message = firstLine(error);
  if (source.kind === 'hub' && source.cachedOnly && /was not found locally/.test(message)) {
    return 'not all of its files are in the cache, and nothing may be downloaded without your agreement';
  }
  if ((error as Error)?.name === 'ModelFileNotFoundError' && hubId) {
    return `${message} Check the id "${hubId}"; a model with restricted access needs HF_TOKEN in the environment.`;
  }
  if (message === 'fetch failed' && hubId) {
    const cause = firstLine((error as Error).cause ?? '');
    return (
      `${hubAddress(process.env)} cannot be reached (${cause}). Check the network and HTTPS_PROXY, or fetch the model on another ` +
      'machine and name its folder (./path) in the config.'
    );
  }
  if (/protobuf parsing failed|invalid model/i.test(message)) {
    return `its ONNX file is not a model that onnxruntime can read: ${message}`;
  }
  return describeRunError(error);
}

/** Why a generation or an encoding failed, for the user. */
export function describeRunError(error: unknown): string {
  const message = firstLine(error);
  if (/bad_alloc|failed to allocate|out of memory|BFCArena|CUDA failure 2\b/i.test(message)) {
    return `out of memory: ${message}. Use a smaller model or dtype (q8, q4), a smaller batchSize or shorter prompts.`;
  }
  return message;
}
