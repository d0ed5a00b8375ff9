import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findPromptFiles } from '../../../src/node/detect/prompt-files.ts';
import { findServers, USUAL_SERVERS } from '../../../src/node/detect/servers.ts';

/** For servers that will answer: a busy machine must not fail these tests. */
const PATIENCE_MS = 20_000;

const servers: Server[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const json =
  (body: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('findServers', () => {
  it('looks at the usual ports of this machine', () => {
    expect(USUAL_SERVERS.map((s) => [s.name, s.baseUrl])).toEqual([
      ['Ollama', 'http://127.0.0.1:11434/v1'],
      ['LM Studio', 'http://127.0.0.1:1234/v1'],
      ['vLLM', 'http://127.0.0.1:8000/v1'],
      ['llama.cpp', 'http://127.0.0.1:8080/v1'],
    ]);
  });

  it('asks with a single GET of /v1/models', async () => {
    const requests: string[] = [];
    const baseUrl = await serve((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      json({ object: 'list', data: [{ id: 'b' }, { id: 'a' }, { id: 'b' }] })(request, response);
    });
    expect(await findServers([{ name: 'X', baseUrl }], PATIENCE_MS)).toEqual([
      { name: 'X', baseUrl, models: ['a', 'b'], needsKey: false },
    ]);
    expect(requests).toEqual(['GET /v1/models']);
  });

  it('tells a server that wants a key, and one without a model', async () => {
    const closed = await serve(json({ error: 'no' }, 401));
    const empty = await serve(json({ data: [] }));
    const found = await findServers(
      [
        { name: 'A', baseUrl: closed },
        { name: 'B', baseUrl: empty },
      ],
      PATIENCE_MS,
    );
    expect(found).toEqual([
      { name: 'A', baseUrl: closed, models: [], needsKey: true },
      { name: 'B', baseUrl: empty, models: [], needsKey: false },
    ]);
  });

  it('leaves out what is not a model server', async () => {
    const elsewhere = await serve(json({ data: [{ id: 'secret' }] }));
    const addresses = [
      await serve((_, response) => response.end('<html>Jenkins</html>')),
      await serve(json({ data: 'no list' })),
      await serve(json({ data: [{ id: 'm' }] }, 404)),
      await serve((_, response) => response.writeHead(302, { location: `${elsewhere}/models` }).end()),
      await serve((request) => request.socket.destroy()),
      await serve(json({ data: [{ id: 'x'.repeat(2_000_000) }] })),
      'http://127.0.0.1:1/v1', // nothing listens there
    ];
    expect(
      await findServers(
        addresses.map((baseUrl) => ({ name: 'X', baseUrl })),
        PATIENCE_MS,
      ),
    ).toEqual([]);
  });

  it('gives up on a server that never answers, without keeping the others waiting', async () => {
    const silent = await serve(() => {});
    const drips = await serve((_, response) => {
      response.write('{"data": [');
    });
    const good = await serve(json({ data: [{ id: 'm' }] }));
    const found = await findServers(
      [silent, drips, good].map((baseUrl) => ({ name: 'X', baseUrl })),
      3000,
    );
    expect(found.map((s) => s.baseUrl)).toEqual([good]);
  });
});

describe('findPromptFiles', () => {
  function folderWith(files: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), 'poq-detect-'));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  it('finds files by their names, data files by what is in them', async () => {
    const folder = folderWith({
      'deep/a.prompt.yml': '',
      'b.prompt.yaml': '',
      'c.prompty': '',
      'promptfooconfig.yaml': '',
      'questions.jsonl': '{"prompt": "Why?"}\n',
      'prompts/more.csv': 'input,expected\n1,2\n',
      'node_modules/x/d.prompty': '',
      '.poq/runs/1/e.prompty': '',
      'src/data.csv': 'prompt,expected\n',
    });
    expect(await findPromptFiles(folder)).toEqual([
      { glob: '**/*.prompt.{yml,yaml}', files: 2 },
      { glob: '**/*.prompty', files: 1 },
      { glob: '**/promptfooconfig.{yml,yaml}', files: 1 },
      { glob: '*.{jsonl,csv,tsv}', files: 1 },
      { glob: 'prompts/**/*.{jsonl,csv,tsv,json}', files: 1 },
    ]);
  });

  it('names files one by one where others of that kind hold no prompts', async () => {
    const folder = folderWith({ 'sales.csv': 'month,sum\n1,2\n', 'set (1).csv': 'question,answer\na,b\n' });
    const found = await findPromptFiles(folder);
    expect(found).toHaveLength(1);
    expect(found[0]!.files).toBe(1);
    expect(found[0]!.glob.replaceAll('\\', '')).toBe('set (1).csv');
  });

  it('finds nothing in an empty folder', async () => {
    expect(await findPromptFiles(folderWith({}))).toEqual([]);
  });
});
