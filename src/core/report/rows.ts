import type { Config } from '../config.ts';
import { consensusQualities, forEachPlace, latencyMeans, modelMeasures, truthMeans } from './measures.ts';
import { FAILED, type RunTable } from './table.ts';

/**
 * The generations of a run as columns: what lists filter and sort by, without texts. A place is sample * models + model;
 * repeats are averaged. NaN where unknown.
 */
export interface RunRows {
  samples: string[];
  models: string[];
  tasks: string[];
  /** By sample: index into `tasks`, or -1. */
  task: Int32Array;
  tags: string[];
  /** By sample: its tags are `tagList` from `tagStart[sample]` up to `tagStart[sample + 1]`, as indices into `tags`. */
  tagStart: Uint32Array;
  tagList: Uint32Array;
  files: string[];
  /** By sample: index into `files`, or -1. */
  file: Int32Array;
  /** By sample: line in its file from 1, 0 where unknown. */
  line: Uint32Array;
  /** By place: 0 not there yet, 1 answered, 2 failed (one repeat at least). */
  state: Uint8Array;
  /** By place: quality in [0, 10]; failures as the config counts them. */
  quality: Float64Array;
  /** By place: token F1 in [0, 10]. */
  truth: Float64Array;
  /** By place, in milliseconds; of fresh successes, since a reused one was measured at another time. */
  latencyMs: Float64Array;
  /** By place: checks of the prompt file that failed, at most 255. */
  failedChecks: Uint8Array;
}

/** Numbers names in the order in which they come up. */
class Names {
  readonly list: string[] = [];
  readonly #index = new Map<string, number>();

  indexOf(name: string): number {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    this.#index.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}

/** The rows of a run, as far as it is. */
export function rowsOf(table: RunTable, config: Config): RunRows {
  const { reward } = config;
  const count = table.samples.length;
  const models = table.models.length;
  const [tasks, tags, files] = [new Names(), new Names(), new Names()];
  const task = new Int32Array(count);
  const file = new Int32Array(count);
  const line = new Uint32Array(count);
  const tagStart = new Uint32Array(count + 1);
  const tagList: number[] = [];
  for (const [i, sample] of table.samples.entries()) {
    task[i] = sample.task === null ? -1 : tasks.indexOf(sample.task);
    file[i] = sample.source ? files.indexOf(sample.source.file) : -1;
    line[i] = sample.source?.line ?? 0;
    for (const tag of sample.tags ?? []) tagList.push(tags.indexOf(tag));
    tagStart[i + 1] = tagList.length;
  }

  const state = new Uint8Array(count * models);
  const [quality, truth, latencyMs] = [0, 0, 0].map(() => new Float64Array(count * models));
  const qualities = consensusQualities(table, reward.consensus);
  for (const [model, { price }] of config.models.entries()) {
    forEachPlace(table, model, (place, sample) => {
      const at = sample * models + model;
      if (state[at] !== FAILED) state[at] = table.state[place]!;
    });
    const measures = modelMeasures(table, model, qualities, { ...reward, cost: reward.models.cost, price });
    spread(measures.quality, quality!, model, models);
    spread(truthMeans(table, model, 'f1', reward.failures), truth!, model, models);
    spread(latencyMeans(table, model), latencyMs!, model, models);
  }
  const failedChecks = new Uint8Array(count * models);
  table.forEachCheck((place, _, pass) => {
    const at = Math.floor(place / table.repeats);
    if (!pass && failedChecks[at]! < 255) failedChecks[at]!++;
  });
  return {
    samples: table.samples.map(({ id }) => id),
    models: [...table.models],
    tasks: tasks.list,
    task,
    tags: tags.list,
    tagStart,
    tagList: Uint32Array.from(tagList),
    files: files.list,
    file,
    line,
    state,
    quality: quality!,
    truth: truth!,
    latencyMs: latencyMs!,
    failedChecks,
  };
}

function spread(bySample: Float64Array, byPlace: Float64Array, model: number, models: number): void {
  for (let sample = 0; sample < bySample.length; sample++) byPlace[sample * models + model] = bySample[sample]!;
}
