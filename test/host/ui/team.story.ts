import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { fixed } from '../../../src/core/report/render/format.ts';
import { finishedRun, readRows } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';

describe('a team sees what a new wording does to each model, against a baseline', function () {
  this.timeout(240_000);
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-team-'));
  before(async () => {
    copyQuickstart(folder);
    const config = path.join(folder, 'poq.config.json');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace(/"prompts": \[[\s\S]*?\n {2}\],/, '"prompts": ["prompts/qa/*.prompt.yml"],'));
    window = await openWindow({ folder, settings: { 'files.autoSave': 'off' } });
    await window.openFile('short-answers.prompt.yml');
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a first run becomes the baseline', async () => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    const { id } = await finishedRun(folder, 1);
    await window.panel().getByRole('button', { name: 'Set as baseline' }).click();
    await until('the baseline is written', () => {
      try {
        return JSON.parse(readFileSync(path.join(folder, '.poq', 'baseline.json'), 'utf8')).run === id;
      } catch {
        return false;
      }
    });
    await window.panel().getByText('This run is the baseline').waitFor();
  });

  it("after another wording the panel shows each model's change, paired by sample, with its interval", async () => {
    await window.openFile('short-answers.prompt.yml');
    await window.runCommand('Replace');
    const find = window.page.locator('.find-widget.visible');
    await find.locator('.find-part textarea').fill('Read the context. Reply with a short phrase from it.');
    await find.locator('.replace-part textarea').fill('Please write a long poem about the weather.');
    await find.locator('.replace-part textarea').press('Control+Alt+Enter');
    await window.press('Escape');
    await window.runCommand('PoQ: Run Workspace Evaluation');
    const second = await finishedRun(folder, 2);
    const samples = readRows<{ messages: { content: string }[] }>(folder, second.id, 'samples');
    assert.ok(samples.every(({ messages }) => messages.some(({ content }) => content.includes('a long poem'))));

    const first = await finishedRun(folder, 1);
    const table = window.panel().getByRole('region', { name: /Change since the baseline/ });
    for (const after of second.summary.models) {
      const before = first.summary.models.find(({ id }) => id === after.id)!;
      // The same samples in both: the mean of the paired differences is the difference of the means.
      const change = after.quality.mean! - before.quality.mean!;
      const row = table.getByRole('row').filter({ hasText: after.id });
      await row.filter({ hasText: fixed(change, 2) }).waitFor();
      assert.match(await row.innerText(), /(better|worse|undecided|not decided)/);
    }
  });
});
