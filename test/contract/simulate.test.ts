import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `poq simulate` of the built command: its JSON, its exit status, its messages. */

const CLI = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));

let folder: string;

const NODES = {
  swift: { kind: 'model', quality: { mean: 6, sd: 1 }, latencyMs: 100 },
  giant: { kind: 'model', quality: { mean: 8, sd: 1 }, latencyMs: 1000 },
  judge: { kind: 'evaluator', noise: 1, latencyMs: 10, count: 5 },
};
const CONFIG = {
  prompts: ['*.jsonl'],
  models: [
    { id: 'good', provider: 'recorded', file: 'good.jsonl' },
    { id: 'bad', provider: 'recorded', file: 'bad.jsonl' },
  ],
  evaluators: [
    { id: 'rouge', kind: 'lexical', metric: 'rougeL' },
    { id: 'chrf', kind: 'lexical', metric: 'chrf' },
  ],
};

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('dist/cli.mjs is missing: run "npm run build" first');
  folder = mkdtempSync(join(tmpdir(), 'poq-simulate-'));
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const rows = (...list: unknown[]) => list.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(
    join(folder, 'questions.jsonl'),
    rows({ id: 'q1', prompt: '1?', reference: 'one apple' }, { id: 'q2', prompt: '2?', reference: 'two pears' }),
  );
  const good = [
    { sample: 'q1', text: 'one apple', latencyMs: 10 },
    { sample: 'q2', text: 'two pears', latencyMs: 10 },
  ];
  writeFileSync(join(folder, 'good.jsonl'), rows(...good));
  writeFileSync(join(folder, 'bad.jsonl'), rows({ ...good[0], text: 'three plums', latencyMs: 30 }));
  write('poq.config.json', { ...CONFIG, prompts: ['questions.jsonl'], simulation: { k: 2 } });
  write('made.json', { ...CONFIG, simulation: { nodes: NODES, samples: 50, rounds: 400 } });
  const attacks = [{ kind: 'boosting', share: 0.4, strength: 3 }];
  write('attacked.json', { ...CONFIG, simulation: { nodes: NODES, rounds: 400, attacks } });
  write('wrong.json', { ...CONFIG, simulation: { nodes: NODES, rounds: 1e12, k: 0 } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function poq(args: string[], onStart?: (kill: () => void) => void): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ended.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    ended.stderr += chunk;
  });
  onStart?.(() => child.kill('SIGINT'));
  return new Promise((done) => child.on('close', (code) => done({ ...ended, code })));
}

const simulate = async (...args: string[]) => {
  const { code, stdout, stderr } = await poq(['simulate', '--json', ...args]);
  expect(stderr.match(/error/)).toBeNull();
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

describe('poq simulate', () => {
  it('prints the agreed JSON, the same for the same seed', async () => {
    const found = await simulate('--config', 'made.json');
    expect(found).toMatchObject({
      mode: 'montecarlo',
      rounds: 400,
      seed: 1,
      consensus: {
        rule: 'mean',
        againstPanel: { bias: expect.any(Number), rmse: expect.any(Number) },
        againstTruth: { bias: expect.any(Number), rmse: expect.any(Number), pearson: expect.any(Number) },
      },
      attack: null,
      warnings: [expect.stringContaining('no pool to compare the evaluators')],
    });
    expect(found.models.map(({ id }: { id: string }) => id)).toEqual(['swift', 'giant']);
    expect(found.evaluators).toHaveLength(5);
    for (const { rounds, reward, normalized } of [...found.models, ...found.evaluators]) {
      expect(rounds).toBeGreaterThan(0);
      expect(Object.keys(reward)).toEqual(expect.arrayContaining(['mean', 'stderr', 'p05', 'p50', 'p95']));
      expect(normalized).toBeCloseTo((reward.mean + 0.5) / 1.5, 10);
    }
    expect(await simulate('--config', 'made.json')).toEqual(found);
    const other = await simulate('--config', 'made.json', '--seed', '2', '--rounds', '70');
    expect(other).toMatchObject({ rounds: 70, seed: 2 });
  });

  it('sums exactly, sweeps, shows attacks, advises', async () => {
    const exact = await simulate('--config', 'made.json', '--exact');
    expect(exact).toMatchObject({ mode: 'exact', rounds: null });
    expect(exact.models[0].reward).toMatchObject({ mean: expect.any(Number), stderr: null, p50: null });
    const attacked = await simulate('--config', 'attacked.json', '--sweep', 'beta=0,1', '--sweep', 'k=1:3:3');
    expect(attacked.attack).toMatchObject({ gain: expect.any(Number), captured: expect.any(Number) });
    expect(attacked.cells).toHaveLength(6);
    expect(attacked.cells[1].settings).toEqual({ beta: 0, k: 2 });
    expect(attacked.cells[0].winner.id).toBe('giant');
    expect(attacked.changes[0]).toMatchObject({ option: 'beta', before: 'giant', after: 'swift' });
    const { advice } = await simulate('--config', 'made.json', '--malicious', '0.2', '--max-capture', '0');
    expect(advice).toMatchObject({ k: 2, reason: expect.stringContaining('1 of 5 evaluators malicious') });
  });

  it('takes the latest run, or the one that is named, failures and all', async () => {
    const none = await poq(['simulate']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/no run.*simulation\.nodes/i) });
    await poq(['run', '--quiet']);
    const found = await simulate('--exact');
    expect(found.models.map(({ id }: { id: string }) => id)).toEqual(['good', 'bad']);
    // All is right at no cost; nothing is right at full cost, and q2 is not answered at all.
    expect(found.models[0].reward.mean).toBeCloseTo(1, 10);
    expect(found.warnings.join()).toContain('1 of 4 generations failed');
    expect((await poq(['simulate', '--run', 'nope'])).stderr).toContain('No run "nope"');
  });

  it('prints tables for people', async () => {
    const { code, stdout } = await poq(['simulate', '--config', 'attacked.json', '--sweep', 'k=1,3', '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Models\n.*reward.*cost-blind\nswift/);
    expect(stdout).toMatch(/attackers gain .* a round over honesty/);
    expect(stdout).toMatch(/Sweep\nk +best model/);
  });

  it.each([
    [
      ['--config', 'wrong.json'],
      /wrong\.json:1: error: simulation\.rounds: must be at most(.|\n)*wrong\.json:1: error: simulation\.k/,
    ],
    [['--config', 'made.json', '--rounds', '1000000000000'], /simulation\.rounds: must be at most/],
    [['--config', 'made.json', '--rounds', '0'], /--rounds.*invalid/],
    [
      ['--config', 'made.json', '--sweep', 'k=9'],
      /simulation\.k: 9 evaluators a round cannot be drawn from a population of 5/,
    ],
    [['--config', 'made.json', '--sweep', 'nothing=9'], /simulation\.sweep\.nothing: there is no such option/],
    [
      ['--config', 'attacked.json', '--exact', '--sweep', 'consensus=trust'],
      /cannot be computed exactly: the rule "trust" depends on earlier rounds.*terms/,
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await poq(['simulate', ...args]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.skipIf(process.platform === 'win32')('stops when it is told to', async () => {
    let timer: NodeJS.Timeout | undefined;
    const { code } = await poq(['simulate', '--config', 'attacked.json', '--rounds', '900000000'], (kill) => {
      timer = setTimeout(kill, 2000);
    });
    clearTimeout(timer);
    expect(code).toBe(130);
  });
});
