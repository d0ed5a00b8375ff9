import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { ModelConfig } from '../../core/config.ts';
import type { GenerateRequest } from '../ports.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * What makes a model's answers its own: provider, name, dtype, address, and for a folder the size and date of its
 * files. Ids, prices and limits may change without changing an answer.
 */
export function modelIdentity(model: ModelConfig, root: string): string | null {
  switch (model.provider) {
    case 'onnx':
      return JSON.stringify(['onnx', model.model, model.dtype, model.device, folderState(model.model, root)]);
    case 'openai':
      return JSON.stringify(['openai', model.baseUrl, model.model]);
    case 'vscode-lm':
      return JSON.stringify(['vscode-lm', model.model]);
    case 'recorded':
      return null; // recorded already: nothing is saved by reusing it
  }
}

/** The content hash of a generation. Prompts with ${env:NAME} have none: the value decides and is never stored. */
export function generationHash(identity: string | null, request: GenerateRequest): string | null {
  if (identity === null || request.messages.some((m) => m.content.includes('${env:'))) return null;
  const { messages, options, repeat } = request;
  return sha256(JSON.stringify([identity, messages, Object.entries(options).sort(), repeat]));
}

function folderState(model: string, root: string): unknown {
  if (!/^(\.{0,2}[/\\])/.test(model) && !isAbsolute(model)) return null;
  const folder = resolve(root, model);
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => {
        const { size, mtimeMs } = statSync(file);
        return [file.slice(folder.length), size, mtimeMs];
      });
  } catch {
    return null; // a missing folder is reported when the model is loaded
  }
}
