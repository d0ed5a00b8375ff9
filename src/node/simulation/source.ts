import type { KeyPath } from '../../core/config-text.ts';
import type { SimulationError } from '../../core/simulation/errors.ts';
import type { PopulationSource } from '../../core/simulation/population.ts';
import { InputError } from '../errors.ts';
import { accumulatorOf } from '../run/rebuild.ts';
import type { RunFolder } from '../store/run-folder.ts';

/** A stored run as the measured part of a population. Lines that cannot be read are passed over, as in its summary. */
export async function readMeasured(folder: RunFolder): Promise<NonNullable<PopulationSource['measured']>> {
  const { config } = folder.readRecord();
  const accumulator = await accumulatorOf(folder, config);
  for await (const row of folder.generations(() => {})) accumulator.addGeneration(row);
  for await (const row of folder.scores(() => {})) accumulator.addScore(row);
  return { table: accumulator.table, config };
}

/** What is wrong with the options of a simulation, as a message about the config's file or the run. */
export function inputErrorOf(
  error: SimulationError,
  where: { configFile?: string; lineOf?: (path: KeyPath) => number | undefined; run?: string },
): InputError {
  if (error.path[0] === 'run') {
    const message = `--run: the run ${where.run ?? ''} ${error.reason}`;
    return new InputError([{ severity: 'error', message }]);
  }
  const { configFile: file, lineOf } = where;
  return new InputError([{ severity: 'error', file, line: lineOf?.(error.path), message: error.message }]);
}
