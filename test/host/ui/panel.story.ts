import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('the results panel', () => {
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-story-'));
  const prompts = path.join(folder, 'prompts.jsonl');
  before(async () => {
    recordedWorkspace(folder);
    window = await openWindow({ folder });
    await window.runCommand('PoQ: Run Workspace Evaluation');
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tab = (name: string) => window.panel().getByRole('tab', { name });
  const editor = () => window.page.locator('.editor-instance .monaco-editor');

  it('opens with the run that a command asked for', async () => {
    await tab('Leaderboard').waitFor();
    await window.panel().getByText('poor').first().waitFor();
  });

  it('opens a sample at its line beside itself, also when the file has changed', async () => {
    writeFileSync(prompts, `${JSON.stringify({ id: 'new', prompt: 'New?' })}\n${readFileSync(prompts, 'utf8')}`);
    await tab('Compare').click();
    await window.panel().getByRole('button', { name: 'Go to file' }).first().click();
    await editor().waitFor();
    const line = window.page.locator('[id="status.editor.selection"]');
    await line.getByText(/Ln 2, Col 1/).waitFor();
    assert.equal(await window.page.locator('.editor-group-container').count(), 2);
  });

  it('says so when the sample is gone', async () => {
    writeFileSync(prompts, `${JSON.stringify({ id: 'new', prompt: 'New?' })}\n`);
    await window.page.locator('.tab').filter({ hasText: 'PoQ Lab' }).click();
    await window.panel().getByRole('button', { name: 'Go to file' }).first().click();
    await window.notifications(/prompts\.jsonl holds no sample "q\d" any more/).waitFor();
  });

  it('writes weights into the config where the user sees them, and saves nothing', async () => {
    await window.page.locator('.tab').filter({ hasText: 'PoQ Lab' }).click();
    await tab('Leaderboard').click();
    const weight = window.panel().getByRole('slider', { name: /Cost weight/ });
    await weight.focus();
    await weight.press('ArrowRight');
    await window.panel().getByRole('button', { name: 'Write to config' }).click();
    await window.page.locator('.tab.dirty').filter({ hasText: 'poq.config.json' }).waitFor();
    const note = window.notifications(/once you save poq\.config\.json/);
    await note.waitFor();
    const file = path.join(folder, 'poq.config.json');
    assert.doesNotMatch(readFileSync(file, 'utf8'), /beta/);
    await note.getByText('Save', { exact: true }).click();
    await window.page.locator('.tab:not(.dirty)').filter({ hasText: 'poq.config.json' }).waitFor();
    assert.match(readFileSync(file, 'utf8'), /^\/\/ which models\n[\s\S]*"beta": 0\.\d+/);
  });

  it('is as it was when it is seen again', async () => {
    await window.page.locator('.tab').filter({ hasText: 'PoQ Lab' }).click();
    await tab('Evaluators').click();
    await window.openFile('good.jsonl');
    await window.page.locator('.tab').filter({ hasText: 'PoQ Lab' }).click();
    await window.panel().getByRole('tab', { name: 'Evaluators', selected: true }).waitFor();
    await window.panel().getByText('rouge').first().waitFor();
  });

  it('shows the run that it had done again', async () => {
    const runs = () => readdirSync(path.join(folder, '.poq', 'runs')).filter((name) => !name.startsWith('.'));
    assert.equal(runs().length, 1);
    await window.panel().getByRole('button', { name: 'Run again' }).click();
    // The prompt file holds one sample by now.
    await window
      .panel()
      .getByText(/1 sample · 2 models/)
      .waitFor();
    assert.equal(runs().length, 2);
  });

  it('comes back with the window', async () => {
    await window.reload();
    await tab('Leaderboard').waitFor();
    await window
      .panel()
      .getByText(/ 2 models · /)
      .waitFor();
  });
});
