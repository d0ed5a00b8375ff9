import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The built command, as users run it: its exit status, what stands on stdout and stderr, what it leaves on disk. */

const CLI = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));
const STACK = /^\s+at .+:\d+:\d+\)?$/m;

let base: string;
let next = 0;

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('dist/cli.mjs is missing: run "npm run build" first');
  base = mkdtempSync(join(tmpdir(), 'poq-cli-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

function folderWith(files: Record<string, string>): string {
  const folder = join(base, String(next++));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

function start(args: string[], cwd: string): { child: ChildProcess; ended: Promise<Ended>; output: Ended } {
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Ended = { code: null, signal: null, stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code, signal) => done({ ...output, code, signal }));
  });
  return { child, ended, output };
}

const poq = (cwd: string, ...args: string[]) => start(args, cwd).ended;

const QUESTIONS = [1, 2, 3, 4, 5, 6].map((n) =>
  JSON.stringify({ id: `q${n}`, prompt: `What is ${n} + 1?`, reference: `${n + 1} apples` }),
);
const recorded = (texts: string[], latencyMs: number) =>
  texts.map((text, i) => `${JSON.stringify({ sample: `q${i + 1}`, text, latencyMs, ttftMs: 1 })}\n`).join('');
const RIGHT = ['2 apples', '3 apples', '4 apples', '5 apples', '6 apples', '7 apples'];
const WRONG = ['no', 'no', 'no', '5 apples', 'no', 'no'];

const CONFIG = {
  prompts: ['questions.jsonl'],
  models: [
    { id: 'good', provider: 'recorded', file: 'good.jsonl' },
    { id: 'bad', provider: 'recorded', file: 'bad.jsonl' },
  ],
  evaluators: [
    { id: 'rouge', kind: 'lexical', metric: 'rougeL' },
    { id: 'chrf', kind: 'lexical', metric: 'chrf' },
  ],
};

/** A workspace with two recorded models and two lexical evaluators: everything but a model that has to be loaded. */
function workspace(change: object = {}, files: Record<string, string> = {}): string {
  return folderWith({
    'poq.config.json': JSON.stringify({ ...CONFIG, ...change }, null, 2),
    'questions.jsonl': `${QUESTIONS.join('\n')}\n`,
    'good.jsonl': recorded(RIGHT, 100),
    'bad.jsonl': recorded(WRONG, 40),
    ...files,
  });
}

const runFolders = (cwd: string) =>
  existsSync(join(cwd, '.poq', 'runs'))
    ? readdirSync(join(cwd, '.poq', 'runs')).map((id) => join(cwd, '.poq', 'runs', id))
    : [];

