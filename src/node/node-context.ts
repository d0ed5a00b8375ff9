import type { Places } from './places.ts';

/** What models and evaluators need to know of the world around them. */
export interface NodeContext {
  /** The folder of the config: its relative paths start here. */
  root: string;
  /** A variable of the environment, or a secret that the editor keeps under this name. */
  env(name: string): string | undefined;
  places: Places;
}
