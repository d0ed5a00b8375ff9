import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { interval } from '../../src/core/report/render/format.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage } from './support/panel-page.ts';
import { LADDER, liveAgain, type MadeRun, makeWorkspace, run, writeWorkspace } from './support/runs.ts';

/** The history of runs, and the comparison with the baseline. */

let root: string;
let base: MadeRun;
let better: MadeRun;
let broken: MadeRun;
let panel: PanelPage;

beforeAll(async () => {
  root = makeWorkspace({ samples: 30 });
  base = await run(root);
  // The same prompts; medium answers better and faster.
  const models = LADDER.map((m) => (m.id === 'medium' ? { ...m, skill: 1, latencyMs: 300 } : m));
  writeWorkspace(root, { samples: 30, models });
  better = await run(root);
  broken = await run(root);
  const live = await liveAgain(broken);
  live.add(5);
  live.die();
});
afterEach(() => panel.close());

async function openRuns(host = new FakeHost([root])): Promise<PanelPage> {
  host.wanted = { tab: 'runs' };
  panel = await openPanel(host);
  await panel.page.getByRole('row').nth(1).waitFor();
  return panel;
}
const row = (n: number) => panel.page.getByRole('row').nth(n);
const press = (n: number, name: string) =>
  row(n)
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();

describe('the history', () => {
  test('lists runs newest first with what became of them', async () => {
    await openRuns();
    await expect.poll(() => panel.page.getByRole('row').count()).toBe(4);
    expect(await row(1).innerText()).toContain('interrupted');
    const winner = better.summary.models[0]!;
    const newest = await row(2).innerText();
    expect(newest).toContain('done');
    expect(newest).toContain(winner.id);
    expect(newest).toContain(winner.quality.mean!.toFixed(2));
    expect(newest).toContain('small, medium, large');
    expect(newest).toContain('prompts.jsonl');
    expect(await panel.page.locator('body').innerText()).toContain('Resume does what is missing');
    expect(await row(1).getAttribute('aria-current')).toBe('true');
  });

  test('every action asks the host for the run of its row', async () => {
    await openRuns();
    await press(1, 'Resume');
    await press(2, 'Export');
    await press(3, 'Delete');
    await expect.poll(() => panel.host.called('deleteRun')).toEqual([[panel.host.keyOf(base.id)]]);
    expect(panel.host.called('resume')).toEqual([[panel.host.keyOf(broken.id)]]);
    expect(panel.host.called('exportRun')).toEqual([[panel.host.keyOf(better.id)]]);
    // A button in a row does not open the row.
    expect(await panel.page.getByRole('tab', { name: 'Runs' }).getAttribute('aria-selected')).toBe('true');
  });

  test('a folder that cannot be read is listed with its reason', async () => {
    const own = makeWorkspace({ samples: 5 });
    const damaged = await run(own);
    await run(own);
    writeFileSync(join(damaged.folder.path, 'run.json'), '{');
    await openRuns(new FakeHost([own]));
    await expect.poll(() => row(2).innerText()).toContain('unreadable');
    expect(await panel.page.getByRole('list', { name: 'Runs that cannot be read' }).innerText()).toContain('run.json');
  });

  test('several folders are told apart', async () => {
    const other = makeWorkspace({ samples: 5 });
    await run(other);
    const host = new FakeHost([root, other]);
    host.place.severalFolders = true;
    await openRuns(host);
    await expect.poll(() => panel.page.getByRole('row').count()).toBe(5);
    expect(await panel.page.getByRole('columnheader').allInnerTexts()).toContain('Folder');
  });
});

describe('the baseline', () => {
  test('set, it tells what changed, as the reader of runs computes it; cleared, it does not', async () => {
    await openRuns();
    await press(3, 'Set as baseline');
    await expect.poll(() => row(3).innerText()).toContain('baseline');
    expect(existsSync(join(root, 'baseline'))).toBe(true);
    await row(2)
      .getByRole('button', { name: /^Show the run/ })
      .click();
    const table = panel.page.getByRole('region', { name: /^Change since the baseline/ });
    await table.waitFor();
    const reference = await panel.host.reader.compare({ base: base.folder.path, run: better.folder.path });
    const medium = reference.models.find((m) => m.id === 'medium')!;
    expect(medium.verdict).toBe('better');
    const shown = (await table.getByRole('row').filter({ hasText: 'medium' }).innerText()).replace(/\s+/g, ' ');
    expect(shown).toContain(`${medium.before.quality!.toFixed(2)} → ${medium.after.quality!.toFixed(2)}`);
    expect(shown).toContain(`+${medium.reward.mean!.toFixed(2)}`);
    expect(shown).toContain('better in reward');
    expect(interval(medium.quality)).toContain(shown.match(/\+(\d+\.\d\d) \d+\.\d\d–/)![1]);
    const samples = panel.page.getByRole('list', { name: 'Samples whose quality changed most' });
    await samples.getByRole('button').first().click();
    await expect.poll(() => panel.page.getByRole('tab', { selected: true }).innerText()).toBe('Compare');
    await panel.page.getByRole('tab', { name: 'Runs' }).click();
    await press(3, 'Clear baseline');
    await row(2)
      .getByRole('button', { name: /^Show the run/ })
      .click();
    await expect.poll(() => panel.page.locator('body').innerText()).toContain('No baseline is set.');
  });

  test('where min-max leaves no reward to compare, a budget is offered', async () => {
    const config = { reward: { models: { cost: { normalize: 'minmax' as const } } } };
    const own = makeWorkspace({ samples: 12, config });
    const first = await run(own);
    await run(own);
    writeFileSync(join(own, 'baseline'), first.id);
    panel = await openPanel(new FakeHost([own]));
    await panel.page.getByText('Use a budget…').click();
    await expect.poll(() => panel.host.called('writeBudget').length).toBe(1);
  });
});
