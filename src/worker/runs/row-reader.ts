import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { LinePlace } from './row-tail.ts';

/** Reads single rows of a run's files, which are open only while it is. */
export class RowReader {
  readonly #files = new Map<string, number>();

  constructor(readonly folder: string) {}

  read<T>(name: string, { start, length }: LinePlace): T {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = openSync(join(this.folder, name), 'r');
      this.#files.set(name, file);
    }
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length; ) {
      const count = readSync(file, bytes, read, length - read, start + read);
      if (count === 0) break;
      read += count;
    }
    try {
      return JSON.parse(bytes.toString('utf8')) as T;
    } catch {
      throw new Error(`${join(this.folder, name)} changed while it was read: try again.`);
    }
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
  }
}
