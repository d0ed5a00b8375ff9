import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BROKEN_TEXT, readSamples } from '../../../src/core/prompts/index.ts';
import { jsonl, read } from './helpers.ts';

const user = (content: string) => [{ role: 'user', content }];

describe('JSONL', () => {
  it('reads prompts, references, ids, tasks and tags under every name', async () => {
    const { samples, told } = await read(
      'data/a.jsonl',
      jsonl(
        { prompt: 'p', reference: 'r', id: 7, task: 'qa', tags: ['x', 'y'] },
        { input: 'p', ideal: ['a', 'b'], tags: 'x, y' },
        { query: 'p', response: 'their answer', 'ground truth': 'g' },
        { Prompt: 'p', ground_truth: 42 },
        { prompt: 'p', target: false },
        { messages: [{ role: 'system', content: 's' }, ...user('u')], expected: 'e' },
        { input: [{ role: 'user', content: [{ type: 'text', text: 'part' }] }] },
      ),
      { task: 'default', tags: ['t'] },
    );
    expect(samples.map((s) => s.references)).toEqual([['r'], ['a', 'b'], ['g'], ['42'], ['false'], ['e'], []]);
    expect(samples.map((s) => s.id)).toEqual(['7', ...[1, 2, 3, 4, 5, 6].map((i) => `data/a.jsonl#${i}`)]);
    expect(samples.map((s) => s.task)).toEqual(['qa', ...Array(6).fill('default')]);
    expect(samples[0]!.tags).toEqual(['t', 'x', 'y']);
    expect(samples[1]!.tags).toEqual(['t', 'x', 'y']);
    expect(samples[5]!.messages).toEqual([{ role: 'system', content: 's' }, ...user('u')]);
    expect(samples[6]!.messages).toEqual(user('part'));
    expect(samples.map((s) => s.source.line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(told).toEqual([]);
  });

  it('keeps the rest when rows are broken, and keeps their indices', async () => {
    const text = ['\uFEFF{"prompt":"a"}', '', '{"prompt": }', '[1]', '"text"', '{"other":1}', '{"prompt":"b"}'].join(
      '\r\n',
    );
    const { samples, told } = await read('a.jsonl', text);
    expect(samples.map((s) => [s.id, s.source.line])).toEqual([
      ['a.jsonl#0', 1],
      ['a.jsonl#5', 7],
    ]);
    expect(told).toEqual([
      expect.stringMatching(/^error 3 not valid JSON: .*column 12/),
      'error 4 the row is not an object',
      'error 5 the row is not an object',
      expect.stringMatching(/^error 6 no prompt/),
    ]);
  });

  it('names roles and contents that cannot be sent', async () => {
    const { samples, told } = await read(
      'a.jsonl',
      jsonl(
        { messages: [{ role: 'tool', content: 'x' }] },
        { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] }] },
        { messages: [{ role: 'user', content: null }] },
        { messages: [] },
        { messages: 5 },
        { prompt: 'p', reference: { a: 1 } },
      ),
    );
    expect(samples).toEqual([]);
    expect(told.map((t) => t.slice(0, 8))).toEqual([
      'error 1 ',
      'error 2 ',
      'error 3 ',
      'error 4 ',
      'error 5 ',
      'error 6 ',
    ]);
    expect(told[0]).toContain('"tool"');
    expect(told[1]).toContain('"image_url"');
  });

  it('survives keys of the prototype', async () => {
    const { samples } = await read(
      'a.jsonl',
      '{"__proto__":{"prompt":"stolen","id":"x"},"constructor":"c","prompt":"p"}\n{"__proto__":{"prompt":"stolen"}}\n',
    );
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({ id: 'a.jsonl#0', messages: user('p') });
    expect(({} as Record<string, unknown>).prompt).toBeUndefined();
  });

  it('skips a line of 50 MB without holding it', async () => {
    let largest = 0;
    async function* chunks() {
      yield '{"prompt":"a"}\n{"prompt":"';
      for (let i = 0; i < 50; i++) yield 'x'.repeat(1_000_000);
      yield '"}\n{"prompt":"b"}\n';
    }
    const told: string[] = [];
    const ids: string[] = [];
    for await (const s of readSamples({ path: 'a.jsonl', chunks: chunks(), env: new Map() }, (d) =>
      told.push(`${d.line} ${d.message}`),
    )) {
      largest = Math.max(largest, s.messages[0]!.content.length);
      ids.push(s.id);
    }
    expect(ids).toEqual(['a.jsonl#0', 'a.jsonl#2']);
    expect(largest).toBe(1);
    expect(told).toEqual([expect.stringMatching(/^2 longer than/)]);
  });

  it('reports bytes that are not UTF-8 by line, and an empty file', async () => {
    const broken = await read('a.jsonl', `{"prompt":"a"}\n{"prompt":"${BROKEN_TEXT}"}\n{"prompt":"c"}`);
    expect(broken.samples.map((s) => s.messages[0]!.content)).toEqual(['a', 'c']);
    expect(broken.told).toEqual(['error 2 not UTF-8: the row is skipped']);
    for (const text of ['', '\n \n', '\uFEFF'])
      expect((await read('a.jsonl', text)).told).toEqual([expect.stringContaining('empty')]);
  });

  it('reads a nesting of a million levels without falling over', async () => {
    const deep = `{"prompt":"p","metadata":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    const { samples, told } = await read('a.jsonl', `${deep}\n{"prompt":"q"}\n`, { size: 1e5 });
    expect(samples.length + told.length).toBeGreaterThanOrEqual(1);
    expect(samples.at(-1)!.messages).toEqual(user('q'));
  });

  it('reads Inspect rows with their choices', async () => {
    const { samples } = await read(
      'a.jsonl',
      jsonl({ input: 'Capital?', choices: ['Rome', 'Paris'], target: 'B', id: 'x', metadata: {} }),
    );
    expect(samples[0]!.references).toEqual(['Paris']);
    expect(samples[0]!.messages[0]!.content).toMatch(/^Capital\?\n\nChoices:\n- Rome\n- Paris\n/);
  });

  it('tells columns that it does not read', async () => {
    expect((await read('a.jsonl', jsonl({ prompt: 'p', answr: 'a' }))).told).toEqual(['info 1 not read: "answr"']);
    expect((await read('a.csv', 'prompt,Model_Name\np,x\n')).told).toEqual(['info 1 not read: "Model_Name"']);
  });

  it('refuses an id that is no text', async () => {
    const { samples, told } = await read('a.jsonl', jsonl({ prompt: 'p', id: ['x'] }, { prompt: 'p', id: null }));
    expect(told).toEqual(['error 1 "id" must be text or a number']);
    expect(samples.map((s) => s.id)).toEqual(['a.jsonl#1']);
  });

  it('reads a list of rows in a .json file, with lines', async () => {
    const { samples, told } = await read('a.json', '[\n {"prompt": "a"},\n 3,\n {"prompt": "b",\n "id": "k"}\n]');
    expect(samples.map((s) => [s.id, s.source.line])).toEqual([
      ['a.json#0', 2],
      ['k', 4],
    ]);
    expect(told).toEqual(['error 3 the row is not an object']);
  });
});

describe('CSV and TSV', () => {
  it('reads quoted line feeds, spaces around headers, lists in cells', async () => {
    const text = ' Prompt , Expected ,id,tags\r\n"a ""b"",\r\nc",x,1,"p, q"\r\n\r\nd,"[""y"",""z""]",,\r\n';
    const { samples, told } = await read('t.csv', text);
    expect(told).toEqual([]);
    expect(samples.map((s) => [s.id, s.messages[0]!.content, s.references, s.tags, s.source.line])).toEqual([
      ['1', 'a "b",\nc', ['x'], ['p', 'q'], 2],
      ['t.csv#1', 'd', ['y', 'z'], [], 5],
    ]);
  });

  it.each([
    ['t.csv', 'prompt;reference\na, b;c\n'],
    ['t.tsv', 'prompt\treference\na, b\tc\n'],
    ['t.csv', '\uFEFFprompt\treference\na, b\tc\n'],
  ])('finds the separator of %s %j', async (path, text) => {
    const { samples } = await read(path, text);
    expect(samples.map((s) => [s.messages[0]!.content, s.references])).toEqual([['a, b', ['c']]]);
  });

  it('keeps the rest when a record is broken', async () => {
    const text = 'prompt,reference\na,b,c\n"never closed,x\nd,e\n5" pipe,f\n"g"h,i\nj,k\n';
    const { samples, told } = await read('t.csv', text);
    expect(samples.map((s) => s.messages[0]!.content)).toEqual(['d', '5" pipe', 'j']);
    expect(told).toEqual([
      'error 2 the row has 3 cells, the header 2',
      'error 3 not valid CSV: a quote that opens here does not close at the end of a cell',
      'error 6 not valid CSV: a quote that opens here does not close at the end of a cell',
    ]);
  });

  it('needs a prompt column, and one of each', async () => {
    expect((await read('t.csv', 'a,b\n1,2\n')).told).toEqual([expect.stringMatching(/^error 1 no prompt column/)]);
    expect((await read('t.csv', 'prompt,id,Prompt \n1,2,3\n')).told).toEqual([
      'error 1 two columns are called "prompt"',
    ]);
    expect((await read('t.csv', 'prompt\n')).told).toEqual(['error 1 no rows under the header']);
  });

  it('reads back whatever a correct writer writes', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ';', ' ', '\t', 'é'), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const quote = (c: string) => `"${c.replaceAll('"', '""')}"`;
          const text = `prompt,id\n${rows.map(([p, r], i) => `${quote(`p${p}`)},${quote(`${i}${r}`)}`).join('\n')}\n`;
          const { samples, told } = await read('t.csv', text, { size });
          expect(told).toEqual([]);
          expect(samples.map((s) => [s.messages[0]!.content, s.id])).toEqual(
            rows.map(([p, r], i) => [`p${p}`, `${i}${r}`]),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('data sets', () => {
  const qa = (id: string, answers: string[], extra = {}) => ({
    id,
    question: `q ${id}?`,
    answers: answers.map((text) => ({ text, answer_start: 0 })),
    ...extra,
  });

  it('reads SQuAD JSON: wording, groups, lines, unanswerable questions', async () => {
    const value = {
      version: 'v2.0',
      data: [
        {
          title: 't',
          paragraphs: [
            {
              context: 'One.',
              qas: [
                qa('a', ['x', 'x', 'y'], { is_impossible: false }),
                qa('b', [], { is_impossible: true, plausible_answers: [{ text: 'no' }] }),
              ],
            },
          ],
        },
        { title: 'u', paragraphs: [{ context: 'Two.', qas: [qa('c', ['z'])] }, { qas: [] }] },
      ],
    };
    const text = JSON.stringify(value, null, 1);
    const { samples, told } = await read('s.json', text);
    expect(samples[0]!.messages).toEqual(
      user('Answer the question with a short phrase from the text.\n\nText: One.\n\nQuestion: q a?'),
    );
    expect(samples.map((s) => [s.id, s.references, s.unanswerable, s.group, s.task])).toEqual([
      ['a', ['x', 'y'], false, 's.json#0/0', 'qa'],
      ['b', [], true, 's.json#0/0', 'qa'],
      ['c', ['z'], false, 's.json#1/0', 'qa'],
    ]);
    const lines = text.split('\n');
    for (const s of samples) expect(lines[s.source.line!]).toContain(`"id": "${s.id}"`);
    expect(told).toEqual([expect.stringContaining('data[1].paragraphs[1]')]);
  });

  it('reads flat rows: one paragraph is one group', async () => {
    const row = (id: string, context: string, text: string[]) => ({
      id,
      title: 't',
      context,
      question: 'q',
      answers: { text, answer_start: [0] },
    });
    const { samples } = await read('s.jsonl', jsonl(row('a', 'C', ['x']), row('b', 'D', ['y']), row('c', 'C', [])), {
      task: 'mine',
    });
    expect(samples.map((s) => [s.id, s.references, s.unanswerable, s.task])).toEqual([
      ['a', ['x'], false, 'mine'],
      ['b', ['y'], false, 'mine'],
      ['c', [], true, 'mine'],
    ]);
    expect(samples[0]!.group).toBe(samples[2]!.group);
    expect(samples[0]!.group).not.toBe(samples[1]!.group);
  });

  it('reads a single flat row under format squad whatever its name', async () => {
    const row = { id: 'a', context: 'C', question: 'q', answers: { text: ['x'] } };
    expect((await read('rows.txt', jsonl(row), { format: 'squad' })).samples[0]!.references).toEqual(['x']);
  });

  it('reads CNN/DailyMail rows, as JSONL and as CSV', async () => {
    const expected = {
      id: 'k',
      group: 'k',
      task: 'summarisation',
      references: ['H1\nH2'],
      messages: user('Summarise the article in one sentence.\n\nArticle: A, b'),
    };
    const a = await read('c.jsonl', jsonl({ id: 'k', article: 'A, b', highlights: 'H1\nH2' }));
    const b = await read('c.csv', 'id,article,highlights\nk,"A, b","H1\nH2"\n');
    expect(a.samples[0]).toMatchObject(expected);
    expect(b.samples[0]).toMatchObject(expected);
  });

  it('says what is wrong with JSON, and where', async () => {
    expect((await read('s.json', '{"version": "1.1",\n "data": [}\n')).told).toEqual([
      expect.stringMatching(/^error 2 not valid JSON/),
    ]);
    expect((await read('s.json', '{"version":"1.1","data":{}}')).told).toEqual([
      expect.stringContaining('not a SQuAD file'),
    ]);
    const deep = `{"version":"1","data":${'['.repeat(2e5)}${']'.repeat(2e5)}}`;
    expect((await read('s.json', deep, { size: 1e5 })).told[0]).toMatch(/^error/);
  });
});

it('refuses environment variables that the config does not list', async () => {
  const text = jsonl(
    { prompt: `a \${env:SECRET}` },
    { prompt: `b \${env:LISTED}` },
    { prompt: `c \${env:UNSET:fall}` },
    { prompt: `d \${env:UNSET}` },
  );
  const env = new Map([
    ['LISTED', 'value'],
    ['UNSET', undefined],
  ]);
  const { samples, told } = await read('a.jsonl', text, { env });
  expect(samples.map((s) => s.messages[0]!.content)).toEqual([`b \${env:LISTED}`, `c \${env:UNSET:fall}`]);
  expect(told).toEqual([
    expect.stringMatching(/^error 1 .*SECRET.*is refused/),
    expect.stringMatching(/^error 4 .*not set/),
  ]);
});
