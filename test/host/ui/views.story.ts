import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('the views', () => {
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-story-'));
  const runs = () => readdirSync(path.join(folder, '.poq', 'runs')).filter((name) => !name.startsWith('.'));
  before(async () => {
    recordedWorkspace(folder);
    window = await openWindow({ folder });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const rows = (name: string | RegExp) => window.page.locator('.pane-body').getByRole('treeitem', { name });

  it('show what the config names, and offer the first run', async () => {
    await window.page.getByRole('tab', { name: 'PoQ Lab' }).first().click();
    await rows(/^good, ready/).waitFor();
    await rows(/^poor, ready/).waitFor();
    await rows(/^rouge, ready/).waitFor();
    await window.page.getByText('No runs yet.').waitFor();
    await window.page.getByRole('button', { name: 'Run Workspace Evaluation' }).first().waitFor();
    await window.screenshot('/tmp/poq-shots/views-empty.png');
  });

  it('show the run with its winner, and open it', async () => {
    await window.page.locator('.welcome-view-content').getByText('Run Workspace Evaluation').click();
    await rows(/done, good 10\.00, reward 0\.50, 6 samples/).waitFor();
    await window.screenshot('/tmp/poq-shots/views-run.png');
    assert.equal(runs().length, 1);
  });
});
