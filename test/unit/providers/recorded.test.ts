import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GenerateOutcome, GenerateRequest, ModelNode } from '../../../src/node/ports.ts';
import { createRecordedNode } from '../../../src/node/providers/recorded.ts';

let root: string;
const opened: ModelNode[] = [];
beforeEach(async () => {
  root = path.join(await mkdtemp(path.join(tmpdir(), 'poq-recorded-')), 'workspace');
  await mkdir(root);
});
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
  await rm(path.dirname(root), { recursive: true, force: true });
});

const signal = new AbortController().signal;

function nodeOf(file: string): ModelNode {
  const node = createRecordedNode({ id: 'old', provider: 'recorded', file }, { root });
  opened.push(node);
  return node;
}

async function nodeWith(content: string | Buffer): Promise<ModelNode> {
  await writeFile(path.join(root, 'old.jsonl'), content);
  return nodeOf('old.jsonl');
}

const rows = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

async function ask(node: ModelNode, sampleId: string, repeat = 0): Promise<GenerateOutcome> {
  const options = { maxTokens: 64, temperature: 0, seed: 1 };
  const request: GenerateRequest = { sampleId, messages: [{ role: 'user', content: 'q' }], options, repeat };
  return (await node.generate([request], signal))[0] as GenerateOutcome;
}

describe('recorded answers', () => {
  test('come back with what the file says, and null for what it does not', async () => {
    const node = await nodeWith(
      rows(
        { sample: 'a', text: 'one', latencyMs: 12.5, ttftMs: 2.5, inputTokens: 3, outputTokens: 4, device: 'H100' },
        { sample: 'b', text: '', latencyMs: 0 },
        { sample: 'c', error: 'it broke', latencyMs: 7 },
        { sample: 4, text: 'number', latencyMs: null },
      ),
    );
    expect(await node.load(signal)).toEqual({ device: 'recorded' });
    expect(await ask(node, 'a')).toEqual({
      text: 'one',
      latencyMs: 12.5,
      ttftMs: 2.5,
      decodeMs: 10,
      queueMs: null,
      inputTokens: 3,
      outputTokens: 4,
      device: 'H100',
    });
    const nothing = { ttftMs: null, decodeMs: null, queueMs: null, inputTokens: null, outputTokens: null };
    expect(await ask(node, 'b')).toEqual({ ...nothing, text: '', latencyMs: 0, device: 'recorded' });
    expect(await ask(node, 'c')).toEqual({ ...nothing, error: 'it broke', latencyMs: 7, device: 'recorded' });
    expect(await ask(node, '4')).toMatchObject({ text: 'number', latencyMs: null });
  });

  test('several requests are answered in order, without load', async () => {
    const node = await nodeWith(
      rows({ sample: 'a', text: 'A', latencyMs: 1 }, { sample: 'b', text: 'B', latencyMs: 1 }),
    );
    const options = { maxTokens: 64, temperature: 0, seed: 1 };
    const requests = ['b', 'a', 'b'].map((sampleId) => ({ sampleId, messages: [], options, repeat: 0 }));
    expect((await node.generate(requests, signal)).map((outcome) => outcome.text)).toEqual(['B', 'A', 'B']);
  });

  test('a sample without a row is a failure that names sample and file', async () => {
    const node = await nodeWith(rows({ sample: 'a', text: 'A', latencyMs: 1 }));
    expect((await ask(node, 'zz')).error).toBe('no recorded answer for sample "zz" in old.jsonl');
    expect((await ask(node, 'a', 1)).error).toContain('repeat 1');
  });

  test('repeats have rows of their own', async () => {
    const node = await nodeWith(
      rows({ sample: 'a', text: 'first', latencyMs: 1 }, { sample: 'a', repeat: 1, text: 'second', latencyMs: 1 }),
    );
    expect((await ask(node, 'a', 0)).text).toBe('first');
    expect((await ask(node, 'a', 1)).text).toBe('second');
    expect(node.warnings?.(new Set(['a']))).toEqual([]);
  });

  test('byte-order mark, CRLF, blank lines, no last line end, line separators inside strings', async () => {
    const text = 'ż 🦊 \u2028 \u0000 __proto__';
    const lines = [
      { sample: 'a', text, latencyMs: 1 },
      { sample: '__proto__', text: 'p', latencyMs: 1 },
    ];
    const node = await nodeWith(`\ufeff${lines.map((line) => JSON.stringify(line)).join('\r\n\r\n  \r\n')}`);
    expect((await ask(node, 'a')).text).toBe(text);
    expect((await ask(node, '__proto__')).text).toBe('p');
    expect(node.warnings?.(new Set(['a', '__proto__']))).toEqual([]);
  });

  test('lines longer than a block of the file, in order and whole', async () => {
    const texts = [300_000, 5, 1_000_000, 262_144, 0].map((length, i) => String(i).repeat(length));
    const node = await nodeWith(rows(...texts.map((text, i) => ({ sample: `s${i}`, text, latencyMs: i }))));
    for (let i = 0; i < texts.length; i++) {
      expect(await ask(node, `s${i}`)).toMatchObject({ text: texts[i], latencyMs: i });
    }
  });
});

