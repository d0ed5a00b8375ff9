import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasReference, usesReference } from '../../core/evaluators.ts';
import { RunAccumulator } from '../../core/report/accumulator.ts';
import type { ComparedRun } from '../../core/report/comparison.ts';
import { Outcomes } from '../../core/report/outcome.ts';
import { ABSENT, FAILED, GOOD, type RunTable } from '../../core/report/table.ts';
import type { CheckRow, GenerationRow, Sample, ScoreRow } from '../../core/types.ts';
import { formatDiagnostic } from '../../node/errors.ts';
import { describeMachine } from '../../node/report-input.ts';
import type { RunFolder, RunRecord } from '../../node/store/run-folder.ts';
import type { StoredRun } from '../../protocol/reader.ts';
import { CheckRows } from './check-rows.ts';
import { LinePlaces } from './line-places.ts';
import { type LinePlace, RowTail } from './row-tail.ts';
import { isWritten, signatureOf, stateOf } from './run-state.ts';
import { SettledOrder } from './settled-order.ts';

/**
 * A run folder read once, as numbers, with the place of every row in its file: texts are read from there when somebody
 * asks for them. `refresh` reads what was appended since.
 */
export class RunIndex {
  readonly accumulator: RunAccumulator;
  /** Indices of samples by the prompt file that they come from. */
  readonly samplesOfFile = new Map<string, number[]>();
  readonly samplePlaces: LinePlace[] = [];
  /** By place in the table, and by place * evaluators + evaluator. */
  generationPlaces = new LinePlaces(0);
  scorePlaces = new LinePlaces(0);
  checks = new CheckRows(0);
  readonly settled = new SettledOrder();
  record: RunRecord;
  state: StoredRun['state'];

  readonly #id = randomUUID();
  #changes = 0;
  #outcomes: { revision: string; of: Outcomes } | null = null;
  readonly #sampleIndex = new Map<string, number>();
  readonly #modelIndex: Map<string, number>;
  readonly #evaluatorIndex: Map<string, number>;
  readonly #usesReference: boolean[];
  readonly #checkCounts: number[] = [];
  readonly #config: string;
  #recordSignature: string;
  readonly #generations: RowTail<GenerationRow>;
  readonly #scores: RowTail<ScoreRow>;
  readonly #checkRows: RowTail<CheckRow>;

  private constructor(readonly folder: RunFolder) {
    this.#recordSignature = signatureOf(folder.path, ['run.json']);
    const written = isWritten(folder.path);
    this.record = folder.readRecord();
    this.state = stateOf(folder.path, this.record, written);
    const { config } = this.record;
    this.#config = JSON.stringify(config);
    this.accumulator = new RunAccumulator({ config });
    this.#modelIndex = new Map(config.models.map(({ id }, i) => [id, i]));
    this.#evaluatorIndex = new Map(config.evaluators.map(({ id }, i) => [id, i]));
    this.#usesReference = config.evaluators.map(usesReference);
    this.#generations = new RowTail(join(folder.path, 'generations.jsonl'));
    this.#scores = new RowTail(join(folder.path, 'scores.jsonl'));
    this.#checkRows = new RowTail(join(folder.path, 'checks.jsonl'));
  }

  /** @throws Error when the folder holds no run that this version reads, or its samples are gone */
  static async open(folder: RunFolder): Promise<RunIndex> {
    const index = new RunIndex(folder);
    await index.#readSamples();
    const { length } = index.table.samples;
    const places = index.table.place(length, 0, 0);
    index.generationPlaces = new LinePlaces(places);
    index.scorePlaces = new LinePlaces(places * index.table.evaluators.length);
    index.checks = new CheckRows(places);
    return index;
  }

  /** Another one after every change that `refresh` saw. */
  get revision(): string {
    return `${this.#id} ${this.#changes}`;
  }

  /** What became of samples, by the rows that are read. */
  get outcomes(): Outcomes {
    if (this.#outcomes?.revision !== this.revision) {
      this.#outcomes = { revision: this.revision, of: new Outcomes(this.table, this.record.config) };
    }
    return this.#outcomes.of;
  }

  /** What a comparison with another run needs. */
  get compared(): ComparedRun {
    const { id: run, startedAt, config, machine } = this.record;
    return { run, startedAt, config, table: this.table, machine: describeMachine(machine) };
  }

  get table(): RunTable {
    return this.accumulator.table;
  }

