import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingServer {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** What was asked, in order. */
  asked: { url: string; headers: IncomingMessage['headers']; body: string }[];
  close(): void;
}

/** A model server on this machine that notes every request. Its one answer repeats the key that it was given. */
export async function countingServer(): Promise<CountingServer> {
  const asked: CountingServer['asked'] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const entry = { url, headers: request.headers, body: '' };
    asked.push(entry);
    request.on('data', (data) => {
      entry.body += data;
    });
    const found = url.endsWith('/chat/completions');
    response.statusCode = found ? 200 : 404;
    response.setHeader('content-type', 'application/json');
    request.on('end', () => response.end(found ? answerTo(request.headers.authorization) : '{}'));
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

function answerTo(authorization = ''): string {
  return JSON.stringify({
    choices: [{ message: { role: 'assistant', content: `in the library ${authorization}` }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 3 },
  });
}
