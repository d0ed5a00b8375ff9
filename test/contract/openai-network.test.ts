import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { configSchema, type OpenAiModelConfig } from '../../src/core/config.ts';
import { createOpenAiNode } from '../../src/node/providers/openai.ts';
import { startMockEndpoint } from '../fixtures/providers/mock-endpoint.ts';

/** Proxies and certificates: what lies between the product and an endpoint. */

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function mock() {
  const endpoint = await startMockEndpoint();
  closers.push(endpoint.close);
  return endpoint;
}

async function ask(baseUrl: string, env: Record<string, string> = {}) {
  const config = configSchema.parse({
    prompts: ['p'],
    models: [{ id: 'served', provider: 'openai', model: 'm', baseUrl, retries: 0, timeoutMs: 10_000 }],
    evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
  }).models[0] as OpenAiModelConfig;
  const node = createOpenAiNode(config, { env: (name) => env[name], root: '/', concurrency: 4 });
  closers.push(() => node.close());
  const request = {
    sampleId: 's',
    messages: [{ role: 'user' as const, content: 'q' }],
    options: { maxTokens: 8, temperature: 0, seed: 1 },
    repeat: 0,
  };
  const [outcome] = await node.generate([request], new AbortController().signal);
  return outcome!;
}

/** A forward proxy that sends everything to one port, whatever host is asked for, and notes what it was asked. */
async function proxyTo(port: number) {
  const seen: string[] = [];
  const server = createServer((req: IncomingMessage, res) => {
    seen.push(`${req.method} ${req.url}`);
    const url = new URL(req.url ?? '');
    const onward = httpRequest(
      { host: '127.0.0.1', port, path: url.pathname + url.search, method: req.method, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  server.on('connect', (req, socket, head) => {
    seen.push(`CONNECT ${req.url}`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => {});
  });
  return { seen, url: `http://127.0.0.1:${await listen(server)}` };
}

describe('proxies', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('plain HTTP goes through %s, not tunnelled', async (name) => {
    const endpoint = await mock();
    const proxy = await proxyTo(Number(new URL(endpoint.origin).port));
    const outcome = await ask('http://models.invalid/v1', { [name]: proxy.url });
    expect(outcome).toMatchObject({ text: 'answer', device: 'http://models.invalid' });
    expect(proxy.seen).toEqual(['POST http://models.invalid/v1/chat/completions']);
  });

  test('NO_PROXY is honoured', async () => {
    const proxy = await proxyTo(1);
    const outcome = await ask('http://models.invalid/v1', { HTTP_PROXY: proxy.url, NO_PROXY: 'other,.invalid' });
    expect(outcome.error).toContain('no such host');
    expect(proxy.seen).toEqual([]);
  });

  test('loopback never goes through a proxy', async () => {
    const endpoint = await mock();
    const proxy = await proxyTo(1);
    expect((await ask(endpoint.baseUrl, { HTTP_PROXY: proxy.url })).text).toBe('answer');
    expect(proxy.seen).toEqual([]);
  });

  test('a proxy variable that is no URL is told', async () => {
    await expect(ask('http://models.invalid/v1', { HTTPS_PROXY: 'not a url' })).rejects.toThrow(/HTTPS_PROXY/);
  });
});

const OPENSSL = process.env.OPENSSL ?? 'openssl';

/** A key and a self-signed certificate for models.invalid and 127.0.0.1; null where openssl is missing. */
function selfSigned(): { key: Buffer; cert: Buffer } | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'poq-tls-'));
  try {
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=models.invalid`;
    const names = 'subjectAltName=DNS:models.invalid,IP:127.0.0.1';
    execFileSync(OPENSSL, [...args.split(' '), '-addext', names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const certificate = selfSigned();

describe.skipIf(certificate === null)('TLS (needs the openssl command)', () => {
  test('a certificate that is not trusted: nothing is sent, and the message tells what to set', async () => {
    let requests = 0;
    const port = await listen(createTlsServer(certificate!, () => requests++) as unknown as Server);
    const { error } = await ask(`https://127.0.0.1:${port}/v1`);
    expect(error).toContain('is not trusted');
    expect(error).toContain('NODE_EXTRA_CA_CERTS');
    expect(requests).toBe(0);
  });

  test('HTTPS is tunnelled through HTTPS_PROXY', async () => {
    const port = await listen(createTlsServer(certificate!, (_, res) => res.end()) as unknown as Server);
    const proxy = await proxyTo(port);
    const { error } = await ask('https://models.invalid/v1', { HTTPS_PROXY: proxy.url });
    expect(proxy.seen).toEqual(['CONNECT models.invalid:443']);
    expect(error).toContain('is not trusted');
  });
});