  /** Lines that hold no row, for the warnings; in the order in which `poq report` names them. */
  get unreadable(): string[] {
    return [this.#generations, this.#scores, this.#checkRows].flatMap((tail) => tail.unreadable.map(formatDiagnostic));
  }

  /** Reads what is new. False: what was read is not what stands in the folder any more, so it has to be opened anew. */
  async refresh(): Promise<boolean> {
    const { path } = this.folder;
    // The record before the rows: once it says that the run is over, every row is there.
    const written = isWritten(path);
    const signature = signatureOf(path, ['run.json']);
    const isSame = signature === this.#recordSignature;
    const record = isSame ? this.record : this.folder.readRecord();
    const state = stateOf(path, record, written);
    if (!isSame && JSON.stringify(record.config) !== this.#config) return false;
    const ended = state !== 'running';
    let changed = !isSame || state !== this.state;
    for (const read of [
      () => this.#generations.read(ended, (row, place) => this.#addGeneration(row, place)),
      () => this.#scores.read(ended, (row, place) => this.#addScore(row, place)),
      () => this.#checkRows.read(ended, (row) => this.#addCheck(row)),
    ]) {
      const found = await read();
      if (found === 'replaced') return false;
      changed ||= found === 'grown';
    }
    // Nobody is told of the end before its last row.
    this.#recordSignature = signature;
    this.record = record;
    this.state = state;
    if (changed) this.#changes++;
    this.settled.update(this.table.samples.length, ended, (sample) => this.isComplete(sample));
    return true;
  }

  sampleIndexOf(id: string): number | undefined {
    return this.#sampleIndex.get(id);
  }

  /** Work units (generations and scores) that are complete or will never be done, and all of them. */
  progress(): { done: number; total: number } {
    const { samples, models, evaluators, repeats, state, scoreState } = this.table;
    const perSample = models.length * repeats;
    let done = 0;
    let total = 0;
    for (let sample = 0; sample < samples.length; sample++) {
      const scores = this.#expectedScores(sample);
      total += perSample * (1 + scores);
      for (let place = sample * perSample; place < (sample + 1) * perSample; place++) {
        if (state[place] === ABSENT) continue;
        done++;
        if (state[place] === FAILED) done += scores;
        else
          for (let e = 0; e < evaluators.length; e++) if (scoreState[place * evaluators.length + e] !== ABSENT) done++;
      }
    }
    return { done, total };
  }

  /** Some model has answered a sample, or failed at it. */
  isAttempted(sample: number): boolean {
    const { state } = this.table;
    for (let place = this.table.place(sample, 0, 0); place < this.table.place(sample + 1, 0, 0); place++) {
      if (state[place] !== ABSENT) return true;
    }
    return false;
  }

  /** All models have answered a sample, all evaluators that will have scored the answers, all checks are there. */
  isComplete(sample: number): boolean {
    const { models, evaluators, repeats, state, scoreState, samples } = this.table;
    const perSample = models.length * repeats;
    const referenced = hasReference(samples[sample]!);
    for (let place = sample * perSample; place < (sample + 1) * perSample; place++) {
      if (state[place] === ABSENT) return false;
      if (state[place] !== GOOD) continue;
      for (let e = 0; e < evaluators.length; e++) {
        const skips = this.#usesReference[e] && !referenced;
        if (!skips && scoreState[place * evaluators.length + e] === ABSENT) return false;
      }
      if (this.checks.count(place) < this.#checkCounts[sample]!) return false;
    }
    return true;
  }

  #expectedScores(sample: number): number {
    if (hasReference(this.table.samples[sample]!)) return this.#usesReference.length;
    return this.#usesReference.filter((uses) => !uses).length;
  }

  async #readSamples(): Promise<void> {
    const file = join(this.folder.path, 'samples.jsonl');
    if (!existsSync(file)) throw new Error(`${file} is gone, so this run cannot be shown.`);
    await new RowTail<Sample>(file).read(true, (sample, place) => {
      if (this.#sampleIndex.has(sample.id)) return;
      this.#sampleIndex.set(sample.id, this.samplePlaces.length);
      this.samplePlaces.push(place);
      this.#checkCounts.push(sample.checks.length);
      const { file } = sample.source;
      const ofFile = this.samplesOfFile.get(file);
      if (ofFile) ofFile.push(this.samplePlaces.length - 1);
      else this.samplesOfFile.set(file, [this.samplePlaces.length - 1]);
      this.accumulator.addSample(sample);
    });
  }

  #addGeneration(row: GenerationRow, line: LinePlace): void {
    this.accumulator.addGeneration(row);
    const place = this.#placeOf(row);
    if (place !== null) this.generationPlaces.set(place, line);
  }

  #addScore(row: ScoreRow, line: LinePlace): void {
    this.accumulator.addScore(row);
    const place = this.#placeOf(row);
    const evaluator = this.#evaluatorIndex.get(row.evaluator);
    if (place === null || evaluator === undefined) return;
    this.scorePlaces.set(place * this.#evaluatorIndex.size + evaluator, line);
  }

  #addCheck(row: CheckRow): void {
    this.accumulator.addCheck(row);
    const place = this.#placeOf(row);
    if (place !== null) this.checks.add(place, row.check, row.pass);
  }

  /** Where the table keeps a row; null for one of an unknown sample, model or repeat. Its sample was touched. */
  #placeOf(row: { sample: string; model: string; repeat: number }): number | null {
    const sample = this.#sampleIndex.get(row.sample);
    const model = this.#modelIndex.get(row.model);
    const { repeats } = this.table;
    const isKnown = Number.isInteger(row.repeat) && row.repeat >= 0 && row.repeat < repeats;
    if (sample === undefined || model === undefined || !isKnown) return null;
    this.settled.touch(sample);
    return this.table.place(sample, model, row.repeat);
  }
}
