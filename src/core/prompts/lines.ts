/**
 * Stands in the text where bytes were not UTF-8. A lone surrogate cannot come from valid UTF-8, so it is never
 * mistaken for the file's own text.
 */
export const BROKEN_TEXT = '\uDC80';

/** Longest line (or CSV record) that is read, in UTF-16 units. A longer one is skipped without being held. */
export const MAX_LINE = 16 * 1024 * 1024;

export interface Line {
  text: string;
  /** Counts from 1. */
  number: number;
  /** Longer than `MAX_LINE`: `text` is empty. */
  tooLong: boolean;
}

/** Splits pieces of text at line feeds (a carriage return before one is dropped), holding one line at a time. */
export async function* splitLines(chunks: AsyncIterable<string>, limit = MAX_LINE): AsyncGenerator<Line> {
  let pieces: string[] = [];
  let length = 0;
  let number = 1;
  let tooLong = false;
  const take = (piece: string) => {
    if (tooLong) return;
    length += piece.length;
    if (length > limit) {
      tooLong = true;
      pieces = [];
    } else if (piece !== '') pieces.push(piece);
  };
  const finish = (): Line => {
    const joined = pieces.length === 1 ? pieces[0]! : pieces.join('');
    const line = { text: joined.endsWith('\r') ? joined.slice(0, -1) : joined, number, tooLong };
    pieces = [];
    length = 0;
    tooLong = false;
    number += 1;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      take(chunk.slice(start, end));
      yield finish();
      start = end + 1;
    }
    take(chunk.slice(start));
  }
  if (length > 0) yield finish();
}

/** The whole text, or null when it is longer than `limit` UTF-16 units. */
export async function readAll(chunks: AsyncIterable<string>, limit: number): Promise<string | null> {
  const pieces: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) return null;
    pieces.push(chunk);
  }
  return pieces.join('');
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}
