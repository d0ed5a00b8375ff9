import {
  closeSync,
  createReadStream,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { Diagnostic } from '../../core/types.ts';
import { CannotFinishError } from '../errors.ts';

/**
 * A file of one JSON object per line, written in whole lines. What is complete stays readable whatever happens: a row
 * that a full disk cut is taken back, and a line that a kill tore is cut off when the file is opened again.
 */
export class RowFile {
  private readonly fd: number;
  private size: number;
  private unsynced = false;

  constructor(private readonly file: string) {
    this.fd = openSync(file, 'a+');
    this.size = cutTornLine(this.fd);
  }

  append(rows: readonly object[]): void {
    if (rows.length === 0) return;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written);
    } catch (error) {
      this.takeBack();
      throw cannotWrite(this.file, error);
    }
    this.size += bytes.length;
    this.unsynced = true;
  }

  /** Asks the system to put what was written on the disk, so that it survives a power cut too. */
  sync(): void {
    if (!this.unsynced) return;
    try {
      fdatasyncSync(this.fd);
    } catch (error) {
      throw cannotWrite(this.file, error);
    }
    this.unsynced = false;
  }

  close(): void {
    try {
      this.sync();
    } finally {
      closeSync(this.fd);
    }
  }

  private takeBack(): void {
    try {
      ftruncateSync(this.fd, this.size);
    } catch {
      // The next opening cuts the torn line.
    }
  }
}

/** What a file system says, in words that tell what to do. */
export function cannotWrite(file: string, error: unknown): CannotFinishError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why =
    code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
      ? 'the disk (or the quota) is full. Free some space'
      : code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
        ? 'the folder cannot be written. Check its permissions'
        : code === 'ENOENT'
          ? 'the folder is gone'
          : message;
  return new CannotFinishError(`Cannot write ${file}: ${why}. ${code === 'ENOENT' ? 'Start another run.' : KEPT}`);
}

/** What an error says about the rows of its run. */
export const KEPT = 'Everything complete so far is kept; resume the run then.';

/** Cuts what follows the last line end, and returns the length that is left. */
function cutTornLine(fd: number): number {
  const size = fstatSync(fd).size;
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const read = readSync(fd, block, 0, end - start, start);
    const newline = block.subarray(0, read).lastIndexOf(0x0a);
    if (newline >= 0) {
      const keep = start + newline + 1;
      if (keep < size) ftruncateSync(fd, keep);
      return keep;
    }
    end = start;
  }
  if (size > 0) ftruncateSync(fd, 0);
  return 0;
}

/** Streams the rows of a file; a missing file has none. A line that is no JSON object is reported and passed over. */
export async function* readRows<T>(
  file: string,
  report: (diagnostic: Diagnostic) => void,
): AsyncGenerator<T, void, undefined> {
  if (!existsSync(file)) return;
  let number = 0;
  for await (const line of readLines(file)) {
    number++;
    if (line === '') continue;
    try {
      const row: unknown = JSON.parse(line);
      if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new Error('not an object');
      yield row as T;
    } catch {
      report({ severity: 'warning', file, line: number, message: 'not a complete row; passed over' });
    }
  }
}

/** Lines end at "\n" alone: node:readline would also cut at U+2028, which JSON leaves as it is inside strings. */
async function* readLines(file: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== '') yield rest;
}
