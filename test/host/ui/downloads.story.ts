import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { writeTinyLlm } from '../../fixtures/runner/tiny-models.ts';
import { type Hub, hubWith } from '../support/hub.ts';
import { finishedRun, runsIn } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('the first download of a model', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  let hub: Hub;
  const home = mkdtempSync(path.join(os.tmpdir(), 'poq-download-'));
  const folder = path.join(home, 'workspace');
  const cache = path.join(home, 'cache');
  before(async () => {
    hub = await hubWith('owner/tiny', writeTinyLlm(path.join(home, 'hub'), { work: 2 }), 'apache-2.0', 400);
    const config = {
      prompts: ['a.jsonl'],
      models: [{ id: 'mine', provider: 'onnx', model: 'owner/tiny', dtype: 'fp32', device: 'cpu' }],
      evaluators: [{ id: 'rouge', kind: 'lexical', metric: 'rougeL' }],
      generation: { maxTokens: 2 },
    };
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'a.jsonl'), '{"id": "1", "prompt": "w1", "reference": "w2"}\n');
    writeFileSync(path.join(folder, 'poq.config.json'), JSON.stringify(config));
    const env = { HF_ENDPOINT: hub.address, POQ_CACHE: cache };
    window = await openWindow({ folder, env, settings: { 'workbench.editor.useModal': 'off' } });
  });
  after(async () => {
    await window?.close();
    hub.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const dialog = () => window.page.locator('.monaco-dialog-box');
  const fetched = () => hub.asked.filter((url) => url.includes('/resolve/'));
  /** A setting of the machine: a workspace has no say in it, and in a remote window neither have the user's settings. */
  const setOnMachine = async (settings: object) => {
    await window.openPalette('Preferences: Open Remote Settings (JSON)');
    await window
      .palette(/^Preferences: Open Remote Settings \(JSON\)/)
      .first()
      .click();
    await window.page.locator('.tab.active').filter({ hasText: 'settings.json' }).waitFor();
    await window.editor().locator('.view-lines').click();
    await window.press('Control+A');
    await window.page.keyboard.insertText(JSON.stringify(settings));
    await window.press('Control+S');
    await window.page.locator('.tab.active:not(.dirty)').filter({ hasText: 'settings.json' }).waitFor();
  };

  it('is refused where the setting forbids it, with a way to the setting', async () => {
    await setOnMachine({ 'poq.downloads': 'never' });
    await window.runCommand('PoQ: Run Workspace Evaluation');
    const refusal = window.notifications(/owner\/tiny would have to be downloaded.*poq\.downloads forbids it/);
    await refusal.waitFor();
    await refusal.getByText('Open Settings', { exact: true }).click();
    await window.page.locator('.settings-editor').getByText('Downloads').first().waitFor();
    assert.deepEqual(fetched(), []);
    await setOnMachine({});
  });

  it('asks with size and licence; nothing is fetched without agreement', async () => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await dialog().getByText('Download owner/tiny from the hub?').waitFor();
    await dialog()
      .getByText(/owner\/tiny \(for mine\): \d\.\d\d MB, licence: apache-2\.0\./)
      .waitFor();
    await window.dialogButton('Cancel');
    await dialog().waitFor({ state: 'hidden' });
    assert.deepEqual(fetched(), []);
    assert.deepEqual(runsIn(folder), []);
    assert.equal(existsSync(cache), false);
  });

  it('shows how far it is, and then the model runs, the next time without a question', async () => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await window.dialogButton('Download');
    await window.notifications(/mine: downloading onnx\/model\.onnx: \d+ % of \d+ MB/).waitFor();
    const { summary } = await finishedRun(folder, 1);
    assert.equal(summary.models[0]!.errors, 0);
    assert.ok(fetched().includes('/owner/tiny/resolve/main/onnx/model.onnx'));
    await until(
      'the run has ended in the window',
      async () => (await window.notifications(/evaluation/).count()) === 0,
    );
    hub.asked.length = 0;
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await finishedRun(folder, 2);
    assert.deepEqual(hub.asked, []);
  });
});
