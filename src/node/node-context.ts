import type { OpenAiModelConfig } from '../core/config.ts';
import type { EditorModelAnswer, EditorModelRequest } from '../protocol/engine.ts';
import type { Places } from './places.ts';

/** What models and evaluators need to know of the world around them. */
export interface NodeContext {
  /** The folder of the config: its relative paths start here. */
  root: string;
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** The key that the editor keeps for a model and its origin; it goes before the environment. None when absent. */
  storedKey?(model: OpenAiModelConfig): string | undefined;
  /** Whether a model may be fetched from the hub where it is not in the cache; every one may when absent. */
  mayDownload?(hubId: string): boolean;
  /** The editor's own language models; absent outside the editor. */
  editorModels?: EditorModels;
  places: Places;
}

/** The editor's own language models (`vscode.lm`). */
export interface EditorModels {
  /** @throws Error that says which models the editor offers. Resolves to the name of what was found. */
  find(model: string): Promise<string>;
  /** @throws Error with the reason, for the user; the signal's reason when cancelled */
  ask(request: Omit<EditorModelRequest, 'job'>, signal: AbortSignal): Promise<EditorModelAnswer>;
}
