import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, fetchModels, poq, serve, serverPython } from './environment.mjs';

/**
 * Lets three real language models answer the prompts of examples/quickstart and keeps what they said, with the times
 * it took, as the recorded models of examples/real-llms. The prompts are copied there too, so that it is a workspace of
 * its own with the same sample ids. Run on a quiet machine: node scripts/real-models/record.mjs [MODEL...]
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const QUICKSTART = join(ROOT, 'examples', 'quickstart');
const TARGET = join(ROOT, 'examples', 'real-llms');

/** A base model knows no chat: it gets the bare text and goes on from there. */
const PLAIN_TEXT = "{% for m in messages %}{{ m['content'] }}\n\n{% endfor %}Answer:";

const MODELS = [
  { id: 'qwen2.5-coder-0.5b', file: 'qwen05' },
  { id: 'qwen2.5-coder-1.5b', file: 'qwen15' },
  { id: 'gemma-3-270m-base', file: 'gemma', template: PLAIN_TEXT },
];

const wanted = process.argv.slice(2);
const models = MODELS.filter((m) => wanted.length === 0 || wanted.includes(m.id));
const cache = cacheFolder();
const python = serverPython(cache);
fetchModels(
  python,
  cache,
  models.map((m) => m.file),
);

rmSync(join(TARGET, 'prompts'), { recursive: true, force: true });
cpSync(join(QUICKSTART, 'prompts'), join(TARGET, 'prompts'), { recursive: true });

for (const model of models) {
  const work = mkdtempSync(join(cache, 'work-'));
  const { baseUrl, stop } = await serve(python, join(cache, `${model.file}.gguf`), model);
  try {
    cpSync(join(QUICKSTART, 'prompts'), join(work, 'prompts'), { recursive: true });
    const config = {
      prompts: ['prompts/**'],
      models: [{ id: model.id, provider: 'openai', baseUrl, model: model.file, concurrency: 1 }],
      evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
      generation: { maxTokens: 64 },
    };
    writeFileSync(join(work, 'poq.config.json'), JSON.stringify(config));
    const summary = poq(['run'], work);
    const rows = readFileSync(join(summary.path, 'generations.jsonl'), 'utf8').trimEnd().split('\n');
    const recorded = rows.map((line) => {
      const { sample, text, error, latencyMs, ttftMs, inputTokens, outputTokens } = JSON.parse(line);
      return JSON.stringify({ sample, text, error, latencyMs, ttftMs, inputTokens, outputTokens });
    });
    writeFileSync(join(TARGET, 'outputs', `${model.id}.jsonl`), `${recorded.sort().join('\n')}\n`);
    const [m] = summary.models;
    console.log(
      `${model.id}: ${m.samples} samples, F1 ${m.truth.f1.toFixed(2)} of 10, p50 ${m.latencyMs.p50.toFixed(0)} ms`,
    );
  } finally {
    stop();
    rmSync(work, { recursive: true, force: true });
  }
}
