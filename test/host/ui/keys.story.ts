import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { type CountingServer, countingServer } from '../support/counting-server.ts';
import { finishedRun, readRows, runsIn } from '../support/runs.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

const KEY = 'sk-story-8c41d7e09b';
/** The same variable for two servers. */
const VARIABLE = 'POQ_STORY_KEY';

describe('the key of an endpoint', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  const home = mkdtempSync(path.join(os.tmpdir(), 'poq-keys-'));
  const [mine, foreign] = [path.join(home, 'mine'), path.join(home, 'foreign')];
  const servers: CountingServer[] = [];
  before(async () => {
    for (const folder of [mine, foreign]) {
      const server = await countingServer();
      servers.push(server);
      const apiKey = { env: VARIABLE };
      const config = {
        prompts: ['a.jsonl'],
        models: [{ id: 'served', provider: 'openai', baseUrl: `${server.origin}/v1`, model: 'm', apiKey, retries: 0 }],
        evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
      };
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'a.jsonl'), '{"id": "1", "prompt": "Where?", "reference": "in the library"}\n');
      writeFileSync(path.join(folder, 'poq.config.json'), JSON.stringify(config));
    }
    const file = path.join(home, 'both.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: [{ path: 'mine' }, { path: 'foreign' }] }));
    window = await openWindow({ folder: file, env: { [VARIABLE]: undefined } });
  });
  after(async () => {
    await window?.close();
    for (const server of servers) server.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const run = async (folder: string) => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await window.quickPick(folder);
  };
  const missing = () => window.notifications(/The model "served" needs a key: POQ_STORY_KEY is neither set/);
  const cleared = async () => {
    await window.runCommand('Notifications: Clear All Notifications');
    await missing().waitFor({ state: 'hidden' });
  };
  const dots = () => window.page.locator('.quick-input-widget input[type=password]:visible');

  it('is missed before anything is sent; the message leads to where it is given', async () => {
    await run('mine');
    await missing().getByText('Set API Key', { exact: true }).click();
    await dots().waitFor();
    await window.page.getByText(`sent to ${servers[0]!.origin} alone`).waitFor();
    assert.deepEqual(servers[0]!.asked, []);
    await dots().fill(KEY);
    await window.press('Enter');
    await dots().waitFor({ state: 'hidden' });
    await cleared();
  });

  it('goes to its endpoint, and not to another that the same variable is named for', async () => {
    await run('mine');
    const { id } = await finishedRun(mine, 1);
    assert.deepEqual(
      servers[0]!.asked.map(({ headers }) => headers.authorization),
      [`Bearer ${KEY}`],
    );
    // The server gave it away: what is stored of it is not the key.
    assert.match(readRows<{ text: string }>(mine, id, 'generations')[0]!.text, /redacted/);
    await run('foreign');
    await missing().waitFor();
    await cleared();
    assert.deepEqual(servers[1]!.asked, []);
    assert.deepEqual(runsIn(foreign), []);
  });

  it('is in no file of the workspace or the editor, and in nothing that the panel is told', async () => {
    const panel = window.panel();
    const page = window.page.frames().find((frame) => frame.url().includes('/fake.html'))!;
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      addEventListener('message', ({ data }) => told.push(JSON.stringify(data)));
    });
    await panel.getByRole('button', { name: 'Run again' }).click();
    await finishedRun(mine, 2);
    await panel.getByRole('tab', { name: 'Compare' }).click();
    await panel
      .getByText(/redacted/)
      .first()
      .waitFor();
    const told = await page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
    for (const frame of window.page.frames()) assert.ok(!holdsKey(await frame.content()), 'the page holds the key');
    assert.ok(told.join().includes('redacted'), 'no message to the panel was noted');
    assert.ok(!told.some(holdsKey), 'the panel was told the key');
    const files = [...filesBelow(home), ...filesBelow(window.home)];
    assert.deepEqual(
      files.filter((file) => holdsKey(readFileSync(file, 'latin1'))),
      [],
    );
  });

  it('is forgotten with an empty one', async () => {
    await run('mine');
    await finishedRun(mine, 3);
    assert.equal(servers[0]!.asked.at(-1)!.headers.authorization, `Bearer ${KEY}`);
    await window.runCommand('PoQ: Set API Key');
    await window.quickPick('mine');
    await window.quickPick('served');
    await dots().fill('');
    await window.press('Enter');
    await dots().waitFor({ state: 'hidden' });
    await run('mine');
    await missing().waitFor();
    assert.equal(servers[0]!.asked.length, 3);
  });
});

function holdsKey(text: string): boolean {
  return text.includes(KEY) || text.includes(Buffer.from(KEY).toString('base64'));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