describe('what is wrong with a file', () => {
  test('broken rows, duplicates and rows without a sample are named with their line', async () => {
    const good = (sample: string) => JSON.stringify({ sample, text: sample, latencyMs: 1 });
    const node = await nodeWith(
      Buffer.concat([
        Buffer.from(
          `${[
            good('a'),
            '{"sample": "b", "text": ',
            '[1]',
            '{"text": "x", "latencyMs": 1}',
            '{"sample": "c", "latencyMs": 1}',
            '{"sample": "c", "text": "x"}',
            '{"sample": "c", "text": "x", "latencyMs": -1}',
            '{"sample": "a", "text": "later", "latencyMs": 1}',
            good('stray'),
          ].join('\n')}\n`,
        ),
        Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
      ]),
    );
    await node.load(signal);
    const told = (node.warnings?.(new Set(['a', 'b', 'c'])) ?? []).map(
      (d) => `${d.file}:${d.line} ${d.severity} ${d.message}`,
    );
    expect(told.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'old.jsonl:2 error',
      'old.jsonl:3 error',
      'old.jsonl:4 error',
      'old.jsonl:5 error',
      'old.jsonl:6 error',
      'old.jsonl:7 error',
      'old.jsonl:8 warning',
      'old.jsonl:10 error',
      'old.jsonl:9 warning',
    ]);
    for (const [i, words] of [
      [0, 'not JSON'],
      [2, '"sample" is missing'],
      [3, '"text" is missing'],
      [4, '"latencyMs" is missing (null'],
      [5, '"latencyMs"'],
      [6, 'replaces the one of line 1'],
      [7, 'not UTF-8'],
      [8, '"stray"'],
    ] as const) {
      expect(told[i]).toContain(words);
    }
    expect((await ask(node, 'a')).text).toBe('later');
  });

  test('thousands of stray rows are counted, not listed', async () => {
    const node = await nodeWith(
      rows(...Array.from({ length: 3000 }, (_, i) => ({ sample: `s${i}`, text: 'x', latencyMs: 1 }))),
    );
    await node.load(signal);
    const told = node.warnings?.(new Set()) ?? [];
    expect(told.length).toBeLessThan(60);
    expect(told.at(-1)?.message).toContain(String(3000 - (told.length - 1)));
  });

  test.each([
    ['missing.jsonl', /model "old": missing\.jsonl does not exist/],
    ['.', /not a file/],
    ['../outside.jsonl', /outside the workspace/],
    ['sub/../../outside.jsonl', /outside the workspace/],
  ])('%s', async (file, message) => {
    await writeFile(path.join(root, '..', 'outside.jsonl'), rows({ sample: 'a', text: 'x', latencyMs: 1 }));
    await expect(nodeOf(file).load(signal)).rejects.toThrow(message);
  });

  test('an absolute path and a link that lead outside', async () => {
    const outside = path.join(root, '..', 'outside.jsonl');
    await writeFile(outside, rows({ sample: 'a', text: 'x', latencyMs: 1 }));
    await expect(nodeOf(outside).load(signal)).rejects.toThrow(/outside the workspace/);
    // Windows lets only some users make links.
    const linked = await symlink(outside, path.join(root, 'link.jsonl')).then(
      () => true,
      () => false,
    );
    if (linked) await expect(nodeOf('link.jsonl').load(signal)).rejects.toThrow(/outside the workspace/);
  });

  test('a name that begins with two dots is inside', async () => {
    await writeFile(path.join(root, '..old.jsonl'), rows({ sample: 'a', text: 'x', latencyMs: 1 }));
    expect((await ask(nodeOf('..old.jsonl'), 'a')).text).toBe('x');
  });

  test('a file without a single usable row', async () => {
    await expect((await nodeWith('')).load(signal)).rejects.toThrow(/holds no recorded answer \(it is empty\)/);
    await expect((await nodeWith('\n{"a": 1}\n')).load(signal)).rejects.toThrow(/line 2: "sample" is missing/);
  });

  test('loading can be cancelled', async () => {
    const node = await nodeWith(rows({ sample: 'a', text: 'x', latencyMs: 1 }));
    await expect(node.load(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect((await ask(node, 'a')).text).toBe('x');
  });
});
