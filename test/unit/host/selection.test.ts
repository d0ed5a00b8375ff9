import { expect, test } from 'vitest';
import { type FolderFiles, selectionsOf, type Target } from '../../../src/host/testing/selection.ts';

const one: FolderFiles = {
  root: '/one',
  files: [
    { path: 'a.jsonl', samples: ['a1', 'a2'], found: true },
    { path: 'b.jsonl', samples: ['b1'], found: true },
  ],
};
const two: FolderFiles = { root: '/two', files: [{ path: 'a.jsonl', samples: ['a1'], found: true }] };
const folder: Target = { kind: 'folder', root: '/one' };
const file = (path: string): Target => ({ kind: 'file', root: '/one', path });
const sample = (path: string, id: string): Target => ({ kind: 'sample', root: '/one', path, id });
const scopes = (include: Target[] | undefined, exclude: Target[] = [], folders = [one, two]) =>
  selectionsOf(include, exclude, folders).map(({ root, scope }) => [root, scope]);

test('everything is every folder, as its config says', () => {
  expect(scopes(undefined)).toEqual([
    ['/one', {}],
    ['/two', {}],
  ]);
  expect(scopes([folder])).toEqual([['/one', {}]]);
});

test('whole files are named, single samples too, with the files they are in', () => {
  expect(scopes([file('b.jsonl')])).toEqual([['/one', { files: ['b.jsonl'] }]]);
  expect(scopes([sample('a.jsonl', 'a2')])).toEqual([['/one', { files: ['a.jsonl'], samples: ['a2'] }]]);
  expect(scopes([sample('a.jsonl', 'a2'), file('b.jsonl')])).toEqual([
    ['/one', { files: ['a.jsonl', 'b.jsonl'], samples: ['a2', 'b1'] }],
  ]);
  expect(scopes([sample('a.jsonl', 'a1'), sample('a.jsonl', 'a2')])).toEqual([['/one', { files: ['a.jsonl'] }]]);
});

test('what is excluded is left out, whatever includes it', () => {
  expect(scopes(undefined, [sample('a.jsonl', 'a1')])).toEqual([
    ['/one', { files: ['a.jsonl', 'b.jsonl'], samples: ['a2', 'b1'] }],
    ['/two', {}],
  ]);
  expect(scopes([folder], [file('a.jsonl')])).toEqual([['/one', { files: ['b.jsonl'] }]]);
  expect(scopes([file('a.jsonl')], [folder])).toEqual([]);
  expect(scopes([], [])).toEqual([]);
});

test('the same id in another file is another sample', () => {
  const twice: FolderFiles = {
    root: '/one',
    files: [
      { path: 'a', samples: ['x', 'y'], found: true },
      { path: 'b', samples: ['x', 'y'], found: true },
    ],
  };
  expect(selectionsOf([sample('a', 'x')], [], [twice])[0]!.chosen).toEqual(new Map([['a', ['x']]]));
});

test('an open file that no pattern names is run by its name', () => {
  const open: FolderFiles = { root: '/one', files: [...one.files, { path: 'c.csv', samples: ['c1'], found: false }] };
  expect(scopes(undefined, [], [open])).toEqual([['/one', { files: ['a.jsonl', 'b.jsonl', 'c.csv'] }]]);
  expect(scopes(undefined, [file('c.csv')], [open])).toEqual([['/one', { files: ['a.jsonl', 'b.jsonl'] }]]);
});

test('a file without samples does not make a folder partial, and nothing is nothing', () => {
  expect(
    scopes(undefined, [], [{ root: '/one', files: [...one.files, { path: 'e', samples: [], found: true }] }]),
  ).toEqual([['/one', {}]]);
  expect(scopes(undefined, [], [{ root: '/one', files: [] }])).toEqual([]);
});
