import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/core/config.ts';
import type { Diagnostic, Sample } from '../../../src/core/types.ts';
import { checkKeys, loadWorkspace } from '../../../src/node/config-file.ts';
import { InputError } from '../../../src/node/errors.ts';
import { openPromptFiles } from '../../../src/node/prompt-files.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'poq-workspace-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const row = (prompt: string, id?: string) => `${JSON.stringify({ prompt, id })}\n`;

async function open(
  prompts: Config['prompts'],
  env: string[] = [],
  values: Record<string, string> = {},
  files?: string[],
) {
  const samples: Sample[] = [];
  const told: Diagnostic[] = [];
  let error: unknown = null;
  try {
    const workspace = { root, config: { prompts, env } };
    const read = openPromptFiles(workspace, (d) => told.push(d), { env: (n) => values[n], files });
    for await (const { sample } of read) samples.push(sample);
  } catch (caught) {
    error = caught;
  }
  return { ids: samples.map((s) => s.id), samples, told, error };
}

describe('openPromptFiles', () => {
  it('takes chosen files alone, with what the entry says that names them, and complains of nothing else', async () => {
    put('p/a.jsonl', row('a', 'a'));
    put('p/b.jsonl', row('b', 'b'));
    put('p/broken.jsonl', '{');
    put('elsewhere/c.jsonl', row('c', 'c'));
    const prompts: Config['prompts'] = [{ glob: 'p/*', task: 't', tags: ['x'] }, 'none/**'];
    const { samples, told, error } = await open(prompts, [], {}, ['elsewhere/c.jsonl', 'p/b.jsonl', './p/b.jsonl']);
    expect(samples.map(({ id, task, tags }) => [id, task, tags])).toEqual([
      ['c', null, []],
      ['b', 't', ['x']],
    ]);
    expect([told, error]).toEqual([[], null]);
    const wrong = await open(prompts, [], {}, ['none.jsonl', '../outside.jsonl', 'p']);
    expect(wrong.samples).toEqual([]);
    expect(wrong.told.map(({ severity, file }) => [severity, file])).toEqual([
      ['error', 'none.jsonl'],
      ['error', '../outside.jsonl'],
      ['error', 'p'],
    ]);
  });

  it('takes entries in order, files sorted, each once, with the entry that comes first', async () => {
    put('p/b.jsonl', row('b'));
    put('p/a.jsonl', row('a'));
    put('p/sub dir/[x].jsonl', row('x'));
    put('node_modules/m/c.jsonl', row('c'));
    put('.poq/runs/r/d.jsonl', row('d'));
    put('p/README.md', 'words');
    const { ids, samples, told } = await open([
      { glob: './p/b*', task: 't', tags: ['g'] },
      '**/*.jsonl',
      'p',
      'p\\sub dir\\[x].jsonl',
      'none/*.csv',
    ]);
    expect(ids).toEqual(['p/b.jsonl#0', 'p/a.jsonl#0', 'p/sub dir/[x].jsonl#0']);
    expect(samples[0]).toMatchObject({ task: 't', tags: ['g'], source: { file: 'p/b.jsonl', line: 1 } });
    expect(told).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('prompts[4]') }),
      expect.objectContaining({ severity: 'warning', file: 'p/README.md', message: expect.stringContaining('format') }),
    ]);
  });

  it('tells ids that occur twice, with both places', async () => {
    put('a.jsonl', row('1', 'k') + row('2', 'k'));
    put('b.jsonl', row('3', 'k'));
    const { ids, error } = await open(['*.jsonl']);
    expect(ids).toEqual(['k']);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/a\.jsonl:2: .*"k".*a\.jsonl:1[\s\S]*b\.jsonl:1: .*a\.jsonl:1/);
  });

  it('reads UTF-8 across the borders of pieces, and keeps the rest where bytes are broken', async () => {
    const long = 'é€😀'.repeat(60_000);
    put(
      'a.jsonl',
      Buffer.concat([
        Buffer.from(`\uFEFF${row(long)}`),
        Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
        Buffer.from(row('end')),
        Buffer.from([0xe2, 0x82]),
      ]),
    );
    const { samples, told } = await open(['a.jsonl']);
    expect(samples.map((s) => s.messages[0]!.content)).toEqual([long, 'end']);
    expect(told.map((d) => [d.line, d.message])).toEqual([
      [2, 'not UTF-8: the row is skipped'],
      [4, 'not UTF-8: the row is skipped'],
    ]);
    put('b.prompt.yml', Buffer.from([...Buffer.from('name: x\n'), 0xc3, 0x28]));
    expect((await open(['b.prompt.yml'])).told).toEqual([
      expect.objectContaining({ line: 2, message: 'not UTF-8: the file is skipped' }),
    ]);
  });

  it('reads UTF-16 with its mark', async () => {
    put('a.csv', Buffer.from('\uFEFFprompt,reference\r\nhi,thére\r\n', 'utf16le'));
    expect((await open(['a.csv'])).samples[0]).toMatchObject({ references: ['thére'] });
  });

  it('reads files that other files name, inside the workspace only, and not twice', async () => {
    put('q/promptfooconfig.yaml', 'prompts: ["{{q}}"]\ntests: file://../t/tests.csv\n');
    put('t/tests.csv', 'q\nhello\n');
    const { samples, told } = await open(['**/*']);
    expect(samples.map((s) => [s.id, s.messages[0]!.content])).toEqual([['q/promptfooconfig.yaml#0', 'hello']]);
    expect(told).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('refuses links that leave the workspace', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'poq-outside-'));
    writeFileSync(join(outside, 'secret.jsonl'), row('secret'));
    symlinkSync(join(outside, 'secret.jsonl'), join(root, 'link.jsonl'));
    symlinkSync(join(outside, 'secret.jsonl'), join(root, 'secret.txt'));
    put('x.prompty', `---\nname: x\n---\nuser:\n\${file:secret.txt}\n`);
    const { samples, told } = await open(['*.jsonl', '*.prompty']);
    expect(samples).toEqual([]);
    expect(told.map((d) => d.message)).toEqual([
      expect.stringMatching(/outside the workspace/),
      expect.stringMatching(/outside the workspace/),
    ]);
    rmSync(outside, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('names a linked folder outside once, and does not look into it', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'poq-outside-'));
    for (const name of ['a', 'b']) writeFileSync(join(outside, `${name}.jsonl`), row('secret'));
    put('p/mine.jsonl', row('mine'));
    symlinkSync(outside, join(root, 'p/shared'));
    const { ids, told } = await open(['p/**/*.jsonl', 'p/shared', 'p/shared/*.jsonl']);
    expect(ids).toEqual(['p/mine.jsonl#0']);
    expect(told.filter((d) => d.severity === 'error')).toEqual([
      { severity: 'error', file: 'p/shared', message: expect.stringMatching(/outside the workspace: refused/) },
    ]);
    rmSync(outside, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('reads a file once, however many links lead to it', async () => {
    put('p/z.jsonl', row('z', 'z'));
    put('q/y.jsonl', row('y', 'y'));
    symlinkSync('z.jsonl', join(root, 'p/alias.jsonl'));
    symlinkSync('.', join(root, 'p/loop'));
    symlinkSync('../q', join(root, 'p/other'));
    const { samples, told, error } = await open(['p/**', '**/*.jsonl']);
    expect(error).toBeNull();
    expect(samples.map((s) => [s.id, s.source.file])).toEqual([
      ['y', 'p/other/y.jsonl'],
      ['z', 'p/z.jsonl'],
    ]);
    expect(told).toEqual([]);
  });

  it('does not drown in a file of which every line is broken', async () => {
    put('a.jsonl', `${row('first')}${'broken\n'.repeat(1000)}${row('last')}`);
    const { ids, told } = await open(['a.jsonl']);
    expect(ids).toEqual(['a.jsonl#0', 'a.jsonl#1001']);
    expect(told.length).toBe(101);
    expect(told[0]).toMatchObject({ severity: 'error', file: 'a.jsonl', line: 2 });
    expect(told[100]).toEqual({ severity: 'error', file: 'a.jsonl', message: '900 more of these' });
  });

  it('lets prompts use only the environment variables that the config lists', async () => {
    put('a.jsonl', row(`\${env:A}`) + row(`\${env:B}`));
    const { ids, samples, told } = await open(['a.jsonl'], ['A'], { A: 'value', B: 'hidden' });
    expect(ids).toEqual(['a.jsonl#0']);
    expect(samples[0]!.messages[0]!.content).toBe(`\${env:A}`);
    expect(told[0]!.message).toMatch(/\$\{env:B\} is refused/);
  });
});

