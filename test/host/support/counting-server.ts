import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingServer {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** What was asked, in order. */
  asked: { url: string; headers: IncomingMessage['headers']; body: string }[];
  close(): void;
}

/**
 * A server on this machine that notes every request.
 * @param answer what it says to a path; undefined: 404. Without it the server is a model that knows one answer.
 */
export async function countingServer(answer?: (url: string) => Buffer | undefined): Promise<CountingServer> {
  const asked: CountingServer['asked'] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const entry = { url, headers: request.headers, body: '' };
    asked.push(entry);
    request.on('data', (data) => {
      entry.body += data;
    });
    const body = answer ? answer(url) : url.endsWith('/chat/completions') ? Buffer.from(ANSWER) : undefined;
    response.statusCode = body ? 200 : 404;
    if (!answer) response.setHeader('content-type', 'application/json');
    request.on('end', () => response.end(body ?? '{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const ANSWER = JSON.stringify({
  choices: [{ message: { role: 'assistant', content: 'in the library' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 3 },
});
