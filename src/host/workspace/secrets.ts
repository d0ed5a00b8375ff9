import type { SecretStorage } from 'vscode';
import type { Config, ModelConfig } from '../../core/config.ts';
import type { KeptKey } from '../../protocol/engine.ts';

/**
 * Keys that the user gave to the editor. A key is kept for the origin that it is for, so that a workspace that names
 * the same variable for another server does not get it.
 */
export interface Keys {
  /** The kept keys of a config's models, by the model's id. */
  of(config: Config): Promise<Record<string, KeptKey>>;
  set(model: ModelConfig, key: string): Promise<void>;
  remove(model: ModelConfig): Promise<void>;
}

export function createKeys(storage: SecretStorage): Keys {
  return {
    of: async (config) => {
      // Without a prototype: `constructor` may be the id of a model.
      const keys: Record<string, KeptKey> = Object.create(null);
      for (const model of config.models) {
        const name = nameOf(model);
        const key = name === null ? undefined : await storage.get(name);
        if (key && model.provider === 'openai') keys[model.id] = { origin: new URL(model.baseUrl).origin, key };
      }
      return keys;
    },
    set: async (model, key) => storage.store(requireName(model), key),
    remove: async (model) => storage.delete(requireName(model)),
  };
}

/** Under what a model's key is kept; null for models that take none. */
function nameOf(model: ModelConfig): string | null {
  if (model.provider !== 'openai' || model.apiKey === undefined) return null;
  return `poq.key ${new URL(model.baseUrl).origin} ${model.apiKey.env}`;
}

function requireName(model: ModelConfig): string {
  const name = nameOf(model);
  if (name === null) throw new Error(`The model "${model.id}" takes no key.`);
  return name;
}
