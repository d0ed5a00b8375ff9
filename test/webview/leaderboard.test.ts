import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { leaderboardColumns, ranked } from '../../src/core/report/render/columns.ts';
import { renderCsv } from '../../src/core/report/render/csv.ts';
import { verdicts } from '../../src/core/report/render/sentences.ts';
import { leaderboard } from '../../src/core/report/render/terminal.ts';
import type { ModelSummary } from '../../src/core/report/summary.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage, type PanelPageOptions } from './support/panel-page.ts';
import { type MadeRun, makeWorkspace, run } from './support/runs.ts';

/** The leaderboard of a real run of models that answer from files. */

let root: string;
let made: MadeRun;
let panel: PanelPage;

beforeAll(async () => {
  root = makeWorkspace({
    config: {
      gates: [
        { metric: 'reward', min: 0.3 },
        { metric: 'errors', max: 5, model: 'small' },
      ],
    },
  });
  made = await run(root);
});
afterEach(() => panel.close());

async function open(options?: PanelPageOptions): Promise<PanelPage> {
  panel = await openPanel(new FakeHost([root]), options);
  await panel.page.locator('section.table table').first().waitFor();
  return panel;
}

/** Text of every body cell of the first table, row by row. */
const cells = () =>
  panel.page
    .locator('section.table table')
    .first()
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => Array.from(row.children, (cell) => cell.textContent!.replace(/\s+/g, ' ').trim())),
    );
const first = () => panel.page.locator('section.table').first();
const order = async () => (await cells()).map((row) => row[1]!.split(' ')[0]);
const setNumber = (symbol: string, value: number) => panel.page.getByLabel(`${symbol} as a number`).fill(String(value));

/** The reward by its definition, from the means alone. */
const rewardBy = (alpha: number, beta: number) => (m: ModelSummary) =>
  (alpha * m.quality.mean!) / 10 - beta * m.normalizedCost!;
const orderBy = (alpha: number, beta: number) => {
  const reward = rewardBy(alpha, beta);
  return [...made.summary.models].sort((a, b) => reward(b) - reward(a)).map((m) => m.id);
};

/** The table's columns as long as nobody has chosen others. */
const shownColumns = () =>
  leaderboardColumns(made.summary).filter(({ key }) => !['qualityPerMs', 'tokens', 'money', 'energy'].includes(key));

describe('figures', () => {
  test('are those of the command line, cell by cell', async () => {
    await open();
    const columns = shownColumns();
    const lines = leaderboard(made.summary, { width: 1000 }).split('\n');
    const shown = await cells();
    expect(shown).toHaveLength(3);
    for (const [i, row] of ranked(made.summary).entries()) {
      const expected = columns.map((column) => column.cell(row));
      const texts = expected.map(({ text, aside }, c) => {
        if (columns[c]!.key === 'model') return `${text} ${row.model.devices.join(', ')}`;
        return aside ? `${text} ${aside}` : text;
      });
      expect(shown[i]).toEqual(texts);
      for (const { text, aside } of expected) {
        expect(lines[i + 1]).toContain(text);
        if (aside) expect(lines[i + 1]).toContain(aside);
      }
    }
  });

  test('copied as CSV have all their digits, as in the export', async () => {
    await open();
    await panel.page.getByRole('button', { name: /^Copy as CSV: Ranked/ }).click();
    await expect.poll(() => panel.host.called('copyText')).toEqual([[renderCsv(made.summary)]]);
    await panel.page.getByRole('button', { name: /^Copy as Markdown: Ranked/ }).click();
    await expect.poll(() => panel.host.called('copyText').length).toBe(2);
    const markdown = String(panel.host.called('copyText')[1]![0]);
    expect(markdown.split('\n')[2]).toContain('| medium |');
    expect(markdown.split('\n')[0]!.split('|')).toHaveLength(shownColumns().length + 2);
  });

  test('sentences, gates and tasks stand below', async () => {
    await open();
    const notes = await panel.page.getByRole('list', { name: 'What the figures say' }).textContent();
    for (const sentence of [...verdicts(made.summary), ...made.summary.warnings]) expect(notes).toContain(sentence);
    await expect
      .poll(() => panel.page.locator('ul.gates li').allTextContents())
      .toEqual([
        expect.stringMatching(/^failed reward of small: 0\.2/),
        expect.stringMatching(/^held reward of medium/),
        expect.stringMatching(/^held reward of large/),
        expect.stringMatching(/^held errors of small: 2/),
      ]);
    const tasks = panel.page.getByRole('region', { name: /by task$/ });
    await tasks.waitFor();
    expect(await tasks.locator('thead th').allTextContents()).toContain('summarisation: quality');
  });
});

