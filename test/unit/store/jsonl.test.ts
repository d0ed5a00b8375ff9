import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/core/types.ts';
import { RowFile, readRows } from '../../../src/node/store/jsonl.ts';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'poq-jsonl-')), 'rows.jsonl');
});

async function read(): Promise<{ rows: unknown[]; diagnostics: Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const rows: unknown[] = [];
  for await (const row of readRows(file, (d) => diagnostics.push(d))) rows.push(row);
  return { rows, diagnostics };
}

describe('RowFile', () => {
  test('gives back what was appended, in order, over several openings', async () => {
    const first = new RowFile(file);
    first.append([{ a: 1 }, { a: 2 }]);
    first.close();
    const second = new RowFile(file);
    second.append([]);
    second.append([{ a: 3 }]);
    second.close();
    expect((await read()).rows).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  test('cuts a torn last line when it is opened again, and only that', async () => {
    writeFileSync(file, '{"a":1}\n{"a":2}\n{"a":"torn by a k');
    new RowFile(file).close();
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
  });

  test('cuts a torn only line, however long', () => {
    writeFileSync(file, `{"a":"${'x'.repeat(200_000)}`);
    new RowFile(file).close();
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  test('finds the last line end before a torn line that is longer than one block', () => {
    writeFileSync(file, `{"a":1}\n{"a":"${'x'.repeat(200_000)}`);
    new RowFile(file).close();
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}\n');
  });

  test('keeps any text in one line: line separators, lone surrogates, control characters', async () => {
    const text = 'a\u2028b\u2029c\r\nd\u0000e\ud800f\u0085g';
    const rows = new RowFile(file);
    rows.append([{ text }, { text: 'next' }]);
    rows.close();
    expect((await read()).rows).toEqual([{ text }, { text: 'next' }]);
  });
});

describe('readRows', () => {
  test('passes over a broken line and names it', async () => {
    writeFileSync(file, '{"a":1}\nnonsense\n[1]\n{"a":2}\n');
    const { rows, diagnostics } = await read();
    expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
    expect(diagnostics.map((d) => [d.line, d.severity])).toEqual([
      [2, 'warning'],
      [3, 'warning'],
    ]);
  });

  test('a file that is not there has no rows', async () => {
    expect((await read()).rows).toEqual([]);
  });

  test('reads a multi-byte character that lies across two blocks', async () => {
    appendFileSync(file, `{"t":"${'é'.repeat(300_001)}"}\n`);
    expect((await read()).rows).toEqual([{ t: 'é'.repeat(300_001) }]);
  });
});
