import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { ConfigInput } from '../../../src/core/config.ts';
import { type CountingServer, countingServer } from '../support/counting-server.ts';
import { finishedRun, runsIn } from '../support/runs.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('a workspace that is not trusted', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  let server: CountingServer;
  let config: ConfigInput;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-trust-'));
  before(async () => {
    server = await countingServer();
    config = {
      prompts: ['*.prompty'],
      env: ['POQ_STORY_VARIABLE'],
      models: [
        { id: 'served', provider: 'openai', baseUrl: `${server.origin}/v1`, model: 'm', retries: 0 },
        { id: 'fetched', provider: 'onnx', model: 'owner/name' },
      ],
      evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
    };
    writeFileSync(path.join(folder, 'poq.config.json'), JSON.stringify(config));
    const prompty =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: how a prompty file names a variable
      '---\nname: where\nsample:\n  question: Where?\n---\nuser:\nTell ${env:POQ_STORY_VARIABLE}: {{question}}\n';
    writeFileSync(path.join(folder, 'where.prompty'), prompty);
    const env = { POQ_STORY_VARIABLE: 'hidden', HF_ENDPOINT: server.origin };
    window = await openWindow({ folder, trust: false, env });
  });
  after(async () => {
    await window?.close();
    server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const rows = (name: RegExp) => window.page.locator('.pane-body').getByRole('treeitem', { name });
  const lens = (text: RegExp) => window.page.locator('.codelens-decoration').filter({ hasText: text });

  it('offers nothing that runs', async () => {
    await window.openFile('where.prompty');
    await window.runCommand('PoQ: Open Results');
    await window.panel().getByText('This workspace is not trusted').waitFor();
    assert.equal(await window.panel().getByRole('button', { name: 'Run' }).count(), 0);
    assert.deepEqual(await window.paletteLabels('PoQ: '), ['PoQ: Open Results', 'PoQ: Show Devices']);
    await window.openFile('where.prompty');
    assert.deepEqual(await window.paletteLabels('PoQ: '), ['PoQ: Open Results', 'PoQ: Show Devices']);
    assert.equal(await lens(/Score/).count(), 0);
  });

  it('is explained in the view, which asks nobody', async () => {
    await window.page.getByRole('tab', { name: 'PoQ Lab' }).first().click();
    await window.page.locator('.welcome-view-content').getByText('This workspace is not trusted').waitFor();
    await rows(/^served/).waitFor();
    await rows(/^fetched/).waitFor();
    await window.openFile('poq.config.json');
    await window.openFile('where.prompty');
    assert.deepEqual(server.asked, []);
    assert.deepEqual(runsIn(folder), []);
  });

  it('works once it is trusted', async () => {
    config.models = config.models.filter(({ id }) => id === 'served');
    writeFileSync(path.join(folder, 'poq.config.json'), JSON.stringify(config));
    await window.page.locator('.welcome-view-content').getByText('Manage Workspace Trust').click();
    const trust = window.page.locator('.workspace-trust-editor').getByRole('button', { name: /^Trust/ });
    await trust.first().click();
    await window.openFile('where.prompty');
    await lens(/Score/).first().waitFor();
    await window.runCommand('PoQ: Run Workspace Evaluation');
    const { summary } = await finishedRun(folder, 1);
    assert.equal(summary.models[0]!.errors, 0);
    assert.deepEqual(
      server.asked.map(({ url }) => url),
      ['/v1/chat/completions'],
    );
    assert.match(server.asked[0]!.body, /Tell hidden: Where/);
  });
});