describe('alpha and beta', () => {
  test('re-rank at once, by the definition of the reward', async () => {
    await open();
    for (const [alpha, beta] of [
      [1, 0],
      [1, 2],
      [0.1, 2],
      [2, 0.05],
      [1, 40],
    ] as const) {
      await setNumber('α', alpha);
      await setNumber('β', beta);
      await expect.poll(order).toEqual(orderBy(alpha, beta));
      const shown = await cells();
      for (const row of shown) {
        const model = made.summary.models.find((m) => row[1]!.startsWith(m.id))!;
        const [figure] = row[2]!.replace('−', '-').split(' ');
        const digits = figure!.split('.')[1]!.length;
        expect(Number(figure)).toBeCloseTo(rewardBy(alpha, beta)(model), digits - 1);
      }
    }
  });

  test('back at the run’s own weights every digit is as before', async () => {
    await open();
    const before = await cells();
    await setNumber('β', 1.7);
    await expect.poll(cells).not.toEqual(before);
    await panel.page.getByRole('button', { name: /^Reset to 0.5/ }).click();
    await expect.poll(cells).toEqual(before);
    // The slider itself, by keyboard.
    await panel.page.getByLabel('Cost weight β', { exact: true }).focus();
    await panel.page.keyboard.press('End');
    await expect.poll(order).toEqual(orderBy(1, 2));
    await panel.page.keyboard.press('Home');
    await expect.poll(order).toEqual(orderBy(1, 0));
  });

  test('flip points are where two rewards are equal, and lead there', async () => {
    await open();
    const flips = panel.page.locator('.weight').nth(1).locator('.flips');
    const text = (await flips.textContent())!;
    const [large, medium, small] = ['large', 'medium', 'small'].map(
      (id) => made.summary.models.find((m) => m.id === id)!,
    );
    const meeting = (a: ModelSummary, b: ModelSummary) =>
      (a.quality.mean! - b.quality.mean!) / 10 / (a.normalizedCost! - b.normalizedCost!);
    const [first, second] = [meeting(large!, medium!), meeting(medium!, small!)];
    expect(text).toContain('large wins up to');
    const numbers = text.match(/\d+\.\d+/g)!.map(Number);
    expect(numbers[0]).toBeCloseTo(first, 2);
    expect(numbers.at(-1)).toBeCloseTo(second, 1);
    await flips.getByRole('button').last().click();
    // Beyond the usual end of the range: the slider becomes longer.
    await expect
      .poll(async () => Number(await panel.page.getByLabel('β as a number').inputValue()))
      .toBeCloseTo(second, 4);
    const slider = panel.page.getByLabel('Cost weight β', { exact: true });
    expect(Number(await slider.getAttribute('max'))).toBeGreaterThanOrEqual(second);
    expect(Number(await slider.inputValue())).toBeCloseTo(second, 2);
  });

  test('verdicts follow, the new ranking is announced, the weights can be written to the config', async () => {
    await open();
    const notes = panel.page.getByRole('list', { name: 'What the figures say' });
    const before = await notes.textContent();
    await setNumber('β', 0.3);
    await expect.poll(() => notes.textContent()).not.toBe(before);
    expect(await notes.textContent()).toMatch(/not decided by this data/);
    await setNumber('β', 2);
    await setNumber('α', 0.5);
    await expect
      .poll(() => panel.page.getByRole('status').textContent())
      .toBe(`The ranking is now: ${orderBy(0.5, 2).join(', ')}.`);
    expect(await panel.page.locator('text=Gates are judged').count()).toBe(1);
    await panel.page.getByText('Write to config').click();
    await expect
      .poll(() => panel.host.called('writeWeights'))
      .toEqual([[panel.host.keyOf(made.id), { alpha: 0.5, beta: 2 }]]);
    await panel.page.getByText('Reset both').click();
    await expect.poll(order).toEqual(made.summary.models.map((m) => m.id));
    expect(await panel.page.getByText('Write to config').count()).toBe(0);
  });

  test('nonsense in a number field changes nothing', async () => {
    await open();
    const before = await cells();
    await setNumber('β', -3);
    await panel.page.getByLabel('β as a number').fill('');
    expect(await cells()).toEqual(before);
  });
});

