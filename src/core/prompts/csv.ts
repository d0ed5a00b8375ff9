import { parse } from 'csv-parse/browser/esm/sync';
import type { Sample } from '../types.ts';
import type { ReadContext } from './input.ts';
import { noteUnread, tooLong } from './jsonl.ts';
import { BROKEN_TEXT, type Line, MAX_LINE, splitLines } from './lines.ts';
import { PROMPT_COLUMNS, type RowReader, readPlainRow, unreadColumns } from './rows.ts';
import { columnName, RowError } from './values.ts';

/** One record of a table: its cells, and the line it starts on; `problem` instead of cells where it is broken. */
export interface CsvRecord {
  line: number;
  cells: string[];
  problem?: string;
}

/** Records parsed together: large enough to be fast, small enough to hold. */
const BATCH = 64 * 1024;

/**
 * Records one after the other, never holding more than a batch. csv-parse reads the cells; where a record ends is
 * found here, so that one broken record (a quote that never closes, a line without end) costs that record alone.
 */
export async function* csvRecords(chunks: AsyncIterable<string>, delimiter?: string): AsyncGenerator<CsvRecord> {
  let separator = delimiter;
  let batch: { line: number; text: string }[] = [];
  let size = 0;
  const flush = function* (): Generator<CsvRecord> {
    yield* parseBatch(batch, separator ?? ',');
    batch = [];
    size = 0;
  };
  for await (const record of rawRecords(chunks, () => separator ?? ',')) {
    if (separator === undefined && !('problem' in record)) separator = sniff(record.text);
    if ('problem' in record) {
      yield* flush();
      yield { line: record.line, cells: [], problem: record.problem };
      continue;
    }
    batch.push(record);
    size += record.text.length;
    if (size > BATCH || batch.length === 1000) yield* flush();
  }
  yield* flush();
}

/** The separator of a header line: the one that occurs most outside quotes. */
function sniff(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((c) => ({ c, n: bare.split(c).length }));
  return counts.reduce((best, next) => (next.n > best.n ? next : best)).c;
}

function* parseBatch(batch: { line: number; text: string }[], delimiter: string): Generator<CsvRecord> {
  if (batch.length === 0) return;
  try {
    const rows = cellsOf(batch.map((r) => r.text).join('\n'), delimiter);
    if (rows.length === batch.length) {
      for (const [i, cells] of rows.entries()) yield { line: batch[i]!.line, cells };
      return;
    }
  } catch {
    // One of them is broken: find out which.
  }
  for (const { line, text } of batch) {
    try {
      const [cells] = cellsOf(text, delimiter);
      yield { line, cells: cells ?? [] };
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/ at line \d+/, '') : String(error);
      yield { line, cells: [], problem: `not valid CSV: ${reason}` };
    }
  }
}

function cellsOf(text: string, delimiter: string): string[][] {
  return parse(text, { delimiter, relax_quotes: true, relax_column_count: true, record_delimiter: '\n' });
}

type RawRecord = { line: number; text: string } | { line: number; problem: string };

/** Joins the lines of each record: a quoted cell may hold line feeds. */
async function* rawRecords(chunks: AsyncIterable<string>, delimiter: () => string): AsyncGenerator<RawRecord> {
  let open: Line[] = [];
  let size = 0;
  const take = function* (line: Line): Generator<RawRecord> {
    if (line.tooLong) {
      if (open.length > 0) yield* giveUp();
      return yield { line: line.number, problem: tooLong };
    }
    if (open.length === 0 && line.text.trim() === '') return;
    open.push(line);
    size += line.text.length + 1;
    // Only the record so far decides: a quote that is still open goes on to the next line.
    const state = afterLine(line.text, quoting, delimiter());
    quoting = state === 'open';
    if (state === 'broken') yield* giveUp();
    else if (state === 'closed') {
      const text = open.map((l) => l.text).join('\n');
      const broken = open.find((l) => l.text.includes(BROKEN_TEXT));
      yield broken
        ? { line: broken.number, problem: 'not UTF-8: the row is skipped' }
        : { line: open[0]!.number, text };
      open = [];
      size = 0;
    } else if (size > MAX_LINE) yield* giveUp();
  };
  let quoting = false;
  /** The quote opened on the first line does not close: that line is broken, those after it are read afresh. */
  const giveUp = function* (): Generator<RawRecord> {
    const [first, ...rest] = open;
    open = [];
    size = 0;
    quoting = false;
    yield {
      line: first!.number,
      problem: 'not valid CSV: a quote that opens here does not close at the end of a cell',
    };
    for (const line of rest) yield* take(line);
  };
  for await (const line of splitLines(chunks)) yield* take(line);
  while (open.length > 0) yield* giveUp();
}

/** Whether a quoted cell is still open after this line. A quote opens a cell at its start, and closes it at its end. */
function afterLine(text: string, quoting: boolean, delimiter: string): 'open' | 'closed' | 'broken' {
  if (!text.includes('"')) return quoting ? 'open' : 'closed';
  let open = quoting;
  let atStart = !quoting;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (open) {
      if (c !== '"') continue;
      const next = text[i + 1];
      if (next !== '"' && next !== undefined && next !== delimiter) return 'broken';
      if (next === '"') i += 1;
      else open = false;
    } else {
      open = c === '"' && atStart;
      atStart = c === delimiter;
    }
  }
  return open ? 'open' : 'closed';
}

/** A table with a header row: one sample a record. */
export async function* readCsv(
  chunks: AsyncIterable<string>,
  delimiter: string | undefined,
  reader: RowReader,
  ctx: ReadContext,
): AsyncGenerator<Sample> {
  let header: string[] | null = null;
  let index = -1;
  for await (const record of csvRecords(chunks, delimiter)) {
    if (header === null) {
      if (record.problem) return ctx.error(record.line, record.problem);
      header = readHeader(record, reader, ctx);
      if (header === null) return;
      continue;
    }
    index += 1;
    try {
      if (record.problem) throw new RowError(record.problem);
      if (record.cells.length !== header.length)
        throw new RowError(`the row has ${record.cells.length} cells, the header ${header.length}`);
      const row = new Map<string, unknown>(header.map((name, i) => [name, record.cells[i]]));
      yield reader(row, index, record.line, ctx);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      ctx.error(record.line, error.message);
    }
  }
  if (header === null) ctx.error(1, 'no rows: the file is empty');
  else if (index < 0) ctx.error(1, 'no rows under the header');
}

function readHeader(record: CsvRecord, reader: RowReader, ctx: ReadContext): string[] | null {
  const header = record.cells.map(columnName);
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice) ctx.error(record.line, `two columns are called "${twice}"`);
  else if (reader === readPlainRow && !PROMPT_COLUMNS.some((name) => header.includes(name)))
    ctx.error(record.line, `no prompt column: one of ${PROMPT_COLUMNS.join(', ')} is needed in the header`);
  else {
    if (reader === readPlainRow)
      noteUnread(unreadColumns(record.cells.map((c) => c.trim()).filter((c) => c !== '')), record.line, ctx);
    return header;
  }
  return null;
}
