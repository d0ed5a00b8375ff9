import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { panelHtml } from '../../../src/host/panel/html.ts';

const DIST = fileURLToPath(new URL('../../../dist/webview/', import.meta.url));
const TYPES: Record<string, string> = { 'panel.js': 'text/javascript', 'panel.css': 'text/css' };

let started: Promise<string> | undefined;

/** Where the panel's page is served, as the host would make it, with a nonce of its own each time. */
export function panelUrl(): Promise<string> {
  started ??= new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const name = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
      if (name === '') {
        const origin = `http://${request.headers.host}`;
        const html = panelHtml({
          nonce: Math.random().toString(36).slice(2),
          cspSource: origin,
          scriptUri: `${origin}/panel.js`,
          styleUri: `${origin}/panel.css`,
          lang: 'en',
        });
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
      } else if (TYPES[name] !== undefined) {
        response.writeHead(200, { 'content-type': TYPES[name] }).end(await readFile(join(DIST, name)));
      } else response.writeHead(name === 'favicon.ico' ? 204 : 404).end();
    });
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
    // It lives as long as the tests' process.
    server.unref();
  });
  return started;
}
