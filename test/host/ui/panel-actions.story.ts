import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { recordedWorkspace } from '../support/recorded-workspace.ts';
import { finishedRun, runsIn } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

describe('what the panel hands to the editor', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-actions-'));
  before(async () => {
    recordedWorkspace(folder);
    window = await openWindow({ folder });
    await window.runCommand('PoQ: Run Workspace Evaluation');
    await finishedRun(folder, 1);
    await window.panel().getByRole('button', { name: 'Run again' }).waitFor();
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const baseline = path.join(folder, '.poq', 'baseline.json');
  const button = (name: string | RegExp) => window.panel().getByRole('button', { name }).first();
  const written = (file: string) => until(`${file} is written`, () => existsSync(file) && readFileSync(file));
  const clipboard = () => window.page.evaluate(() => navigator.clipboard.readText());
  const copied = (what: RegExp) => until(`${what} is copied`, async () => what.test(await clipboard()));

  it('charts are saved as SVG and PNG where the user says', async () => {
    await button(/^Save SVG/).click();
    await window.chooseFile(path.join(folder, 'chart.svg'));
    assert.match((await written(path.join(folder, 'chart.svg'))).toString(), /^<\?xml|^<svg/);
    await button(/^Save PNG/).click();
    await window.chooseFile(path.join(folder, 'chart.png'));
    const png = await written(path.join(folder, 'chart.png'));
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  });

  it('tables are copied as Markdown and CSV', async () => {
    await button(/^Copy as Markdown/).click();
    await copied(/^\|.*Model.*\|\n\|[ :|-]+\|\n(\|.*\|\n?)*\|.*good/);
    await button(/^Copy as CSV/).click();
    await copied(/^.*quality_mean.*\r\n[\s\S]*good/);
  });

  it('a budget, without which a baseline says nothing of rewards, is proposed in the config, unsaved', async () => {
    await button('Set as baseline').click();
    await until('the baseline is set', () => existsSync(baseline));
    await button('Run again').click();
    await finishedRun(folder, 2);
    const config = path.join(folder, 'poq.config.json');
    const before = readFileSync(config, 'utf8');
    await button(/Use a budget/).click();
    // Twice the highest p95: 40 ms.
    await window.notifications(/A latency of 80 ms now costs 1.*once you save poq\.config\.json/).waitFor();
    await window.page.locator('.tab.dirty').filter({ hasText: 'poq.config.json' }).waitFor();
    assert.equal(readFileSync(config, 'utf8'), before);
    await window
      .notifications(/A latency/)
      .getByText('Save', { exact: true })
      .click();
    await until('the budget is saved', () => /"budget": 80\b/.test(readFileSync(config, 'utf8')));
  });

  it('the baseline is cleared, and a run is deleted after asking', async () => {
    await window.page.locator('.tab').filter({ hasText: 'PoQ Lab' }).click();
    await window.panel().getByRole('tab', { name: 'Runs' }).click();
    await button(/^Clear baseline/).click();
    await until('the baseline is cleared', () => !existsSync(baseline));
    await button(/^Delete/).click();
    await window.dialogButton('Cancel');
    assert.equal(runsIn(folder).length, 2);
    await button(/^Delete/).click();
    await window.dialogButton('Move to Trash');
    await window.dialogButton('Delete Permanently');
    await until('the run is deleted', () => runsIn(folder).length === 1);
  });
});
