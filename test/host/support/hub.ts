import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface Hub {
  /** For HF_ENDPOINT. */
  address: string;
  /** The paths that were asked for. */
  asked: string[];
  close(): void;
}

const PIECES = 10;

/** A hub on this machine with one model, whose large files come slowly: a tenth every `pauseMs`. */
export async function hubWith(id: string, folder: string, licence: string, pauseMs: number): Promise<Hub> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const file = path.join(folder, url.replace(`/${id}/resolve/main/`, ''));
    if (url.startsWith(`/api/models/${id}`)) response.end(JSON.stringify(describe(folder, licence)));
    else if (url.includes('/resolve/') && existsSync(file)) void send(response, readFileSync(file), pauseMs);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function describe(folder: string, licence: string): object {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(folder, name)).isFile(),
  );
  return {
    siblings: files.map((name) => ({
      rfilename: name.replaceAll('\\', '/'),
      size: statSync(path.join(folder, name)).size,
    })),
    cardData: { license: licence },
    gated: false,
  };
}

async function send(response: ServerResponse, content: Buffer, pauseMs: number): Promise<void> {
  response.writeHead(200, { 'content-length': content.length });
  const size = content.length < 2 ** 20 ? content.length : Math.ceil(content.length / PIECES);
  for (let at = 0; at < content.length; at += size) {
    if (at > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    response.write(content.subarray(at, at + size));
  }
  response.end();
}