describe('the table', () => {
  test('is sorted by any column, both ways and back; what is unknown stays last', async () => {
    await open();
    const header = (name: string) => first().getByRole('columnheader', { name, exact: true });
    await header('p50').getByRole('button').click();
    expect(await header('p50').getAttribute('aria-sort')).toBe('descending');
    expect(await order()).toEqual(['large', 'medium', 'small']);
    await header('p50').getByRole('button').press('Enter');
    expect(await header('p50').getAttribute('aria-sort')).toBe('ascending');
    expect(await order()).toEqual(['small', 'medium', 'large']);
    await header('p50').getByRole('button').press('Enter');
    expect(await header('p50').getAttribute('aria-sort')).toBeNull();
    expect(await order()).toEqual(made.summary.models.map((m) => m.id));
    await header('Model').getByRole('button').click();
    expect(await order()).toEqual(['large', 'medium', 'small']);
  });

  test('columns are hidden and resized by keyboard and mouse, and come back', async () => {
    await open();
    const titles = () => panel.page.locator('section.table table').first().locator('thead th').allTextContents();
    const all = await titles();
    const quality = first().getByRole('columnheader', { name: 'Quality', exact: true });
    const width = async () => (await quality.boundingBox())!.width;
    const untouched = await width();
    await panel.page.getByRole('button', { name: /^Columns: Ranked/ }).press('Enter');
    await panel.page.getByRole('checkbox', { name: 'Tokens/s' }).press('Space');
    await expect.poll(titles).toEqual(all.filter((title) => title !== 'Tokens/s'));
    const before = await width();
    await quality.getByRole('button').press('Alt+ArrowRight');
    await expect.poll(width).toBeCloseTo(Math.round(before) + 16, 0);
    const edge = (await quality.locator('.resizer').boundingBox())!;
    await panel.page.mouse.move(edge.x + 2, edge.y + 4);
    await panel.page.mouse.down();
    await panel.page.mouse.move(edge.x + 42, edge.y + 4, { steps: 4 });
    await panel.page.mouse.up();
    await expect.poll(width).toBeCloseTo(Math.round(before) + 16 + 40, -1);
    await panel.page.getByRole('button', { name: /^Reset sorting/ }).click();
    await expect.poll(titles).toEqual(all);
    await expect.poll(width).toBeCloseTo(untouched, 0);
  });

  test('rows, figures and the marks of charts lead to the samples behind them', async () => {
    await open();
    const backToLeaderboard = async () => {
      expect(await panel.page.getByRole('tab', { name: 'Compare' }).getAttribute('aria-selected')).toBe('true');
      await panel.page.getByRole('tab', { name: 'Leaderboard' }).click();
      await panel.page.locator('section.table table').first().waitFor();
    };
    await first()
      .getByRole('button', { name: /^large: compare its answers/ })
      .press('Enter');
    await backToLeaderboard();
    await first().getByRole('row').filter({ hasText: 'medium' }).locator('td.num').nth(3).click();
    await backToLeaderboard();
    await panel.page.getByRole('button', { name: '2: show the failures' }).click();
    await backToLeaderboard();
    const point = panel.page
      .locator('figure', { hasText: 'Pareto' })
      .getByRole('button', { name: 'small: compare its answers' });
    await point.click();
    await backToLeaderboard();
    await point.focus();
    await panel.page.keyboard.press('Enter');
    await backToLeaderboard();
  });
});