describe('usage', () => {
  it('prints help worth reading', async () => {
    const { code, stdout, stderr } = await poq(base, '--help');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const word of ['init', 'run', 'report', 'models', 'devices', 'Examples:', 'Exit codes:', '130', '.poq/runs'])
      expect(stdout).toContain(word);
  });

  it.each(['init', 'run', 'report', 'models', 'devices'])('prints help for %s', async (command) => {
    const [long, short] = await Promise.all([poq(base, command, '--help'), poq(base, 'help', command)]);
    expect(long.code).toBe(0);
    expect(long.stdout).toContain(`Usage: poq ${command}`);
    expect(short.stdout).toBe(long.stdout);
  });

  it('names every option of run in its help', async () => {
    const { stdout } = await poq(base, 'run', '--help');
    for (const option of ['config', 'models', 'limit', 'resume', 'retry-errors', 'reuse', 'dry-run', 'json', 'quiet'])
      expect(stdout).toContain(`--${option}`);
  });

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await poq(base, '--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['rnu'], /unknown command 'rnu'[\s\S]*Did you mean run/],
    [['run', '--jsno'], /unknown option '--jsno'[\s\S]*Did you mean --json/],
    [['run', 'extra'], /too many arguments/],
    [['run', '--limit', '0'], /--limit.*whole number of at least 1/],
    [['run', '--limit', '1.5'], /--limit/],
    [['run', '--limit', '1e3'], /--limit/],
    [['run', '--models', ','], /--models/],
    [['run', '--retry-errors'], /--retry-errors needs --resume/],
    [['run', '--resume', 'x', '--limit', '3'], /--limit cannot go with --resume/],
    [['report'], /missing required argument 'run'/],
    [['report', 'x', '--format', 'pdf'], /html, md, csv, json/],
    [[], /Usage: poq/],
  ])('refuses %j with exit 2', async (args, message) => {
    const { code, stdout, stderr } = await poq(base, ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(STACK);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('input errors', () => {
  const refused = async (cwd: string, args: string[], message: RegExp) => {
    const { code, stdout, stderr } = await poq(cwd, ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(STACK);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(runFolders(cwd)).toEqual([]);
  };

  it('a config that is not there', () => refused(folderWith({}), ['run', '--json'], /poq\.config\.json/));
  it('a config that is not JSON, with file and line', () =>
    refused(
      folderWith({ 'poq.config.json': '{\n  "prompts": [,\n' }),
      ['run', '--json'],
      /poq\.config\.json:\d+: error: /,
    ));
  it('an unknown key, with the nearest known one', () =>
    refused(workspace({ evaluator: [] }), ['run', '--json'], /poq\.config\.json.*error:[\s\S]*evaluators/));
  it('a model that the config does not have', () =>
    refused(workspace(), ['run', '--json', '--models', 'good,goood'], /goood[\s\S]*good, bad/));
  it('a glob that matches nothing', () =>
    refused(workspace({ prompts: ['nothing/*.jsonl'] }), ['run', '--json'], /nothing\/\*\.jsonl/));
  it('a plan of nothing', () => refused(workspace({ prompts: ['nothing/*.jsonl'] }), ['run', '--dry-run'], /nothing/));
  it('a run that is not there', () => refused(workspace(), ['run', '--resume', '2020'], /No run "2020"/));
  it('a report of a run that is not there', () => refused(workspace(), ['report', 'latest'], /no run/i));
});

describe('poq run', () => {
  it('prints one JSON object on stdout and nothing else, and stores the run', async () => {
    const cwd = workspace();
    const { code, stdout, stderr } = await poq(cwd, 'run', '--json');
    expect(stderr).not.toMatch(STACK);
    expect(code).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary.models.map((m: { id: string }) => m.id).sort()).toEqual(['bad', 'good']);
    const good = summary.models.find((m: { id: string }) => m.id === 'good');
    expect(good).toMatchObject({ samples: 6, errors: 0, truth: { f1: 10, exact: 10 } });
    expect(good.quality.mean).toBeCloseTo(10, 9);
    expect(summary.pairs).toHaveLength(1);
    expect(summary.evaluators.map((e: { id: string }) => e.id).sort()).toEqual(['chrf', 'rouge']);
    expect(runFolders(cwd)).toEqual([summary.path]);
    expect(readdirSync(summary.path)).toEqual(
      expect.arrayContaining([
        'run.json',
        'generations.jsonl',
        'scores.jsonl',
        'checks.jsonl',
        'summary.json',
        'report.html',
      ]),
    );
    expect(JSON.parse(readFileSync(join(summary.path, 'run.json'), 'utf8'))).toMatchObject({
      format: 1,
      id: summary.run,
    });
  });

  it('shows the tables and both paths, with the progress on stderr', async () => {
    const cwd = workspace();
    const { code, stdout, stderr } = await poq(cwd, 'run');
    expect(code).toBe(0);
    const [folder] = runFolders(cwd);
    for (const text of ['good', 'bad', 'rouge', 'chrf', folder!, join(folder!, 'report.html')])
      expect(stdout).toContain(text);
    expect(stderr).toMatch(/\d+ % \(\d+\/\d+\)/);
    expect(stdout).not.toMatch(/\d+ % \(\d+\/\d+\)/);
  });

  it('says nothing on stderr with --quiet where nothing is wrong', async () => {
    expect(await poq(workspace(), 'run', '--quiet')).toMatchObject({ code: 0, stderr: '' });
  });

  it('takes --models and --limit', async () => {
    const { code, stdout } = await poq(workspace(), 'run', '--json', '--models', 'good', '--limit', '2');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).models).toMatchObject([{ id: 'good', samples: 2 }]);
  });

  it('takes a config elsewhere, with paths relative to it', async () => {
    const cwd = workspace();
    const { code, stdout } = await poq(base, 'run', '--json', '--config', join(cwd, 'poq.config.json'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout).path.startsWith(join(cwd, '.poq', 'runs'))).toBe(true);
  });

  it('exits 1 where a generation failed, or a row was skipped', async () => {
    const missing = await poq(workspace({}, { 'bad.jsonl': recorded(WRONG.slice(0, 5), 40) }), 'run', '--json');
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stdout).models.find((m: { id: string }) => m.id === 'bad')).toMatchObject({ errors: 1 });
    const broken = `${QUESTIONS.join('\n')}\n{"prompt": \n`;
    const skipped = await poq(workspace({}, { 'questions.jsonl': broken }), 'run', '--json');
    expect(skipped.stderr).toMatch(/questions\.jsonl:7: error: /);
    expect(skipped.code).toBe(1);
    expect(JSON.parse(skipped.stdout).models[0].samples).toBe(6);
  });

  it('exits 3 where a gate failed, also when generations failed too', async () => {
    const gates = [{ metric: 'quality', min: 9 }];
    const { code, stdout, stderr } = await poq(
      workspace({ gates }, { 'bad.jsonl': recorded(WRONG.slice(0, 5), 40) }),
      'run',
      '--json',
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout).gates.some((g: { pass: boolean }) => !g.pass)).toBe(true);
    expect(stderr).toMatch(/gate failed: quality of bad/i);
  });

  it('exits 4 where the folder of the run cannot be made', async () => {
    const cwd = workspace({}, { '.poq': 'a file where the folder should be' });
    const { code, stdout, stderr } = await poq(cwd, 'run', '--json');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/\.poq/);
    expect(stderr).not.toMatch(STACK);
  });

  it('plans without doing anything', async () => {
    const cwd = workspace();
    const { code, stdout } = await poq(cwd, 'run', '--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      samples: 6,
      models: [
        { id: 'good', calls: 6 },
        { id: 'bad', calls: 6 },
      ],
    });
    const forPeople = await poq(cwd, 'run', '--dry-run', '--limit', '2');
    expect(forPeople.stdout).toContain('2 samples, 4 calls');
    expect(existsSync(join(cwd, '.poq'))).toBe(false);
  });

  it('changes nothing when a finished run is resumed', async () => {
    const cwd = workspace();
    const first = await poq(cwd, 'run', '--json');
    const { path, run } = JSON.parse(first.stdout);
    const content = () => readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]);
    const before = content();
    for (const name of [run, path, 'latest']) {
      const again = await poq(cwd, 'run', '--json', '--resume', name);
      expect(again.code).toBe(0);
      expect(JSON.parse(again.stdout)).toEqual(JSON.parse(first.stdout));
    }
    expect(content()).toEqual(before);
    expect(runFolders(cwd)).toEqual([path]);
  });
});

