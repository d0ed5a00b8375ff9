import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import type { PanelRun } from '../../../src/protocol/panel.ts';
import type { NodeState } from '../../../src/protocol/reader.ts';

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
}));
const { runRow } = await import('../../../src/host/views/run-row.ts');
const { nodeRow } = await import('../../../src/host/views/node-row.ts');
const { NodeStates } = await import('../../../src/host/views/node-states.ts');

const run = (more: Partial<PanelRun> = {}): PanelRun => ({
  key: 'k',
  id: '2026-01-02T03-04-05',
  folder: 'ws',
  state: 'done',
  startedAt: '2026-01-02T03:04:05Z',
  finishedAt: null,
  samples: 36,
  models: ['large', 'small'],
  evaluators: ['sts'],
  files: [],
  machine: 'Linux',
  winner: { model: 'large', quality: 7.816, reward: 0.61, p50: 95 },
  problem: null,
  isBaseline: false,
  active: false,
  canResume: false,
  ...more,
});

it('shows a run with its winner; unknown is not 0', () => {
  expect(runRow(run(), null, 'en')).toMatchObject({
    description: 'large 7.82, reward 0.61 · 36 samples',
    icon: 'pass',
    context: 'run.done',
  });
  const noReward = run({ samples: 1, winner: { model: 'large', quality: 7.8, reward: null, p50: null } });
  expect(runRow(noReward, null, 'en').description).toBe('large 7.80 · 1 sample');
  const nothing = run({ winner: { model: 'large', quality: null, reward: null, p50: null } });
  expect(runRow(nothing, null, 'en').description).toBe('large · 36 samples');
});

it('tells each state by icon, by words, and to menus', () => {
  const rowOf = (more: Partial<PanelRun>) => runRow(run({ winner: null, ...more }), null, 'en');
  expect(rowOf({ state: 'interrupted', canResume: true })).toMatchObject({
    description: 'interrupted · 36 samples',
    icon: 'debug-pause',
    context: 'run.interrupted.resumable',
  });
  expect(rowOf({ isBaseline: true })).toMatchObject({ icon: 'pinned', context: 'run.done.baseline' });
  expect(rowOf({ isBaseline: true }).speech).toMatch(/, done, baseline, 36 samples$/);
  expect(rowOf({ state: 'cancelled' }).speech).toMatch(/, cancelled, 36 samples$/);
  const progress = { label: 'large answers', done: 3, total: 10, etaMs: null };
  expect(runRow(run({ state: 'running', active: true, winner: null }), progress, 'en')).toMatchObject({
    description: 'large answers, 3 of 10',
    icon: 'loading~spin',
    context: 'run.running.active',
  });
});

it('shows a run that cannot be read by its id, with the reason', () => {
  const broken = runRow(run({ startedAt: '', problem: 'run.json is damaged' }), null, 'en');
  expect(broken).toMatchObject({ label: '2026-01-02T03-04-05', icon: 'warning', context: 'run.unreadable' });
  expect(broken.tooltip).toContain('run.json is damaged');
});

const node = (more: Partial<NodeState> = {}): NodeState => ({
  id: 'small',
  role: 'model',
  kind: 'onnx',
  source: 'bundled:small',
  state: 'ready',
  problem: null,
  bytes: 1_320_000,
  lastLoaded: null,
  ...more,
});

it('shows a model with device, size and what stands in its way', () => {
  const lastLoaded = { device: 'cpu', dtype: 'q8', loadMs: 210, tried: [{ device: 'cuda', error: 'no driver' }] };
  const ready = nodeRow(node({ lastLoaded }));
  expect(ready).toMatchObject({ description: 'onnx · cpu · 1.32 MB', icon: 'pass', context: 'model.ready.onnx' });
  expect(ready.tooltip.join('\n')).toMatch(/cpu \(q8\)[\s\S]*210 ms[\s\S]*cuda \(no driver\)/);
  const missing = nodeRow(node({ state: 'missing', bytes: null, kind: 'openai', problem: 'KEY is not set' }));
  expect(missing).toMatchObject({
    description: 'cannot be used · openai',
    icon: 'error',
    context: 'model.missing.openai',
  });
  expect(missing.speech).toBe('small, cannot be used, openai, KEY is not set');
  expect(nodeRow(node({ state: 'download', bytes: null })).description).toBe('not downloaded yet · onnx');
  expect(nodeRow(node({ state: 'unknown', kind: 'vscode-lm', bytes: null })).speech).toBe(
    'small, not tried yet, vscode-lm',
  );
  // Answers from a file run on nothing.
  expect(nodeRow(node({ kind: 'recorded', lastLoaded: { device: 'recorded' } })).description).toBe(
    'recorded · 1.32 MB',
  );
});

