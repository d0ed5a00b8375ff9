import type { Config } from '../config.ts';
import { hasReference } from '../evaluators.ts';
import { lexicalValue } from '../metrics/lexical.ts';
import { truthOf } from '../metrics/truth.ts';
import type { CheckRow, Compared, GenerationRow, Sample, ScoreRow } from '../types.ts';

/** What the statistics, and lists of samples, need to know of a sample. */
export type SampleInfo = Pick<Sample, 'id' | 'task' | 'group' | 'references' | 'unanswerable'> &
  Partial<Pick<Sample, 'tags' | 'source'>>;

export const ABSENT = 0;
/** A successful generation, or a score. */
export const GOOD = 1;
export const FAILED = 2;

/** Bits of a generation or score. */
export const REUSED = 1;
export const BATCHED = 2;
export const CACHED = 4;
export const BY_REFERENCE = 8;
export const BY_PROMPT = 16;

const GENERATION_NUMBERS = [
  'latencyMs',
  'ttftMs',
  'decodeMs',
  'queueMs',
  'inputTokens',
  'outputTokens',
  'energyJ',
  'f1',
  'exact',
  'rougeL',
  'chrf',
] as const;
export type GenerationNumber = (typeof GENERATION_NUMBERS)[number];

const COMPARED_BIT: Record<Compared, number> = { reference: BY_REFERENCE, prompt: BY_PROMPT };
const NO_TAGS: string[] = [];
/** More different check labels than that would make keys of two generations collide. */
const LABELS = 2 ** 22;

/**
 * The rows of a run as numbers in growing typed arrays: one place per (sample, model, repeat) and per evaluator on it,
 * so a later row of the same key replaces the earlier one. Texts are measured when they come and not kept. NaN means
 * unknown.
 */
export class RunTable {
  readonly models: readonly string[];
  readonly evaluators: readonly string[];
  readonly repeats: number;
  readonly samples: SampleInfo[] = [];
  /** Of every generation, in the order of `place`: ABSENT, GOOD or FAILED, and its bits. */
  state = new Uint8Array(0);
  bits = new Uint8Array(0);
  readonly numbers = {} as Record<GenerationNumber, Float64Array>;
  /** Of every score, at `place * evaluators + evaluator`. */
  scoreState = new Uint8Array(0);
  scoreBits = new Uint8Array(0);
  scoreQuality = new Float64Array(0);
  scoreLatencyMs = new Float64Array(0);
  /** Rows that named a sample, model, evaluator or repeat that the run does not have. */
  strays = 0;

  readonly #sampleIndex = new Map<string, number>();
  /** Tasks, tags and files: samples share their strings. */
  readonly #strings = new Map<string, string>();
  readonly #modelIndex: Map<string, number>;
  readonly #evaluatorIndex: Map<string, number>;
  readonly #devices: Set<string>[];
  readonly #labels = new Map<string, number>();
  readonly #checks = new Map<number, boolean>();
  /** Why generations, by place, and scores, by place and evaluator, failed. */
  readonly #failures = new Map<number, string>();
  readonly #scoreFailures = new Map<number, string>();

  constructor(config: Pick<Config, 'models' | 'evaluators' | 'generation'>) {
    this.models = config.models.map((model) => model.id);
    this.evaluators = config.evaluators.map((evaluator) => evaluator.id);
    this.repeats = config.generation.repeats;
    this.#modelIndex = new Map(this.models.map((id, i) => [id, i]));
    this.#evaluatorIndex = new Map(this.evaluators.map((id, i) => [id, i]));
    this.#devices = this.models.map(() => new Set());
    for (const name of GENERATION_NUMBERS) this.numbers[name] = new Float64Array(0);
  }

  /** Where the generation of a sample, model and repeat (all by index) stands. */
  place(sample: number, model: number, repeat: number): number {
    return (sample * this.models.length + model) * this.repeats + repeat;
  }