describe('poq run with an endpoint', () => {
  let server: Server;
  let baseUrl: string;
  let answered = 0;
  /** The endpoint keeps requests waiting from this one on. */
  let hangAfter = Number.POSITIVE_INFINITY;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        if (answered >= hangAfter) return;
        answered++;
        const message = { role: 'assistant', content: 'yes' };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            choices: [{ index: 0, message, finish_reason: 'stop' }],
            usage: { prompt_tokens: 5, completion_tokens: 1 },
          }),
        );
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const served = () =>
    workspace({ models: [{ id: 'served', provider: 'openai', baseUrl, model: 'm' }], concurrency: 1 });

  async function until(condition: () => boolean): Promise<void> {
    const end = Date.now() + 30_000;
    while (!condition()) {
      if (Date.now() > end) throw new Error('waited too long');
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  it('says why generations failed, where they fail and in the warnings', async () => {
    const models = [{ id: 'lost', provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', model: 'm', retries: 0 }];
    const { code, stdout, stderr } = await poq(workspace({ models }), 'run', '--json', '--quiet');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: lost: sample .+ refuses connections/m);
    expect(stderr.match(/refuses connections/g)).toHaveLength(3);
    expect(JSON.parse(stdout).warnings).toContainEqual(expect.stringMatching(/^lost: 6 of 6 .*refuses connections/));
  });

  it.skipIf(process.platform === 'win32')('stores what is complete on SIGINT, exits 130, and can go on', async () => {
    answered = 0;
    hangAfter = 3;
    const cwd = served();
    const { child, ended } = start(['run', '--json'], cwd);
    await until(() => answered === 3);
    child.kill('SIGINT');
    const { code, stderr, stdout } = await ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(STACK);
    const [folder] = runFolders(cwd);
    const id = folder!.split(/[\\/]/).at(-1)!;
    expect(stderr).toContain(`poq run --resume ${id}`);
    expect(JSON.parse(stdout)).toMatchObject({ run: id, state: 'cancelled' });

    hangAfter = Number.POSITIVE_INFINITY;
    const resumed = await poq(cwd, 'run', '--json', '--resume', id);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ run: id, state: 'done', models: [{ samples: 6, errors: 0 }] });
    const rows = readFileSync(join(folder!, 'generations.jsonl'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(6);
  });

  it.skipIf(process.platform === 'win32')('ends on SIGTERM with 130 too', async () => {
    answered = 0;
    hangAfter = 1;
    const { child, ended } = start(['run'], served());
    await until(() => answered === 1);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 130, signal: null });
  });
});

