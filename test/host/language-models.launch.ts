import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Launch } from './support/launch.ts';

const config = {
  prompts: ['prompts.jsonl'],
  models: [
    { id: 'echo', provider: 'vscode-lm', model: 'echo' },
    { id: 'family', provider: 'vscode-lm', model: 'test-echo' },
    { id: 'broken', provider: 'vscode-lm', model: 'broken' },
  ],
  evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
};

export default {
  extensions: ['test/host/fixtures/lm-provider'],
  workspace: (folder) => {
    writeFileSync(path.join(folder, 'poq.config.json'), JSON.stringify(config));
    const rows = ['one two', 'three'].map((prompt, i) => ({ id: `s${i}`, prompt, reference: `You said: ${prompt}` }));
    writeFileSync(path.join(folder, 'prompts.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return folder;
  },
} satisfies Launch;
