import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('the first start', () => {
  let window: VSCodeWindow;
  const empty = mkdtempSync(path.join(os.tmpdir(), 'poq-story-'));
  const filled = mkdtempSync(path.join(os.tmpdir(), 'poq-story-'));
  before(() => recordedWorkspace(filled));
  afterEach(() => window?.close());
  after(() => {
    for (const folder of [empty, filled]) rmSync(folder, { recursive: true, force: true });
  });
  const view = () => window.page.getByRole('tab', { name: 'PoQ Lab' }).first();

  it('opens nothing unasked; the empty view leads to the walkthrough and shows the bundled models', async () => {
    window = await openWindow({ folder: empty });
    assert.equal(await window.page.locator('.tabs-container .tab').count(), 0);
    assert.equal(await window.notifications().count(), 0);
    await view().click();
    await window.page.getByText('No runs yet.').waitFor();
    await window.page
      .locator('.pane-body')
      .getByRole('treeitem', { name: /^small, ready, onnx/ })
      .waitFor();
    await window.page.locator('.welcome-view-content').getByText('Open Walkthrough').click();
    const steps = window.page.locator('.gettingStartedContainer .step-title');
    await steps.first().waitFor();
    assert.deepEqual(
      (await steps.allInnerTexts()).map((title) => title.trim()),
      ['Open a prompt file', 'Score it', 'Look at the results', 'Create a config', 'Choose your models'],
    );
    await window.page.locator('.gettingStartedContainer').getByText('Create Config and Example').click();
    await window.page.locator('.tab').filter({ hasText: 'poq.config.json' }).waitFor();
  });

  it('runs nothing where the workspace is not trusted, and says how to change that', async () => {
    window = await openWindow({ folder: filled, trust: false });
    await view().click();
    await window.page.getByText('This workspace is not trusted').waitFor();
    await window.page
      .locator('.pane-body')
      .getByRole('treeitem', { name: /^good, ready/ })
      .waitFor();
    await window.page.locator('.welcome-view-content').getByText('Manage Workspace Trust').click();
    await window.page.locator('.workspace-trust-editor').waitFor();
  });
});
