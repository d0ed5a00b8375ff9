import { type ParseError, parse, printParseErrorCode, visit } from 'jsonc-parser';
import type { Sample } from '../types.ts';
import type { ReadContext } from './input.ts';
import { BROKEN_TEXT, lineAt, MAX_LINE, splitLines } from './lines.ts';
import { type RowReader, readPlainRow, toRow, unreadColumns } from './rows.ts';
import { type Fields, RowError } from './values.ts';

/** One JSON object a line; one line is held at a time. */
export async function* readJsonl(
  chunks: AsyncIterable<string>,
  reader: RowReader,
  ctx: ReadContext,
): AsyncGenerator<Sample> {
  let index = -1;
  for await (const line of splitLines(chunks)) {
    if (!line.tooLong && line.text.trim() === '') continue;
    index += 1;
    if (line.tooLong) ctx.error(line.number, tooLong);
    else if (line.text.includes(BROKEN_TEXT)) ctx.error(line.number, 'not UTF-8: the row is skipped');
    else {
      const sample = attemptRow(() => JSON.parse(line.text) as unknown, line.text, index, line.number, reader, ctx);
      if (sample) yield sample;
    }
  }
  if (index < 0) ctx.error(1, 'no rows: the file is empty');
}

export const tooLong = `longer than ${MAX_LINE / 1024 / 1024} million characters: the row is skipped`;

/** A whole file that is one JSON list of rows. */
export function* readJsonRows(text: string, value: unknown, reader: RowReader, ctx: ReadContext): Generator<Sample> {
  if (!Array.isArray(value)) return ctx.error(1, 'not a list of rows');
  if (value.length === 0) return ctx.error(1, 'no rows: the list is empty');
  const lines = itemLines(text);
  for (const [index, item] of value.entries()) {
    const sample = attemptRow(() => item as unknown, '', index, lines[index], reader, ctx);
    if (sample) yield sample;
  }
}

function attemptRow(
  parsed: () => unknown,
  text: string,
  index: number,
  line: number | undefined,
  reader: RowReader,
  ctx: ReadContext,
): Sample | null {
  try {
    const value = parsed();
    const row = toRow(value);
    if (index === 0 && reader === readPlainRow) noteUnread(unreadColumns(Object.keys(value as Fields)), line, ctx);
    return reader(row, index, line, ctx);
  } catch (error) {
    if (error instanceof SyntaxError) ctx.error(line, `not valid JSON: ${firstJsonError(text)?.what ?? 'broken'}`);
    else if (error instanceof RowError) ctx.error(line, error.message);
    else throw error;
    return null;
  }
}

export function noteUnread(columns: string[], line: number | undefined, ctx: ReadContext): void {
  if (columns.length > 0) ctx.note(line, `not read: ${columns.map((c) => `"${c}"`).join(', ')}`);
}

/** What is wrong with a text that JSON.parse refused. */
function firstJsonError(text: string): { what: string; offset: number } | null {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch {
    return { what: 'nested too deeply', offset: 0 };
  }
  const [error] = errors;
  if (!error) return null;
  const name = printParseErrorCode(error.error).replace(/([a-z])([A-Z])/g, '$1 $2');
  const column = error.offset - text.lastIndexOf('\n', error.offset - 1);
  return { what: `${name.toLowerCase()} at column ${column}`, offset: error.offset };
}

/** Parses a whole JSON file; undefined after a diagnostic. */
export function parseJson(text: string, ctx: ReadContext, file?: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const found = firstJsonError(text);
    ctx.error(lineAt(text, found?.offset ?? 0), `not valid JSON: ${found?.what ?? 'broken'}`, file);
    return undefined;
  }
}

/** The line of every item of a top-level list. */
function itemLines(text: string): number[] {
  const lines: number[] = [];
  let depth = 0;
  const begin = (line: number) => {
    if (depth === 1) lines.push(line + 1);
    depth += 1;
  };
  const end = () => {
    depth -= 1;
  };
  visit(text, {
    onObjectBegin: (_offset, _length, line) => begin(line),
    onObjectEnd: end,
    onArrayBegin: (_offset, _length, line) => begin(line),
    onArrayEnd: end,
    onLiteralValue: (_value, _offset, _length, line) => {
      if (depth === 1) lines.push(line + 1);
    },
  });
  return lines;
}