  /** Adds a sample. Only what `SampleInfo` names is kept; an id that is known already changes nothing. */
  addSample({ id, task, group, references, unanswerable, tags, source }: SampleInfo): void {
    if (this.#sampleIndex.has(id)) return;
    this.#sampleIndex.set(id, this.samples.length);
    this.samples.push({
      id,
      task: task === null ? null : this.#shared(task),
      group,
      references,
      unanswerable,
      tags: tags && tags.length > 0 ? tags.map((tag) => this.#shared(tag)) : NO_TAGS,
      source: source && { file: this.#shared(source.file), line: source.line },
    });
    const needed = this.place(this.samples.length, 0, 0);
    if (needed > this.state.length) this.#grow(Math.max(2 * this.state.length, needed));
  }

  addGeneration(row: GenerationRow): void {
    const place = this.#placeOf(row);
    if (place === null) return;
    const sample = this.samples[this.#sampleIndex.get(row.sample)!]!;
    const n = this.numbers;
    this.state[place] = row.text === undefined ? FAILED : GOOD;
    note(this.#failures, place, row.text === undefined ? row.error : undefined);
    this.bits[place] =
      (row.reused ? REUSED : 0) | ((row.batchSize ?? 1) > 1 ? BATCHED : 0) | ((row.cachedTokens ?? 0) > 0 ? CACHED : 0);
    for (const name of ['latencyMs', 'ttftMs', 'decodeMs', 'queueMs', 'inputTokens', 'outputTokens'] as const) {
      n[name][place] = row[name] ?? Number.NaN;
    }
    n.energyJ[place] = row.energyJ ?? Number.NaN;
    const { text } = row;
    const nothing = hasReference(sample) ? 0 : Number.NaN;
    const truth = text === undefined ? null : truthOf(text, sample.references, sample.unanswerable);
    n.f1[place] = truth ? 10 * truth.f1 : nothing;
    n.exact[place] = truth ? 10 * truth.exact : nothing;
    for (const metric of ['rougeL', 'chrf'] as const) {
      const value = text === undefined ? null : lexicalValue(metric, text, sample);
      n[metric][place] = value === null ? nothing : 10 * value;
    }
    if (row.device) this.#devices[this.#modelIndex.get(row.model)!]!.add(row.device);
  }

  addScore(row: ScoreRow): void {
    const place = this.#placeOf(row);
    const evaluator = this.#evaluatorIndex.get(row.evaluator);
    if (place === null) return;
    if (evaluator === undefined) {
      this.strays++;
      return;
    }
    const at = place * this.evaluators.length + evaluator;
    const good = row.error === undefined && Number.isFinite(row.quality);
    this.scoreState[at] = good ? GOOD : FAILED;
    note(this.#scoreFailures, at, good ? undefined : row.error);
    this.scoreQuality[at] = good ? row.quality! : Number.NaN;
    this.scoreLatencyMs[at] = row.latencyMs ?? Number.NaN;
    this.scoreBits[at] = ((row.batchSize ?? 1) > 1 ? BATCHED : 0) | (row.compared ? COMPARED_BIT[row.compared] : 0);
  }

  addCheck(row: CheckRow): void {
    const place = this.#placeOf(row);
    if (place === null) return;
    const label = this.#labels.get(row.check) ?? this.#labels.size;
    this.#labels.set(row.check, label);
    this.#checks.set(place * LABELS + label, row.pass);
  }

  /** Checks of every model, by index, that ran and that passed. */
  checkCounts(): { passed: number; total: number }[] {
    const counts = this.models.map(() => ({ passed: 0, total: 0 }));
    for (const [key, pass] of this.#checks) {
      const place = Math.floor(key / LABELS);
      const count = counts[Math.floor(place / this.repeats) % this.models.length]!;
      count.total++;
      if (pass) count.passed++;
    }
    return counts;
  }

  /** Passed and all checks of one model, per sample. */
  checksBySample(model: number): { passed: Float64Array; total: Float64Array } {
    const passed = new Float64Array(this.samples.length);
    const total = new Float64Array(this.samples.length);
    for (const [key, pass] of this.#checks) {
      const cell = Math.floor(Math.floor(key / LABELS) / this.repeats);
      if (cell % this.models.length !== model) continue;
      const sample = Math.floor(cell / this.models.length);
      total[sample]!++;
      if (pass) passed[sample]!++;
    }
    return { passed, total };
  }

  /** Calls back with every check that ran, in the order in which they were first told. */
  forEachCheck(visit: (place: number, label: string, pass: boolean) => void): void {
    const labels = [...this.#labels.keys()];
    for (const [key, pass] of this.#checks) visit(Math.floor(key / LABELS), labels[key % LABELS]!, pass);
  }

  /** Why the generation at a place failed; null where it did not, or nobody knows. */
  failureAt(place: number): string | null {
    return this.#failures.get(place) ?? null;
  }

  /** The commonest reason why generations of a model failed; null where none is known. */
  failureOfModel(model: number): string | null {
    return commonest(this.#failures, (place) => Math.floor(place / this.repeats) % this.models.length === model);
  }

  /** The same for the scores of an evaluator. */
  failureOfEvaluator(evaluator: number): string | null {
    return commonest(this.#scoreFailures, (at) => at % this.evaluators.length === evaluator);
  }

  /** Where a model ran, by name: the order of rows must not show. */
  devices(model: number): string[] {
    return [...this.#devices[model]!].sort();
  }

  #shared(text: string): string {
    const known = this.#strings.get(text);
    if (known === undefined) this.#strings.set(text, text);
    return known ?? text;
  }

  #placeOf(row: { sample: string; model: string; repeat: number }): number | null {
    const sample = this.#sampleIndex.get(row.sample);
    const model = this.#modelIndex.get(row.model);
    const known = Number.isInteger(row.repeat) && row.repeat >= 0 && row.repeat < this.repeats;
    if (sample === undefined || model === undefined || !known) {
      this.strays++;
      return null;
    }
    return this.place(sample, model, row.repeat);
  }

  #grow(places: number): void {
    const bytes = (old: Uint8Array, size: number) => {
      const next = new Uint8Array(size);
      next.set(old);
      return next;
    };
    const doubles = (old: Float64Array, size: number) => {
      const next = new Float64Array(size).fill(Number.NaN, old.length);
      next.set(old);
      return next;
    };
    const scores = places * this.evaluators.length;
    this.state = bytes(this.state, places);
    this.bits = bytes(this.bits, places);
    for (const name of GENERATION_NUMBERS) this.numbers[name] = doubles(this.numbers[name], places);
    this.scoreState = bytes(this.scoreState, scores);
    this.scoreBits = bytes(this.scoreBits, scores);
    this.scoreQuality = doubles(this.scoreQuality, scores);
    this.scoreLatencyMs = doubles(this.scoreLatencyMs, scores);
  }
}

function note(failures: Map<number, string>, key: number, reason: string | undefined): void {
  if (reason === undefined) failures.delete(key);
  else failures.set(key, reason);
}

/** Of equally common reasons the first by name: the order of rows must not show. */
function commonest(failures: Map<number, string>, counts: (key: number) => boolean): string | null {
  const times = new Map<string, number>();
  for (const [key, reason] of failures) if (counts(key)) times.set(reason, (times.get(reason) ?? 0) + 1);
  let best: string | null = null;
  for (const [reason, n] of times) {
    const most = best === null ? 0 : times.get(best)!;
    if (n > most || (n === most && reason < best!)) best = reason;
  }
  return best;
}