describe('charts', () => {
  test('are copied and saved as files that stand alone', async () => {
    await open();
    await panel.page.getByRole('button', { name: /^Copy SVG: Reward/ }).click();
    await expect.poll(() => panel.host.called('copyText').length).toBe(1);
    const svg = String(panel.host.called('copyText')[0]![0]);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toMatch(/class=|style=|var\(|tabindex|class="hit"/);
    expect(svg).toContain('fill="rgb(');
    expect(svg).toContain('medium');
    await panel.page.getByRole('button', { name: /^Save PNG: Quality against/ }).click();
    await expect.poll(() => panel.host.called('saveFile').length).toBe(1);
    const [file] = panel.host.called('saveFile')[0] as [{ name: string; content: string; encoding: string }];
    expect(file).toMatchObject({ name: 'poq-scatter.png', encoding: 'base64' });
    const png = Buffer.from(file.content, 'base64');
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    // Twice the size in which the chart is shown.
    const box = await panel.page.locator('figure', { hasText: 'Pareto' }).locator('svg').boundingBox();
    expect(png.readUInt32BE(16) / 2).toBeGreaterThan(320);
    expect(Math.abs(png.readUInt32BE(16) / 2 - box!.width)).toBeLessThanOrEqual(20);
    // More than a ground: a picture of one colour would be far smaller.
    expect(png.length).toBeGreaterThan(5000);
    await panel.page.getByRole('button', { name: /^Save SVG: Latency/ }).click();
    await expect.poll(() => panel.host.called('saveFile').length).toBe(2);
    expect(panel.host.called('saveFile')[1]![0]).toMatchObject({ name: 'poq-latency.svg', encoding: 'utf8' });
  });
});

describe('what is kept', () => {
  test('run, tab, sorting, columns and weights survive a reload of the page', async () => {
    await open();
    await panel.page.getByRole('columnheader', { name: 'p95', exact: true }).getByRole('button').click();
    await panel.page.getByRole('button', { name: /^Columns: Ranked/ }).click();
    await panel.page.getByRole('checkbox', { name: 'First token' }).click();
    await setNumber('β', 1.25);
    const before = await cells();
    await panel.page.reload();
    await expect.poll(cells).toEqual(before);
    expect(await panel.page.getByLabel('β as a number').inputValue()).toBe('1.25');
    await panel.page.getByRole('tab', { name: 'Runs' }).click();
    await panel.page.reload();
    await panel.page.getByRole('row').nth(1).waitFor();
    expect(await panel.page.getByRole('tab', { name: 'Runs' }).getAttribute('aria-selected')).toBe('true');
    expect(panel.host.called('start').at(-1)).toEqual([{ run: panel.host.keyOf(made.id) }]);
  });

  test('the place in the page is kept', async () => {
    await open({ height: 400 });
    await panel.page.mouse.wheel(0, 500);
    await expect.poll(() => panel.page.evaluate(() => window.scrollY)).toBe(500);
    await expect.poll(async () => JSON.stringify(await panel.state())).toContain('"scroll.leaderboard":500');
    await panel.page.reload();
    await expect.poll(() => panel.page.evaluate(() => window.scrollY)).toBe(500);
  });

  test('a state of another version, or nonsense, is as none', async () => {
    for (const state of [
      { version: 99, values: { tab: 'runs' } },
      { version: 1, values: { tab: 7, weights: { run: 3 }, 'table.leaderboard': [] } },
      'x',
    ]) {
      panel = await openPanel(new FakeHost([root]), { state });
      await expect.poll(order).toEqual(made.summary.models.map((m) => m.id));
      if (state !== 'x') await panel.close();
    }
  });
});
