import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Fills a folder with a workspace that runs at once and always with the same result: six questions, and two models
 * whose answers are recorded. `good` knows all of them, `poor` every second one.
 * @param prompts name of the prompt file
 */
export function recordedWorkspace(folder: string, prompts = 'prompts.jsonl'): string {
  const questions = ['one', 'two', 'three', 'four', 'five', 'six'];
  const lines = (all: object[]) => all.map((row) => `${JSON.stringify(row)}\n`).join('');
  const answers = (knows: (i: number) => boolean, latencyMs: number) =>
    lines(questions.map((q, i) => ({ sample: `q${i}`, text: knows(i) ? `it is ${q}` : 'no idea', latencyMs })));
  const config = {
    prompts: [prompts],
    models: ['good', 'poor'].map((id) => ({ id, provider: 'recorded', file: `outputs/${id}.jsonl` })),
    evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
  };
  mkdirSync(path.join(folder, 'outputs'), { recursive: true });
  const rows = questions.map((q, i) => ({ id: `q${i}`, prompt: `Which number comes?`, reference: `it is ${q}` }));
  writeFileSync(path.join(folder, prompts), lines(rows));
  writeFileSync(
    path.join(folder, 'outputs', 'good.jsonl'),
    answers(() => true, 40),
  );
  writeFileSync(
    path.join(folder, 'outputs', 'poor.jsonl'),
    answers((i) => i % 2 === 0, 10),
  );
  writeFileSync(path.join(folder, 'poq.config.json'), `// which models\n${JSON.stringify(config, null, 2)}\n`);
  return folder;
}
