import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config.ts';
import type { RunSummary } from '../../../src/core/report/summary.ts';
import { readReportInput } from '../../../src/node/report-input.ts';
import { openRun } from '../../../src/node/store/run-folder.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const config = configSchema.parse({
  prompts: ['p.jsonl'],
  models: [
    { id: 'a', provider: 'recorded', file: 'a.jsonl' },
    { id: 'b', provider: 'recorded', file: 'b.jsonl' },
  ],
  evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
});

const sample = (id: string) => ({
  id,
  task: 'qa',
  group: null,
  messages: [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: `Question ${id}` },
  ],
  references: ['yes'],
  unanswerable: false,
  tags: [],
  checks: [],
  options: {},
  requestedModel: null,
  source: { file: 'p.jsonl', line: Number(id.slice(1)) },
});
const generation = (id: string, model: string, text: string | null, latencyMs = 10, reused = false) => ({
  sample: id,
  model,
  repeat: 0,
  ...(text === null ? { error: 'hung up' } : { text }),
  latencyMs,
  ttftMs: null,
  decodeMs: null,
  queueMs: null,
  inputTokens: null,
  outputTokens: null,
  device: 'recorded',
  reused,
});
const score = (id: string, model: string, quality: number) => ({
  sample: id,
  model,
  repeat: 0,
  evaluator: 'rouge',
  raw: quality / 10,
  quality,
  latencyMs: 1,
});

async function inputOf(rows: { samples: object[]; generations: object[]; scores: object[]; checks?: object[] }) {
  const root = mkdtempSync(join(tmpdir(), 'poq-report-'));
  folders.push(root);
  const path = join(root, '.poq', 'runs', 'r1');
  mkdirSync(path, { recursive: true });
  const record = {
    format: 1,
    id: 'r1',
    state: 'done',
    startedAt: '2026-01-01T00:00:00.000Z',
    config,
    resumedAt: [],
    samples: rows.samples.length,
    hashes: {},
    versions: { poq: '0.1.0' },
    nodes: {},
    machine: { system: 'linux x64', cpu: 'CPU', cores: 2, memoryBytes: 8 * 2 ** 30 },
    diagnostics: [],
  };
  writeFileSync(join(path, 'run.json'), JSON.stringify(record));
  for (const [name, list] of Object.entries({ checks: [], ...rows }))
    writeFileSync(join(path, `${name}.jsonl`), list.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const input = await readReportInput(openRun(root, 'r1'), { models: [] } as unknown as RunSummary);
  return { ...input, samples: [...input.samples] };
}

describe('readReportInput', () => {
  it('shows failures, then where the models disagree most, then where all are worst', async () => {
    const ids = ['s1', 's2', 's3', 's4'];
    const { samples } = await inputOf({
      samples: ids.map(sample),
      generations: ids.flatMap((id) => [generation(id, 'a', 'yes'), generation(id, 'b', id === 's3' ? null : 'no')]),
      scores: [
        score('s1', 'a', 2),
        score('s1', 'b', 2),
        score('s2', 'a', 9),
        score('s2', 'b', 8),
        score('s3', 'a', 9),
        score('s4', 'a', 9),
        score('s4', 'b', 1),
      ],
    });
    expect(samples.map((s) => [s.id, s.why])).toEqual([
      ['s3', 'failure'],
      ['s4', 'disagreement'],
      ['s2', 'disagreement'],
      ['s1', 'worst'],
    ]);
    expect(samples[0]).toMatchObject({ prompt: 'Question s3', source: 'p.jsonl:3', references: ['yes'], task: 'qa' });
    expect(samples[0]!.outputs).toMatchObject([
      { model: 'a', text: 'yes', quality: 9, truthF1: 10, scores: [{ evaluator: 'rouge', quality: 9 }] },
      { model: 'b', error: 'hung up', quality: null, truthF1: 0 },
    ]);
  });

  it('lets the later of two rows count, with its checks', async () => {
    const { samples } = await inputOf({
      samples: [sample('s1')],
      generations: [generation('s1', 'a', null), generation('s1', 'a', 'yes', 30)],
      scores: [score('s1', 'a', 7)],
      checks: [
        { sample: 's1', model: 'a', repeat: 0, check: 'contains "y"', pass: false },
        { sample: 's1', model: 'a', repeat: 0, check: 'contains "y"', pass: true },
      ],
    });
    expect(samples).toHaveLength(1);
    expect(samples[0]!.why).toBe('worst');
    expect(samples[0]!.outputs).toMatchObject([
      { text: 'yes', latencyMs: 30, quality: 7, checks: [{ label: 'contains "y"', pass: true }] },
    ]);
    expect(samples[0]!.outputs[0]).not.toHaveProperty('error');
  });

  it('gives fresh latencies only, thinned where there are very many', async () => {
    const ids = Array.from({ length: 5000 }, (_, i) => `s${i + 1}`);
    const { latencies } = await inputOf({
      samples: ids.map(sample),
      generations: ids.flatMap((id, i) => [
        generation(id, 'a', 'yes', i),
        generation(id, 'b', i === 0 ? 'yes' : i === 1 ? null : 'yes', 1000 + i, i > 1),
      ]),
      scores: [],
    });
    expect(latencies[1]).toEqual({ model: 'b', values: [1000] });
    const values = latencies[0]!.values;
    expect(values.length).toBeGreaterThan(1000);
    expect(values.length).toBeLessThanOrEqual(2000);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(4990);
  });
});
