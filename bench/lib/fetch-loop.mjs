import { readFileSync } from 'node:fs';
import { quantile } from './measure.mjs';

/**
 * The least that a client can do: `node lib/fetch-loop.mjs <url> <prompts.jsonl> <concurrency>` asks for every prompt with
 * the global fetch, streamed as poq asks, and prints the p50 of the time from before fetch to the end of the text.
 */
const [url, file, concurrency] = process.argv.slice(2);
const prompts = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line).prompt);
const times = [];
let next = 0;

async function worker() {
  while (next < prompts.length) {
    const body = JSON.stringify({
      model: 'mock',
      messages: [{ role: 'user', content: prompts[next++] }],
      max_tokens: 64,
      temperature: 0,
      stream: true,
    });
    const start = performance.now();
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await response.text();
    times.push(performance.now() - start);
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, worker));
console.log(JSON.stringify({ p50: quantile(times, 0.5), count: times.length }));
