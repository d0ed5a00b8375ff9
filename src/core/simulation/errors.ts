import { type KeyPath, pathText } from '../config-text.ts';

/** Options that cannot be simulated: what is wrong at which key of the config. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';

  constructor(
    readonly path: KeyPath,
    readonly reason: string,
  ) {
    super(`${pathText(path)}: ${reason}`);
  }
}