describe('loadWorkspace', () => {
  const config = {
    prompts: ['a'],
    models: [
      { id: 'local', provider: 'onnx', model: './m' },
      {
        id: 'served',
        provider: 'openai',
        baseUrl: 'http://127.0.0.1:1/v1',
        model: 'm',
        apiKey: { env: 'POQ_TEST_KEY' },
      },
      { id: 'old', provider: 'recorded', file: 'old.jsonl' },
    ],
    evaluators: [{ id: 'sts', kind: 'bi-encoder', model: '../encoder' }],
  };

  it('finds the config upwards, by path and by folder', async () => {
    put('poq.config.json', JSON.stringify(config));
    mkdirSync(join(root, 'a/b'), { recursive: true });
    for (const found of [
      await loadWorkspace(undefined, join(root, 'a/b')),
      await loadWorkspace('../poq.config.json', join(root, 'a')),
      await loadWorkspace(root, tmpdir()),
    ])
      expect(found).toMatchObject({ root, configFile: join(root, 'poq.config.json') });
  });

  it('says what is wrong, with the line', async () => {
    await expect(loadWorkspace('nope.json', root)).rejects.toThrow(/no config at nope\.json.*poq init/);
    put('poq.config.json', '{\n "prompts": [],\n "modls": 1}');
    await expect(loadWorkspace(undefined, root)).rejects.toThrow(/poq\.config\.json:3: modls: unknown key/);
    put('poq.config.json', Buffer.from([0x7b, 0xff]));
    await expect(loadWorkspace(undefined, root)).rejects.toThrow(/not UTF-8/);
  });

  it('misses the keys of the chosen models, with the line', async () => {
    put('poq.config.json', JSON.stringify(config, null, 1));
    const workspace = await loadWorkspace(undefined, root);
    let failure: unknown;
    try {
      checkKeys(workspace, { env: () => undefined });
    } catch (error) {
      failure = error;
    }
    expect((failure as InputError).diagnostics).toEqual([
      expect.objectContaining({
        file: 'poq.config.json',
        message: expect.stringMatching(/^models\[1\]\.apiKey\.env: .*POQ_TEST_KEY is not set/),
      }),
    ]);
    expect((failure as InputError).diagnostics[0]?.line).toBeGreaterThan(1);
    expect(() => checkKeys(workspace, { env: () => 'set' })).not.toThrow();
    expect(() => checkKeys(workspace, { env: () => undefined, storedKey: () => 'kept' })).not.toThrow();
    expect(() => checkKeys(workspace, { env: () => undefined }, [workspace.config.models[0]!.id])).not.toThrow();
  });
});
