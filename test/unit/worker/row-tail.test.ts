import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type LinePlace, RowTail } from '../../../src/worker/runs/row-tail.ts';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'poq-tail-')), 'rows.jsonl');
});

interface Row {
  n: number;
  text?: string;
}

/** Reads what is new; the rows with their places. */
async function read(tail: RowTail<Row>, ended = false) {
  const rows: Row[] = [];
  const places: LinePlace[] = [];
  const change = await tail.read(ended, (row, place) => {
    rows.push(row);
    places.push(place);
  });
  return { change, rows, places };
}

describe('the tail of a file of rows', () => {
  test('gives whole lines alone, each once, while somebody appends', async () => {
    writeFileSync(file, '{"n":1}\n{"n":2}\n{"n":');
    const tail = new RowTail<Row>(file);
    expect(await read(tail)).toMatchObject({ change: 'grown', rows: [{ n: 1 }, { n: 2 }] });
    expect(await read(tail)).toMatchObject({ change: 'same', rows: [] });
    appendFileSync(file, '3}\n');
    expect(await read(tail)).toMatchObject({ change: 'grown', rows: [{ n: 3 }], places: [{ start: 16, length: 7 }] });
    expect(tail.unreadable).toEqual([]);
  });

  test('a missing file has no rows, and one that appears later has', async () => {
    const tail = new RowTail<Row>(file);
    expect(await read(tail, true)).toMatchObject({ change: 'same', rows: [] });
    writeFileSync(file, '{"n":1}\n');
    expect((await read(tail)).rows).toEqual([{ n: 1 }]);
  });

  test('lines that are no rows are told once, with their number; the others count', async () => {
    writeFileSync(file, '{"n":1}\n\n[1]\nnull\n{torn\n{"n":2}\n');
    const tail = new RowTail<Row>(file);
    expect((await read(tail)).rows).toEqual([{ n: 1 }, { n: 2 }]);
    await read(tail);
    expect(tail.unreadable.map(({ line }) => line)).toEqual([3, 4, 5]);
    expect(tail.unreadable[0]).toMatchObject({ severity: 'warning', file });
  });

  test('when nobody writes any more, what follows the last line end is a line', async () => {
    writeFileSync(file, '{"n":1}\n{"n":2}');
    expect((await read(new RowTail<Row>(file), true)).rows).toEqual([{ n: 1 }, { n: 2 }]);
    writeFileSync(file, '{"n":1}\n{"n":');
    const tail = new RowTail<Row>(file);
    expect((await read(tail, true)).rows).toEqual([{ n: 1 }]);
    expect(tail.unreadable).toHaveLength(1);
    expect((await read(tail, true)).change).toBe('same');
  });

  test('a torn line that a resumed run cut makes the file another one, however far it has grown since', async () => {
    writeFileSync(file, '{"n":1}\n{"n":');
    const tail = new RowTail<Row>(file);
    await read(tail, true);
    truncateSync(file, 8);
    expect((await read(tail)).change).toBe('replaced');
    appendFileSync(file, '{"n":2}\n{"n":3}\n');
    expect((await read(tail)).change).toBe('replaced');
  });

  test('a torn line that was not read may be cut without anybody noticing', async () => {
    writeFileSync(file, '{"n":1}\n{"n":');
    const tail = new RowTail<Row>(file);
    await read(tail);
    truncateSync(file, 8);
    appendFileSync(file, '{"n":2}\n');
    expect(await read(tail)).toMatchObject({ change: 'grown', rows: [{ n: 2 }] });
  });

  test('a file that was deleted or is shorter than what was read is another one', async () => {
    writeFileSync(file, '{"n":1}\n{"n":2}\n');
    const tail = new RowTail<Row>(file);
    await read(tail);
    writeFileSync(file, '{"n":1}\n');
    expect((await read(tail)).change).toBe('replaced');
    rmSync(file);
    expect((await read(tail)).change).toBe('replaced');
  });

  test('whatever the texts and however the bytes arrive, the rows and their places are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ n: fc.integer(), text: fc.string({ unit: 'grapheme' }) }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
        async (rows, pieces) => {
          const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
          writeFileSync(file, '');
          const tail = new RowTail<Row>(file);
          const found: Row[] = [];
          const places: LinePlace[] = [];
          for (let at = 0, piece = 0; at < bytes.length; piece++) {
            const length = pieces[piece % pieces.length]!;
            appendFileSync(file, bytes.subarray(at, at + length));
            at += length;
            const news = await read(tail);
            found.push(...news.rows);
            places.push(...news.places);
          }
          expect(found).toEqual(rows);
          const slices = places.map(({ start, length }) => bytes.subarray(start, start + length).toString('utf8'));
          expect(slices.map((line) => JSON.parse(line))).toEqual(rows);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('lines longer than a block are whole', async () => {
    const text = 'ä€😀'.repeat(100_000);
    writeFileSync(file, `{"n":1}\n${JSON.stringify({ n: 2, text })}\n{"n":3}\n`);
    const { rows, places } = await read(new RowTail<Row>(file));
    expect(rows.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(rows[1]!.text).toBe(text);
    expect(places[2]).toEqual({ start: 8 + Buffer.byteLength(JSON.stringify({ n: 2, text })) + 1, length: 7 });
  });
});
