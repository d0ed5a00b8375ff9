import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { fixed } from '../../../src/core/report/render/format.ts';
import { finishedRun, readRows } from '../support/runs.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';

describe('an evaluator compares three models on a data set and finds the worst sample', function () {
  this.timeout(240_000);
  let window: VSCodeWindow;
  let run: Awaited<ReturnType<typeof finishedRun>>;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-evaluator-'));
  before(async () => {
    copyQuickstart(folder);
    window = await openWindow({ folder });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the leaderboard shows the figures of the stored summary', async () => {
    await window.runCommand('PoQ: Run Workspace Evaluation');
    run = await finishedRun(folder, 1);
    const table = window.panel().getByRole('region', { name: /Ranked by reward/ });
    for (const [rank, model] of run.summary.models.entries()) {
      const row = table.getByRole('row').nth(rank + 1);
      const reward = fixed(model.reward.mean, 2);
      await row.filter({ hasText: model.id }).filter({ hasText: reward }).waitFor();
      // The interval comes with the end of the run, not with its first rows.
      await row.filter({ hasText: fixed(model.reward.low, 2) }).waitFor();
    }
  });

  it('sorting by the lowest quality leads to the worst sample, and from there to its line', async () => {
    const panel = window.panel();
    await panel.getByRole('tab', { name: 'Compare' }).click();
    await panel.getByLabel('Sort by').selectOption({ label: 'lowest quality' });
    const first = panel.getByRole('grid', { name: 'Samples' }).getByRole('row').nth(1);
    await first.click();
    const title = await panel.locator('.cmp-title h2').innerText();
    const worst = worstSamples(folder, run.id);
    assert.ok(worst.includes(title.trim()), `${title} is shown; the worst are ${worst.join(', ')}`);
    await panel.getByRole('button', { name: 'Go to file' }).click();
    const [sample] = readRows<{ id: string; source: { file: string; line?: number } }>(
      folder,
      run.id,
      'samples',
    ).filter(({ id }) => id === title.trim());
    await window.page
      .locator('.tab')
      .filter({ hasText: path.posix.basename(sample!.source.file) })
      .first()
      .waitFor();
    if (sample!.source.line) await window.page.getByText(`Ln ${sample!.source.line},`).waitFor();
  });
});

/** The samples whose lowest mean score over the evaluators, of any model, is the lowest of all. */
function worstSamples(folder: string, id: string): string[] {
  const scores = readRows<{ sample: string; model: string; quality?: number }>(folder, id, 'scores');
  const all = new Map<string, number[]>();
  for (const { sample, model, quality } of scores) {
    if (quality === undefined) continue;
    const key = JSON.stringify([sample, model]);
    all.set(key, [...(all.get(key) ?? []), quality]);
  }
  const lowest = new Map<string, number>();
  for (const [key, values] of all) {
    const [sample] = JSON.parse(key) as [string];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    lowest.set(sample, Math.min(lowest.get(sample) ?? Number.POSITIVE_INFINITY, mean));
  }
  const least = Math.min(...lowest.values());
  return [...lowest].filter(([, value]) => value <= least + 1e-9).map(([sample]) => sample);
}
