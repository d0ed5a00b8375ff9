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
  /** By sample: index into `files`. */
  file: Int32Array;
  /** By sample: line in its file from 1, 0 where unknown. */
  line: Uint32Array;
  /** By place: 0 not there yet, 1 answered, 2 failed (one repeat at least). */
  state: Uint8Array;
  /** By place: quality in [0, 10]; failures as the config counts them. */
  quality: Float64Array;
  /** By place: token F1 in [0, 10]. */
  truth: Float64Array;
  /** By place, in milliseconds. */
  latencyMs: Float64Array;
  /** By place: checks of the prompt file that failed. */
  failedChecks: Uint8Array;
}
