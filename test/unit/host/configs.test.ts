import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'poq-configs-'));
const file = join(root, 'poq.config.json');
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The listeners of saved documents; the file watcher tells nothing, as it does in the first moment. */
const onSave: ((document: { uri: { fsPath: string } }) => void)[] = [];

vi.mock('vscode', () => {
  const subscription = { dispose() {} };
  const never = () => subscription;
  return {
    EventEmitter: class {
      event = never;
      fire() {}
      dispose() {}
    },
    workspace: {
      createFileSystemWatcher: () => ({ onDidChange: never, onDidCreate: never, onDidDelete: never, dispose() {} }),
      onDidSaveTextDocument: (listener: (typeof onSave)[number]) => {
        onSave.push(listener);
        return subscription;
      },
      getWorkspaceFolder: () => ({}),
    },
  };
});
const { createConfigs } = await import('../../../src/host/workspace/configs.ts');

const folder = { name: 'ws', uri: {} as never, root };
const configs = createConfigs({
  of: () => folder,
  pathOf: ({ fsPath }: { fsPath: string }) => (fsPath === file ? 'poq.config.json' : 'sub/poq.config.json'),
  onDidChange: () => ({ dispose() {} }),
} as never);

const config = (alpha: number) =>
  JSON.stringify({
    prompts: ['a.jsonl'],
    models: [{ id: 'm', provider: 'onnx', model: 'bundled:small' }],
    evaluators: [{ id: 'chrf', kind: 'lexical', metric: 'chrf' }],
    reward: { models: { alpha } },
  });

it('a config that was just saved is the one that counts, whenever the file watcher tells', async () => {
  expect((await configs.of(folder)).file).toBeNull();
  writeFileSync(file, config(0.5));
  for (const tell of onSave) tell({ uri: { fsPath: file } });
  expect((await configs.of(folder)).config?.reward.models.alpha).toBe(0.5);
  writeFileSync(file, config(0.25));
  for (const tell of onSave) tell({ uri: { fsPath: file } });
  expect((await configs.of(folder)).config?.reward.models.alpha).toBe(0.25);
});
