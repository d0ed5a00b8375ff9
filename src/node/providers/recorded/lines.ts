import type { FileHandle } from 'node:fs/promises';

/** A longer line is passed over: holding it would need as much memory. */
const LONGEST_LINE = 64 * 1024 * 1024;
const BLOCK = 256 * 1024;
const NEWLINE = 0x0a;

export interface Line {
  /** From 1. */
  number: number;
  /** Where it begins in the file, in bytes. */
  offset: number;
  /** Its bytes without the line end; null for one that is too long to hold. */
  bytes: Buffer | null;
}

/** The lines of a file, in order, with one line in memory at a time. A byte-order mark belongs to no line. */
export async function* readLines(file: FileHandle): AsyncGenerator<Line, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  let position = await bomLength(file);
  let offset = position;
  const line = (): Line => ({ number, offset, bytes: length > LONGEST_LINE ? null : Buffer.concat(parts, length) });
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK, position);
    if (bytesRead === 0) break;
    const block = buffer.subarray(0, bytesRead);
    let start = 0;
    while (start < block.length) {
      const newline = block.indexOf(NEWLINE, start);
      const end = newline < 0 ? block.length : newline;
      length += end - start;
      if (length <= LONGEST_LINE) parts.push(block.subarray(start, end));
      else parts = [];
      if (newline < 0) break;
      yield line();
      start = newline + 1;
      offset = position + start;
      number++;
      parts = [];
      length = 0;
    }
    position += bytesRead;
  }
  if (length > 0) yield line();
}

async function bomLength(file: FileHandle): Promise<number> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(3), 0, 3, 0);
  return bytesRead === 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
}
