import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { evaluatorColumns } from '../../src/core/report/render/columns.ts';
import { renderCsv } from '../../src/core/report/render/csv.ts';
import { renderMarkdown } from '../../src/core/report/render/markdown.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage, type PanelPageOptions } from './support/panel-page.ts';
import { type MadeRun, makeWorkspace, run } from './support/runs.ts';

let root: string;
let made: MadeRun;
let panel: PanelPage;

beforeAll(async () => {
  root = makeWorkspace();
  made = await run(root);
});
afterEach(() => panel?.close());

async function open(folder = root, options: PanelPageOptions = {}): Promise<void> {
  const host = new FakeHost([folder]);
  host.wanted = { tab: 'evaluators' };
  panel = await openPanel(host, options);
  await panel.page.getByRole('table').waitFor();
}
const copied = (name: RegExp) => async () => {
  await panel.page.getByRole('button', { name }).click();
  await expect.poll(() => panel.host.called('copyText').length).toBeGreaterThan(0);
  return String(panel.host.called('copyText').at(-1)![0]);
};

describe('the evaluators', () => {
  test('have the numbers of the command line', async () => {
    await open();
    const all = evaluatorColumns(made.summary);
    const columns = all.filter(({ key }) => !['compares', 'within', 'samples'].includes(key));
    const titles = await panel.page.locator('table thead th').allInnerTexts();
    for (const evaluator of made.summary.evaluators) {
      const row = panel.page
        .getByRole('row')
        .filter({ has: panel.page.getByRole('rowheader', { name: evaluator.id }) });
      const text = await row.innerText();
      for (const column of columns) {
        const { text: figure, aside } = column.cell(evaluator);
        expect(text).toContain(figure);
        if (aside) expect(text).toContain(aside);
      }
      expect(text).toContain('uses reference');
    }
    expect(titles.length).toBe(columns.length);
    await panel.page.getByRole('button', { name: /^Columns: Scores/ }).click();
    await panel.page.getByRole('checkbox', { name: 'r within models' }).click();
    await expect.poll(() => panel.page.locator('table thead th').count()).toBe(columns.length + 1);
  });

  test('can be copied as the command line writes them', async () => {
    await open();
    expect(await copied(/Copy as CSV/)()).toBe(renderCsv(made.summary, 'evaluators'));
    // As Markdown it is what is shown: all of it, once all columns are.
    await panel.page.getByRole('button', { name: /^Columns: Scores/ }).click();
    for (const name of ['Compared with', 'r within models', 'Scores'])
      await panel.page.getByRole('checkbox', { name, exact: true }).click();
    const markdown = await copied(/Copy as Markdown/)();
    expect(renderMarkdown(made.summary)).toContain(markdown.trim());
  });

  test('have a chart of their rewards that can be saved', async () => {
    await open();
    await panel.page.getByRole('button', { name: /Save SVG/ }).click();
    await expect.poll(() => panel.host.called('saveFile').length).toBe(1);
    const [file] = panel.host.called('saveFile')[0] as [{ name: string; content: string }];
    expect(file.name).toBe('poq-evaluator-reward.svg');
    for (const { id } of made.summary.evaluators) expect(file.content).toContain(id);
  });

  test('say what a closeness means, and that of a lone evaluator means nothing', async () => {
    await open();
    const notes = () => panel.page.getByRole('list', { name: 'What the figures say' });
    await panel.page.getByText('its own score included').waitFor();
    await notes().getByText('rouge and chrf use the references').waitFor();
    await panel.close();
    const lone = makeWorkspace({
      samples: 6,
      config: { evaluators: [{ id: 'chrf', kind: 'lexical', metric: 'chrf' }] },
    });
    await run(lone);
    await open(lone);
    await notes().getByText('closeness is 1 by arithmetic').waitFor();
  });

  test.each(['dark', 'light', 'high-contrast'] as const)('axe finds nothing in %s', async (theme) => {
    await open(root, { theme });
    expect(await panel.axe()).toEqual([]);
  });

  test('fit into 300 pixels', async () => {
    await open(root, { width: 300 });
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
  });
});
