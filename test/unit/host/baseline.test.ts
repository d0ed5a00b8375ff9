import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBaseline, writeBaseline } from '../../../src/host/runs/baseline.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poq-baseline-'));
  mkdirSync(join(root, '.poq', 'runs', 'r1'), { recursive: true });
  writeFileSync(join(root, '.poq', 'runs', 'r1', 'run.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a baseline is kept, replaced and removed', () => {
  expect(readBaseline(root)).toBeNull();
  writeBaseline(root, 'r1');
  expect(readBaseline(root)).toBe('r1');
  writeBaseline(root, null);
  expect(readBaseline(root)).toBeNull();
  writeBaseline(root, null);
});

test('a baseline whose run is gone is none', () => {
  writeBaseline(root, 'r1');
  rmSync(join(root, '.poq', 'runs', 'r1'), { recursive: true });
  expect(readBaseline(root)).toBeNull();
});

test.each(['{', '{"run": 3}', '{"run": "../../elsewhere"}', '{"run": ".."}', '[]', '', 'null'])(
  'what somebody else wrote into the file leads nowhere: %s',
  (text) => {
    writeFileSync(join(root, '.poq', 'baseline.json'), text);
    expect(readBaseline(root)).toBeNull();
    writeBaseline(root, 'r1');
    expect(JSON.parse(readFileSync(join(root, '.poq', 'baseline.json'), 'utf8'))).toEqual({ run: 'r1' });
  },
);