it('asks for the models once for both views, and again after a change or a failure', async () => {
  const models = vi.fn(async () => [node()]);
  const deps = {
    configs: { of: async () => ({ file: null, config: { models: [] } as never, problems: [] }) },
    keys: { of: async () => ({ served: { origin: 'https://api.example.com', key: 'x' } }) },
    reader: { models },
    places: () => ({ models: '', runner: '', cache: '' }),
  };
  const states = new NodeStates(deps);
  const folder = { name: 'ws', uri: {} as never, root: '/ws' };
  const [first] = await Promise.all([states.of(folder), states.of(folder)]);
  expect(first).toEqual({ nodes: [node()], builtIn: true, problem: null });
  expect(models).toHaveBeenCalledTimes(1);
  // The worker is told which models have a key, never the key.
  expect(JSON.stringify(models.mock.calls)).not.toContain('secret');
  states.forget();
  models.mockRejectedValueOnce(new Error('the process ended'));
  expect((await states.of(folder)).problem).toEqual({ message: 'the process ended' });
  expect((await states.of(folder)).nodes).toHaveLength(1);
  expect(models).toHaveBeenCalledTimes(3);
});

it('offers the menus of the manifest for the rows they fit', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
  const entries: { command: string; when: string }[] = contributes.menus['view/item/context'];
  /** The commands whose patterns of `viewItem` all hold. */
  const offered = (view: string, context: string) => {
    const fits = ({ when }: { when: string }) =>
      when.startsWith(`view == ${view}`) &&
      [...when.matchAll(/(!\()?viewItem (=~ \/((?:[^/\\]|\\.)+)\/|== (\S+))/g)].every(([, not, , pattern, value]) => {
        const holds = pattern ? new RegExp(pattern).test(context) : context === value;
        return holds !== Boolean(not);
      });
    return [...new Set(entries.filter(fits).map(({ command }) => command.replace('poq.', '')))].sort();
  };
  expect(offered('poq.runs', 'run.done')).toEqual(['deleteRun', 'exportReport', 'openResults', 'setBaseline']);
  expect(offered('poq.runs', 'run.done.baseline')).toEqual(['deleteRun', 'exportReport', 'openResults']);
  expect(offered('poq.runs', 'run.running.active')).toEqual(['cancel', 'exportReport', 'openResults', 'setBaseline']);
  expect(offered('poq.runs', 'run.cancelled.resumable')).toContain('resumeRun');
  expect(offered('poq.runs', 'run.unreadable')).toEqual(['deleteRun', 'openResults']);
  expect(offered('poq.runs', 'folder')).toEqual([]);
  expect(offered('poq.models', 'model.missing.openai')).toEqual(['setApiKey']);
  expect(offered('poq.models', 'model.ready.onnx')).toEqual([]);
});

it('has words for every key of the manifest, and pages for the walkthrough', () => {
  const manifest = readFileSync('package.json', 'utf8');
  const words = JSON.parse(readFileSync('package.nls.json', 'utf8'));
  const keys = [...manifest.matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key!);
  expect(keys.filter((key) => !words[key])).toEqual([]);
  const { contributes } = JSON.parse(manifest);
  const commands: string[] = contributes.commands.map((entry: { command: string }) => entry.command);
  const named = Object.values<string>(words).flatMap((text) =>
    [...text.matchAll(/command:(poq\.\w+)/g)].map((m) => m[1]!),
  );
  expect(named.filter((command) => !commands.includes(command))).toEqual([]);
  for (const { media } of contributes.walkthroughs[0].steps)
    expect(readFileSync(media.markdown, 'utf8').length).toBeGreaterThan(100);
});
