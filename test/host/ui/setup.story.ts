import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { finishedRun, runsIn } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

const ALWAYS = ['PoQ: Open Results', 'PoQ: Show Devices'];
const IN_FOLDER = [
  'PoQ: Choose Models',
  'PoQ: Create Workspace Config',
  'PoQ: Run Workspace Evaluation',
  'PoQ: Set API Key',
];
const OF_FILE = ['PoQ: Compare Models on This File', 'PoQ: Score Prompt Under Cursor', 'PoQ: Score This Prompt File'];
const OF_RUNS = ['PoQ: Export Report', 'PoQ: Set Run as Baseline'];

describe('setting up a workspace', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-setup-'));
  const config = path.join(folder, 'poq.config.json');
  before(async () => {
    window = await openWindow({ folder, extensions: ['test/host/fixtures/lm-provider'] });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const tab = (name: string, dirty = false) =>
    window.page.locator(`.tab.active${dirty ? '.dirty' : ''}`).filter({ hasText: name });
  const offered = (...groups: string[][]) =>
    until(`the palette offers ${groups.flat()}`, async () => {
      const labels = await window.paletteLabels('PoQ: ');
      return labels.sort().join() === groups.flat().sort().join();
    });

  it('the palette offers what can be done: no run, no prompt file', async () => {
    await offered(ALWAYS, IN_FOLDER);
  });

  it('an empty workspace gets a config and an example', async () => {
    await window.runCommand('PoQ: Create Workspace Config');
    await tab('poq.config.json').waitFor({ timeout: 60_000 });
    const { prompts } = JSON.parse(readFileSync(config, 'utf8').replace(/^\s*\/\/.*$/gm, '')) as { prompts: string[] };
    assert.equal(prompts.length, 1);
    assert.ok(existsSync(path.join(folder, prompts[0]!)), `no example at ${prompts[0]}`);
    await offered(ALWAYS, IN_FOLDER);
    await window.openFile(path.posix.basename(prompts[0]!));
    await offered(ALWAYS, IN_FOLDER, OF_FILE);
    rmSync(path.join(folder, prompts[0]!));
  });

  it('one with prompt files gets a config for them; one that has a config keeps it', async () => {
    rmSync(config);
    recordedWorkspace(folder, 'mine.jsonl');
    const mine = readFileSync(config, 'utf8');
    rmSync(config);
    await window.runCommand('View: Close All Editors');
    await window.runCommand('PoQ: Create Workspace Config');
    await tab('poq.config.json').waitFor({ timeout: 60_000 });
    assert.match(readFileSync(config, 'utf8'), /"prompts": \[\s*"\*\.\{jsonl,/);
    writeFileSync(config, mine);
    await window.runCommand('View: Close All Editors');
    await window.runCommand('PoQ: Create Workspace Config');
    await tab('poq.config.json').waitFor();
    assert.equal(readFileSync(config, 'utf8'), mine);
  });

  it('Choose Models adds bundled models and those of the editor, leaves comments, and saves nothing', async () => {
    const before = readFileSync(config, 'utf8');
    await window.runCommand('PoQ: Choose Models');
    for (const label of ['medium', /echo/i]) {
      const row = window.palette(label).first();
      await row.waitFor({ timeout: 60_000 });
      await row.click();
    }
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await tab('poq.config.json', true).waitFor();
    assert.equal(readFileSync(config, 'utf8'), before);
    await window.press('Control+S');
    const after = await until('the config is saved', () => {
      const text = readFileSync(config, 'utf8');
      return text !== before && text;
    });
    assert.match(after, /^\/\/ which models\n/);
    const { models } = JSON.parse(after.replace(/^\/\/.*$/m, '')) as { models: object[] };
    assert.deepEqual(models, [
      { id: 'good', provider: 'recorded', file: 'outputs/good.jsonl' },
      { id: 'poor', provider: 'recorded', file: 'outputs/poor.jsonl' },
      { id: 'medium', provider: 'onnx', model: 'bundled:medium' },
      { id: 'echo', provider: 'vscode-lm', model: 'echo' },
    ]);
    writeFileSync(config, before);
    await window.runCommand('View: Close All Editors');
  });

  it('Show Devices tells of every device whether it works', async () => {
    await window.runCommand('PoQ: Show Devices');
    await window.page
      .locator('.quick-input-widget .monaco-list-row')
      .filter({ hasText: /cpu.*works/ })
      .waitFor({ timeout: 60_000 });
    await window.press('Escape');
  });

  it('the palette offers a run what can be done with it, in every format of a report', async () => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    const { id } = await finishedRun(folder, 1);
    await window.runCommand('View: Close All Editors');
    await offered(ALWAYS, IN_FOLDER, OF_RUNS);
    const holds = { HTML: /^<!doctype html>/i, Markdown: /^# /, CSV: /good/, JSON: /"models"/ };
    const ending = { HTML: 'html', Markdown: 'md', CSV: 'csv', JSON: 'json' };
    for (const format of ['HTML', 'Markdown', 'CSV', 'JSON'] as const) {
      await window.runCommand('PoQ: Export Report');
      await window.page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: id }).click();
      await window.quickPick(format);
      const file = path.join(folder, `report.${ending[format]}`);
      await window.chooseFile(file);
      await until(`${format} is written`, () => existsSync(file));
      assert.match(readFileSync(file, 'utf8'), holds[format]);
    }
    JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'));
    assert.equal(runsIn(folder).length, 1);
  });
});
