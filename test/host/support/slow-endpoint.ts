import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A model server on this machine that answers every request after a while. */
export async function slowEndpoint(delayMs: number): Promise<{ baseUrl: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          choices: [{ message: { role: 'assistant', content: 'in the library' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 9, completion_tokens: 3 },
        }),
      );
    }, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A workspace of one slow model and so many prompts; one request at a time. */
export function slowWorkspace(folder: string, baseUrl: string, prompts: number): void {
  const rows = Array.from({ length: prompts }, (_, i) => ({
    id: `q${i}`,
    prompt: `Where? ${i}`,
    reference: 'in the library',
  }));
  writeFileSync(path.join(folder, 'questions.jsonl'), `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  const config = {
    prompts: ['questions.jsonl'],
    models: [{ id: 'slow', provider: 'openai', baseUrl, model: 'm', concurrency: 1, retries: 0 }],
    evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
  };
  writeFileSync(path.join(folder, 'poq.config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
