import type { FileHandle } from 'node:fs/promises';
import type { Diagnostic } from '../../../core/types.ts';
import { readLines } from './lines.ts';
import { parseRow, type RecordedRow } from './row.ts';

/** So many problems of one file are told one by one; the rest is counted. */
const MOST_TOLD = 50;

/**
 * Where in a file the answer to each sample stands. Only places are kept, so that memory does not grow with the
 * length of the texts.
 */
export class RowIndex {
  /** Usable rows by sample and repeat; of two rows with one key the later counts. */
  private readonly places = new Map<string, { offset: number; length: number; line: number }>();

  private constructor(
    private readonly file: FileHandle,
    private readonly name: string,
    /** Rows that could not be read, and rows that a later one replaced. */
    readonly problems: Diagnostic[],
  ) {}

  /** @param name the file as diagnostics call it */
  static async build(file: FileHandle, name: string, signal: AbortSignal): Promise<RowIndex> {
    const problems = new ProblemList(name);
    const index = new RowIndex(file, name, problems.told);
    for await (const { number, offset, bytes } of readLines(file)) {
      signal.throwIfAborted();
      if (bytes === null) problems.add('the line is longer than 64 MB; passed over', number);
      else if (!isBlank(bytes)) index.add(bytes, number, offset, problems);
    }
    problems.close('more rows with a problem');
    return index;
  }

  get size(): number {
    return this.places.size;
  }

  async find(sample: string, repeat: number): Promise<RecordedRow | null> {
    const place = this.places.get(keyOf(sample, repeat));
    if (place === undefined) return null;
    const { buffer } = await this.file.read(Buffer.alloc(place.length), 0, place.length, place.offset);
    return parseRow(buffer);
  }

  /** A warning for each row whose sample is none of these. */
  unused(samples: ReadonlySet<string>): Diagnostic[] {
    const problems = new ProblemList(this.name);
    for (const [key, { line }] of this.places) {
      const sample = key.slice(0, key.lastIndexOf(SEPARATOR));
      if (!samples.has(sample)) problems.add(`a recorded answer to "${sample}", but there is no such sample`, line);
    }
    problems.close('more recorded answers without a sample');
    return problems.told;
  }

  private add(bytes: Buffer, line: number, offset: number, problems: ProblemList): void {
    let row: RecordedRow;
    try {
      row = parseRow(bytes);
    } catch (error) {
      problems.add(`${(error as Error).message}; passed over`, line, 'error');
      return;
    }
    const key = keyOf(row.sample, row.repeat);
    const earlier = this.places.get(key);
    if (earlier !== undefined) {
      problems.add(`a second answer to "${row.sample}"; it replaces the one of line ${earlier.line}`, line);
    }
    this.places.set(key, { offset, length: bytes.length, line });
  }
}

const SEPARATOR = '\n';
const keyOf = (sample: string, repeat: number): string => `${sample}${SEPARATOR}${repeat}`;

const isBlank = (bytes: Buffer): boolean => bytes.length < 100 && bytes.toString('latin1').trim() === '';

class ProblemList {
  readonly told: Diagnostic[] = [];
  private untold = 0;

  constructor(private readonly file: string) {}

  add(message: string, line: number, severity: Diagnostic['severity'] = 'warning'): void {
    if (this.told.length < MOST_TOLD) this.told.push({ severity, file: this.file, line, message });
    else this.untold++;
  }

  close(what: string): void {
    if (this.untold > 0) this.told.push({ severity: 'warning', file: this.file, message: `${this.untold} ${what}` });
  }
}