describe('poq report', () => {
  let cwd: string;
  let first: { run: string; path: string };
  beforeAll(async () => {
    cwd = workspace({ gates: [{ metric: 'quality', min: 9 }] });
    first = JSON.parse((await poq(cwd, 'run', '--json')).stdout);
  });

  it('prints the same JSON as the run, with exit 0 though a gate failed', async () => {
    const { code, stdout } = await poq(cwd, 'report', first.run, '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(first);
  });

  it('prints Markdown and CSV', async () => {
    const [md, csv, standard] = await Promise.all([
      poq(cwd, 'report', first.path, '--format', 'md'),
      poq(cwd, 'report', 'latest', '--format', 'csv'),
      poq(cwd, 'report', 'latest'),
    ]);
    expect(md.stdout).toMatch(/^\|.*good/m);
    expect(standard.stdout).toBe(md.stdout);
    expect(csv.stdout.trim().split('\r\n')).toHaveLength(3);
  });

  it('writes HTML into the folder of the run and prints its path', async () => {
    const file = join(first.path, 'report.html');
    rmSync(file);
    const { code, stdout } = await poq(base, 'report', first.path, '--format', 'html');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}\n` });
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it.each(['md', 'csv', 'json', 'html'])('writes %s where --out says', async (format) => {
    const file = join(cwd, `out.${format}`);
    const { code } = await poq(cwd, 'report', 'latest', '--format', format, '--out', `out.${format}`);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('good');
  });

  it('says so where it cannot write', async () => {
    const { code, stderr } = await poq(cwd, 'report', 'latest', '--format', 'md', '--out', 'no/such/folder/x.md');
    expect(code).toBe(4);
    expect(stderr).toMatch(/Cannot write .*x\.md/);
    expect(stderr).not.toMatch(STACK);
  });

  it('refuses a run of another format and says what to do', async () => {
    const folder = folderWith({ 'run.json': JSON.stringify({ format: 99, id: 'x' }) });
    const { code, stderr } = await poq(cwd, 'report', folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/format 99[\s\S]*update/);
  });
});

describe('poq models and poq devices', () => {
  it('lists the catalogue, without a config too', async () => {
    const { code, stdout, stderr } = await poq(folderWith({}), 'models', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const list = JSON.parse(stdout);
    expect(list.config).toBeNull();
    expect(list.catalogue.length).toBeGreaterThanOrEqual(8);
    for (const entry of list.catalogue)
      expect(entry).toEqual(expect.objectContaining({ hub: expect.stringMatching(/\//), tried: expect.any(Boolean) }));
  });

  it('lists the models of the config', async () => {
    const cwd = workspace();
    expect(JSON.parse((await poq(cwd, 'models', '--json')).stdout).config.models).toMatchObject(CONFIG.models);
    const forPeople = await poq(cwd, 'models');
    expect(forPeople.code).toBe(0);
    expect(forPeople.stdout).toMatch(/good[\s\S]*Qwen/);
  });

  it('ends quietly when the reader has seen enough', async () => {
    const { child, ended } = start(['models'], base);
    child.stdout!.destroy();
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('tells of each device whether it works, the CPU at least', async () => {
    const { code, stdout } = await poq(base, 'devices', '--json');
    expect(code).toBe(0);
    const { devices } = JSON.parse(stdout);
    expect(devices.find((d: { device: string }) => d.device === 'cpu')).toMatchObject({ works: true });
  });
});

describe('poq init', () => {
  const NOTHING = ['--server', 'http://127.0.0.1:1/v1'];

  it('writes a config and prompts that can be run next', async () => {
    const cwd = folderWith({});
    const { code, stdout, stderr } = await poq(cwd, 'init', ...NOTHING);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(join(cwd, 'poq.config.json'));
    expect(stdout).toContain('poq run');
    const plan = await poq(cwd, 'run', '--dry-run', '--json');
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.stdout).samples).toBe(3);
  });

  it('takes prompt files that are there, and makes the folder it is told', async () => {
    const cwd = folderWith({ 'evals/set.jsonl': `${QUESTIONS[0]}\n` });
    expect((await poq(cwd, 'init', ...NOTHING)).code).toBe(0);
    expect(JSON.parse((await poq(cwd, 'run', '--dry-run', '--json')).stdout).samples).toBe(1);
    expect(existsSync(join(cwd, 'prompts'))).toBe(false);
    const elsewhere = await poq(cwd, 'init', '--dir', 'new', ...NOTHING);
    expect(elsewhere.code).toBe(0);
    expect(existsSync(join(cwd, 'new', 'poq.config.json'))).toBe(true);
  });

  it('never overwrites a config without --force', async () => {
    const cwd = folderWith({ 'poq.config.json': 'mine' });
    const refused = await poq(cwd, 'init', ...NOTHING);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/exists already[\s\S]*--force/);
    expect(readFileSync(join(cwd, 'poq.config.json'), 'utf8')).toBe('mine');
    expect((await poq(cwd, 'init', '--force', ...NOTHING)).code).toBe(0);
    expect(readFileSync(join(cwd, 'poq.config.json'), 'utf8')).toContain('"models"');
  });

  it('proposes the models of a server that answers', async () => {
    const server = createServer((request, response) => {
      const models = { data: [{ id: 'llama3.2:latest' }, { id: 'nomic-embed-text' }, { id: 'odd "name"\n' }] };
      response.end(request.url === '/v1/models' ? JSON.stringify(models) : '{}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const cwd = folderWith({});
    const { code, stdout } = await poq(cwd, 'init', '--server', baseUrl);
    server.closeAllConnections();
    server.close();
    expect(code).toBe(0);
    expect(stdout).toContain('llama3.2:latest');
    const plan = JSON.parse((await poq(cwd, 'run', '--dry-run', '--json')).stdout);
    expect(plan.models.map((m: { id: string }) => m.id)).toEqual(['llama3.2:latest', 'odd "name"\n']);
  });

  it('refuses a server that is no URL', async () => {
    const { code, stderr } = await poq(folderWith({}), 'init', '--server', 'localhost');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--server localhost/);
  });
});
