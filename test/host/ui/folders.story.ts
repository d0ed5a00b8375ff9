import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Locator } from 'playwright-core';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { finishedRun, readRows, runsIn } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('several workspace folders', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  const home = mkdtempSync(path.join(os.tmpdir(), 'poq-folders-'));
  const [north, south, bare] = ['north', 'south', 'bare'].map((name) => path.join(home, name)) as [
    string,
    string,
    string,
  ];
  before(async () => {
    recordedWorkspace(north, 'north.jsonl');
    recordedWorkspace(south, 'south.jsonl');
    const config = path.join(south, 'poq.config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll('"poor"', '"southern"'));
    mkdirSync(bare);
    const row = {
      id: 'b',
      prompt: 'Text: Nora works in Leeds.\n\nQuestion: Where does Nora work?',
      reference: 'Leeds',
    };
    writeFileSync(path.join(bare, 'bare.jsonl'), `${JSON.stringify(row)}\n`);
    const file = path.join(home, 'all.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: [{ path: 'north' }, { path: 'south' }, { path: 'bare' }] }));
    window = await openWindow({ folder: file });
  });
  after(async () => {
    await window?.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const counts = () => [north, south, bare].map((folder) => runsIn(folder).length);
  const pane = (title: string) =>
    window.page.locator('.pane').filter({ has: window.page.getByRole('button', { name: title }) });
  const names = (view: Locator) =>
    view.getByRole('treeitem').evaluateAll((items) => items.map((item) => item.getAttribute('aria-label') ?? ''));
  const rows = (name: string | RegExp) => window.page.locator('.pane-body').getByRole('treeitem', { name });

  it('are asked for where a command needs one, and the run lands in the chosen one', async () => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    for (const name of ['north', 'south', 'bare']) await window.palette(name).waitFor();
    await window.quickPick('south');
    const { summary } = await finishedRun(south, 1);
    assert.deepEqual(summary.models.map(({ id }) => id).sort(), ['good', 'southern']);
    assert.deepEqual(counts(), [0, 1, 0]);
    await window.panel().getByRole('heading', { name: 'south' }).waitFor();
  });

  it('are not asked for where the file tells; one without a config has the bundled models', async () => {
    await window.openFile('north.jsonl');
    await window.runCommand('PoQ: Score This Prompt File');
    const { summary } = await finishedRun(north, 1);
    assert.deepEqual(summary.models.map(({ id }) => id).sort(), ['good', 'poor']);
    await window.panel().getByRole('heading', { name: 'north' }).waitFor();
    await window.openFile('bare.jsonl');
    await window.runCommand('PoQ: Score This Prompt File');
    const bundled = await finishedRun(bare, 1);
    assert.deepEqual(bundled.summary.models.map(({ id }) => id).sort(), ['large', 'medium', 'small']);
    assert.deepEqual(
      readRows<{ id: string }>(bare, bundled.id, 'samples').map(({ id }) => id),
      ['b'],
    );
    assert.deepEqual(counts(), [1, 1, 1]);
    assert.equal(existsSync(path.join(home, '.poq')), false);
  });

  it('have their own part of every view', async () => {
    await window.page.getByRole('tab', { name: 'PoQ Lab' }).first().click();
    await rows(/^southern, ready/).waitFor();
    const shown = await names(pane('Models Section'));
    assert.deepEqual(
      shown.map((name) => name.replace(/,.*/, '')),
      ['north', 'good', 'poor', 'south', 'good', 'southern', 'bare', 'small', 'medium', 'large'],
    );
    const runs = await names(pane('Runs Section'));
    assert.deepEqual(
      runs.map((name) => name.replace(/^.*, done, .*$/, 'run')),
      ['north', 'run', 'south', 'run', 'bare', 'run'],
    );
  });

  it('have a baseline each, and the panel names the folder of every run', async () => {
    await window.runCommand('PoQ: Set Run as Baseline');
    await window.page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: 'north · done' }).click();
    const file = path.join(north, '.poq', 'baseline.json');
    await until('the baseline is written', () => existsSync(file));
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).run, runsIn(north)[0]);
    assert.equal(existsSync(path.join(south, '.poq', 'baseline.json')), false);
    await window.runCommand('PoQ: Open Results');
    const panel = window.panel();
    await panel.getByRole('tab', { name: 'Runs' }).click();
    const row = (folder: string) => panel.getByRole('row').filter({ hasText: `${folder}.jsonl` });
    await row('north').getByText('Clear baseline').waitFor();
    for (const folder of ['south', 'bare']) await row(folder).getByText('Set as baseline').waitFor();
  });
});
