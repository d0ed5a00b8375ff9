import { type FileHandle, open } from 'node:fs/promises';
import type { Diagnostic } from '../../core/types.ts';

const BLOCK = 128 * 1024;
const NEWLINE = 0x0a;

/** Where a row's line stands in its file, in bytes. */
export interface LinePlace {
  start: number;
  length: number;
}

/**
 * Reads a file of one JSON object per line while somebody appends to it: each call reads the whole lines that are new
 * since the last one. The file is opened for the time of a call alone, so that it can be deleted at any time.
 */
export class RowTail<T> {
  /** Lines that hold no row, each told once. */
  readonly unreadable: Diagnostic[] = [];
  /** Bytes that are read. */
  #position = 0;
  #lines = 0;
  /** What followed the last line end was read as a line, since nobody wrote any more. */
  #tornLineRead = false;

  constructor(readonly file: string) {}

  /**
   * @param ended nobody writes: what follows the last line end is a line too, whole or torn
   * @returns whether there was anything new; `replaced`: the file is not the one that was read so far, because what was
   * read of it is gone (a torn line was cut, the file was deleted or written anew)
   */
  async read(ended: boolean, visit: (row: T, place: LinePlace) => void): Promise<'same' | 'grown' | 'replaced'> {
    let handle: FileHandle;
    try {
      handle = await open(this.file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return this.#position === 0 ? 'same' : 'replaced';
    }
    try {
      const { size } = await handle.stat();
      if (size < this.#position) return 'replaced';
      if (size === this.#position) return 'same';
      if (this.#tornLineRead) return 'replaced';
      const before = this.#position;
      await this.#readBlocks(handle, size, ended, visit);
      return this.#position > before ? 'grown' : 'same';
    } finally {
      await handle.close();
    }
  }

  async #readBlocks(
    handle: FileHandle,
    size: number,
    ended: boolean,
    visit: (row: T, place: LinePlace) => void,
  ): Promise<void> {
    const block = Buffer.allocUnsafe(Math.min(BLOCK, size - this.#position));
    /** The beginning of a line whose end is in a later block. */
    let begun: Buffer[] = [];
    for (let at = this.#position; at < size; ) {
      const { bytesRead } = await handle.read(block, 0, Math.min(block.length, size - at), at);
      if (bytesRead === 0) break;
      let from = 0;
      for (let to = lineEnd(block, from, bytesRead); to >= 0; to = lineEnd(block, from, bytesRead)) {
        const line = block.subarray(from, to);
        this.#line(begun.length === 0 ? line : Buffer.concat([...begun, line]), visit);
        this.#position++;
        begun = [];
        from = to + 1;
      }
      if (from < bytesRead) begun.push(Buffer.from(block.subarray(from, bytesRead)));
      at += bytesRead;
    }
    if (!ended || begun.length === 0) return;
    this.#line(Buffer.concat(begun), visit);
    this.#tornLineRead = true;
  }

  #line(bytes: Buffer, visit: (row: T, place: LinePlace) => void): void {
    const place = { start: this.#position, length: bytes.length };
    this.#position += bytes.length;
    this.#lines++;
    if (bytes.length === 0) return;
    let row: unknown;
    try {
      row = JSON.parse(bytes.toString('utf8'));
      if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new Error('not an object');
    } catch {
      const message = 'not a complete row; passed over';
      this.unreadable.push({ severity: 'warning', file: this.file, line: this.#lines, message });
      return;
    }
    visit(row as T, place);
  }
}

function lineEnd(block: Buffer, from: number, length: number): number {
  const at = block.indexOf(NEWLINE, from);
  return at < length ? at : -1;
}
