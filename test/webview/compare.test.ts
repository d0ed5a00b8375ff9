import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunRows } from '../../src/core/report/rows.ts';
import type { SampleDetail } from '../../src/protocol/reader.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage, type PanelPageOptions } from './support/panel-page.ts';
import { LADDER, type MadeRun, makeWorkspace, run } from './support/runs.ts';

const MARKUP = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2"> <b>the</b> river';

let root: string;
let made: MadeRun;
let rows: RunRows;
/** What the run's folder has, in the order of the file: the reference for what the list must show. */
let details: SampleDetail[];
let panel: PanelPage;

beforeAll(async () => {
  root = makeWorkspace({
    models: LADDER.map((model) =>
      model.id === 'medium'
        ? { ...model, answer: ({ id, reference }) => (id.endsWith('#7') ? MARKUP : id.endsWith('#8') ? '' : reference) }
        : model,
    ),
  });
  made = await run(root);
  const { reader } = new FakeHost([root]);
  rows = await reader.rows(made.folder.path);
  details = await reader.samples({ path: made.folder.path, samples: rows.samples });
});

afterEach(() => panel?.close());

async function open(options: PanelPageOptions = {}, change: (host: FakeHost) => void = () => {}): Promise<PanelPage> {
  const host = new FakeHost([root]);
  host.wanted = { tab: 'compare' };
  change(host);
  panel = await openPanel(host, options);
  return panel;
}

const grid = () => panel.page.getByRole('grid', { name: 'Samples' });
const rowOf = (id: string) => grid().getByRole('row').filter({ hasText: id });
const detail = () => panel.page.locator('.cmp-detail');
const selected = () => grid().locator('[role=row][aria-selected=true]');
const count = () => panel.page.locator('.cmp-count').innerText();
const focused = () => panel.page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex') ?? null);
const spread = (sample: SampleDetail) => {
  const qualities = sample.outputs.map((output) => output.quality!);
  return Math.max(...qualities) - Math.min(...qualities);
};
const lowest = (sample: SampleDetail, model?: string) =>
  Math.min(...sample.outputs.filter((o) => model === undefined || o.model === model).map((o) => o.quality!));
/** The ids of the rows that exist, from the top. */
const listed = () =>
  grid()
    .locator('[role=rowheader]')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('title')));

describe('the answers of a sample', () => {
  test('stand beside each other with their scores, the first sample at once', async () => {
    await open();
    const first = details[0]!;
    await detail().getByText(first.references[0]!.text).first().waitFor();
    for (const output of first.outputs) {
      const column = detail().getByRole('region', { name: `Answer of ${output.model}` });
      const text = await column.innerText();
      if (output.text === null) continue;
      expect(text).toContain(`Quality ${output.quality!.toFixed(2)}`);
      for (const score of output.scores)
        expect(text).toMatch(new RegExp(`${score.evaluator}\\s+${score.quality!.toFixed(2)}`));
    }
  });

  test('show what differs from the reference, with marks that are not only colours', async () => {
    await open();
    await detail().locator('ins').first().waitFor();
    const first = details[0]!;
    for (const output of first.outputs.filter((o) => o.text !== null)) {
      const text = detail()
        .getByRole('region', { name: `Answer of ${output.model}` })
        .locator('.text')
        .first();
      const without = (tag: string) =>
        text.evaluate((element, gone) => {
          const copy = element.cloneNode(true) as HTMLElement;
          for (const part of copy.querySelectorAll(gone)) part.remove();
          return copy.textContent;
        }, tag);
      expect(await without('del')).toBe(output.text!.text);
      // White space makes no difference, and so is not kept from the reference.
      const bare = (text: string | null) => text!.replace(/\s/g, '');
      expect(bare(await without('ins'))).toBe(bare(first.references[0]!.text));
    }
    const look = (tag: string) =>
      detail()
        .locator(tag)
        .first()
        .evaluate((element) => getComputedStyle(element).textDecorationLine);
    expect([await look('ins'), await look('del')]).toEqual(['underline', 'line-through']);
    await panel.page.getByLabel('Differences').selectOption('not marked');
    expect(await detail().locator('ins, del').count()).toBe(0);
  });

  test('are text, whatever they hold', async () => {
    await open();
    await rowOf('#7').first().click();
    const answer = detail().getByRole('region', { name: 'Answer of medium' });
    await expect.poll(() => answer.innerText()).toContain('window.hacked = 1');
    await panel.page.getByLabel('Differences').selectOption('not marked');
    expect(await answer.innerText()).toContain(MARKUP);
    expect(await detail().locator('script, img, b:not(.cmp-figures b)').count()).toBe(0);
    expect(await panel.page.evaluate(() => 'hacked' in window)).toBe(false);
  });

  test('that are empty or failed say so', async () => {
    await open();
    await rowOf('#8').first().click();
    await detail().getByText('Empty answer').waitFor();
    const failed = details.find((sample) => sample.outputs.some((output) => output.error !== null))!;
    await rowOf(failed.id).first().click();
    await detail().getByText('out of memory').waitFor();
    expect(await rowOf(failed.id).first().innerText()).toContain('failed');
  });

  test('of the chosen models only are shown', async () => {
    await open();
    await detail().getByRole('region', { name: 'Answer of small' }).waitFor();
    await panel.page.getByRole('button', { name: 'small', pressed: true }).click();
    expect(await detail().getByRole('region', { name: 'Answer of small' }).count()).toBe(0);
    expect(await grid().getByRole('columnheader').count()).toBe(4);
  });
});

describe('the list', () => {
  test('is filtered by errors, and can be reset', async () => {
    await open();
    await grid().waitFor();
    const failing = details.filter((sample) => sample.outputs.some((output) => output.error !== null));
    expect(failing.length).toBeGreaterThan(0);
    await panel.page.getByRole('checkbox', { name: 'Errors' }).click();
    await expect.poll(count).toBe(`${failing.length} of 40 samples`);
    expect(await listed()).toEqual(failing.map((sample) => sample.id));
    await panel.page.getByRole('button', { name: 'Reset filters' }).click();
    await expect.poll(count).toBe('40 samples');
  });

  test('is filtered by task, part of the id, disagreement and lowest quality', async () => {
    await open();
    await grid().waitFor();
    await panel.page.getByLabel('Task').selectOption('qa');
    await expect.poll(count).toBe(`${details.filter((sample) => sample.task === 'qa').length} of 40 samples`);
    await panel.page.getByRole('textbox').fill('#1');
    const both = details.filter((sample) => sample.task === 'qa' && sample.id.includes('#1'));
    await expect.poll(listed).toEqual(both.map((sample) => sample.id));
    await panel.page.getByRole('button', { name: 'Reset filters' }).click();
    await panel.page.getByLabel('Disagreement at least').fill('4.5');
    await expect.poll(count).toBe(`${details.filter((sample) => spread(sample) >= 4.5).length} of 40 samples`);
    await panel.page.getByLabel('Disagreement at least').fill('0');
    await panel.page.getByLabel('Lowest quality at most').fill('2');
    await expect.poll(count).toBe(`${details.filter((sample) => lowest(sample) <= 2).length} of 40 samples`);
  });

  test('says so when nothing matches, and leads back', async () => {
    await open();
    await panel.page.getByRole('textbox').fill('nowhere');
    await panel.page.getByText('No sample matches the filters.').waitFor();
    await expect.poll(() => panel.page.locator('.unseen[role=status]').first().innerText()).toBe('0 of 40 samples');
    await panel.page.locator('.empty').getByRole('button', { name: 'Reset filters' }).click();
    await expect.poll(count).toBe('40 samples');
    expect(await grid().isVisible()).toBe(true);
  });

  test('is sorted by lowest quality and by disagreement', async () => {
    await open({ height: 2400 });
    await grid().waitFor();
    const by = (figure: (sample: SampleDetail) => number) =>
      [...details].sort((a, b) => figure(a) - figure(b) || details.indexOf(a) - details.indexOf(b)).map(({ id }) => id);
    await panel.page.getByLabel('Sort by').selectOption('lowest');
    await expect.poll(listed).toEqual(by((sample) => lowest(sample)));
    await panel.page.getByLabel('Sort by').selectOption('disagreement');
    await expect.poll(listed).toEqual(by((sample) => -spread(sample)));
  });

  test('works by keyboard alone', async () => {
    await open();
    await grid().getByRole('row').nth(1).waitFor();
    for (let i = 0; i < 40 && (await focused()) === null; i++) await panel.page.keyboard.press('Tab');
    expect(await focused()).toBe('2');
    const press = async (...keys: string[]) => {
      for (const key of keys) await panel.page.keyboard.press(key);
    };
    await press('ArrowDown', 'j', 'k');
    await expect.poll(focused).toBe('3');
    expect(await selected().getAttribute('aria-rowindex')).toBe('3');
    await press('End');
    await expect.poll(focused).toBe('41');
    await press('ArrowDown');
    expect(await focused()).toBe('41');
    await press('o');
    await expect.poll(() => panel.host.called('revealSample')).toEqual([[panel.host.keyOf(made.id), details[39]!.id]]);
    await press('Enter');
    expect(await panel.page.evaluate(() => document.activeElement?.className)).toContain('cmp-detail');
    await press('k');
    await detail().getByText(details[38]!.references[0]!.text).first().waitFor();
    await press('c');
    await expect.poll(() => panel.host.called('copyText').length).toBe(1);
    expect(panel.host.called('copyText')[0]![0]).toContain(details[38]!.references[0]!.text);
    await press('Escape');
    await expect.poll(focused).toBe('40');
    await press('Home');
    await expect.poll(focused).toBe('2');
  });

  test('leads to the place in the file', async () => {
    await open();
    await rowOf('#5').first().click();
    await panel.page.getByRole('button', { name: 'Go to file' }).click();
    await expect.poll(() => panel.host.called('revealSample')).toEqual([[panel.host.keyOf(made.id), details[5]!.id]]);
  });

  test('can be copied as Markdown and CSV', async () => {
    await open();
    await panel.page.getByRole('textbox').fill('#1');
    await expect.poll(count).toBe('11 of 40 samples');
    await panel.page.getByRole('button', { name: 'Copy Markdown' }).click();
    await panel.page.getByRole('button', { name: 'Copy CSV' }).click();
    await expect.poll(() => panel.host.called('copyText').length).toBe(2);
    const [markdown, csv] = panel.host.called('copyText').map(([text]) => String(text));
    expect(markdown!.trim().split('\n')).toHaveLength(13);
    const lines = csv!.trim().split('\r\n');
    expect(lines).toHaveLength(12);
    const quality = details.find(({ id }) => id === lines[1]!.split(',')[0])!.outputs.find((o) => o.model === 'small')!;
    const column = lines[0]!.split(',').indexOf('small quality');
    expect(Number(lines[1]!.split(',')[column])).toBe(quality.quality);
  });
});

/** The run's rows as if it had many times the samples. */
function manyRows(samples: number): RunRows {
  const models = rows.models.length;
  const by = <T extends { length: number; [i: number]: number }>(
    make: new (length: number) => T,
    column: T,
    per = 1,
  ): T => {
    const long = new make(samples * per);
    for (let i = 0; i < long.length; i++) long[i] = column[i % column.length]!;
    return long;
  };
  return {
    ...rows,
    samples: Array.from({ length: samples }, (_, i) => `many#${i}`),
    task: by(Int32Array, rows.task),
    tagStart: new Uint32Array(samples + 1),
    tagList: new Uint32Array(0),
    file: new Int32Array(samples),
    line: Uint32Array.from({ length: samples }, (_, i) => i + 1),
    state: by(Uint8Array, rows.state, models),
    quality: by(Float64Array, rows.quality, models),
    truth: by(Float64Array, rows.truth, models),
    latencyMs: by(Float64Array, rows.latencyMs, models),
    failedChecks: by(Uint8Array, rows.failedChecks, models),
  };
}

const asked = () => panel.host.called('samples').flatMap(([, ids]) => ids as string[]);
const named = (id: string): SampleDetail => ({ ...details[0]!, id });

describe('a long list', () => {
  const open20 = () =>
    open({}, (host) => {
      host.instead.rows = () => manyRows(20_000);
      host.instead.samples = (_, ids) => ids.map(named);
    });

  test('holds only the rows in sight and asks only for their texts', async () => {
    await open20();
    await expect.poll(() => asked().length).toBeGreaterThan(5);
    expect(await grid().getAttribute('aria-rowcount')).toBe('20001');
    for (let step = 1; step <= 40; step++) {
      await grid().evaluate((list, part) => {
        list.scrollTop = part * list.scrollHeight;
      }, step / 40);
    }
    await rowOf('many#19999').waitFor();
    await expect.poll(() => asked().includes('many#19999')).toBe(true);
    expect(await grid().getByRole('row').count()).toBeLessThan(60);
    expect(new Set(asked()).size).toBeLessThan(1000);
    for (const [, ids] of panel.host.called('samples')) expect((ids as string[]).length).toBeLessThanOrEqual(200);
  });

  test('keeps the selected row in the document, so that the focus is not lost', async () => {
    await open20();
    await rowOf('many#3').first().click();
    expect(await focused()).toBe('5');
    await grid().evaluate((list) => {
      list.scrollTop = 400_000;
    });
    await rowOf('many#10').first().waitFor();
    expect(await focused()).toBe('5');
    await panel.page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe('6');
    expect(await grid().evaluate((list) => list.scrollTop)).toBeLessThan(1000);
  });
});

describe('what was chosen', () => {
  test('survives a reload', async () => {
    await open();
    await panel.page.getByLabel('Sort by').selectOption('disagreement');
    await panel.page.getByLabel('Task').selectOption('qa');
    await panel.page.getByRole('button', { name: 'large', pressed: true }).click();
    await grid().getByRole('row').nth(6).click();
    await panel.page.getByText('Prompt', { exact: true }).click();
    const before = { listed: await listed(), selected: await selected().innerText(), count: await count() };
    await panel.page.reload();
    await selected().waitFor();
    await expect
      .poll(async () => ({ listed: await listed(), selected: await selected().innerText(), count: await count() }))
      .toEqual(before);
    expect(await panel.page.getByRole('button', { name: 'large', pressed: false }).count()).toBe(1);
    await detail().getByText('Which words hide').waitFor();
  });

  test('that another version kept in another shape is passed over', async () => {
    await open({ state: { version: 1, values: { tab: 'compare', compare: { filters: 7, sort: ['x'] } } } });
    await expect.poll(count).toBe('40 samples');
  });

  test('stays while a live run adds rows', async () => {
    let samples = 300;
    await open({}, (host) => {
      host.instead.rows = () => manyRows(samples);
      host.instead.samples = (_, ids) => ids.map(named);
    });
    await grid().evaluate((list) => {
      list.scrollTop = 2000;
    });
    await rowOf('many#55').first().click();
    const scrollTop = await grid().evaluate((list) => list.scrollTop);
    const change = { run: panel.host.keyOf(made.id), total: 900, state: 'running', label: null, etaMs: null } as const;
    for (samples = 310; samples <= 330; samples += 10) void panel.host.panel.runChanged({ ...change, done: samples });
    samples = 400;
    await expect.poll(count, { timeout: 10_000 }).toBe('400 samples');
    expect(await selected().innerText()).toContain('many#55');
    expect(await focused()).toBe('57');
    expect(await grid().evaluate((list) => list.scrollTop)).toBe(scrollTop);
  });
});

describe('faults', () => {
  test('rows that cannot be read can be asked for again', async () => {
    let broken = true;
    await open({}, (host) => {
      host.instead.rows = () => {
        if (broken) throw new Error('samples.jsonl cannot be read.');
        return rows;
      };
    });
    await panel.page.getByText('samples.jsonl cannot be read.').waitFor();
    broken = false;
    await panel.page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(count).toBe('40 samples');
  });

  test('texts that cannot be read leave the list, and can be asked for again', async () => {
    let broken = true;
    await open({}, (host) => {
      host.instead.samples = (_, ids) => {
        if (broken) throw new Error('generations.jsonl cannot be read.');
        return ids.map((id) => details.find((sample) => sample.id === id)!);
      };
    });
    await detail().getByText('generations.jsonl cannot be read.').waitFor();
    expect(await listed()).toContain(details[0]!.id);
    broken = false;
    await detail().getByRole('button', { name: 'Try again' }).click();
    await detail().getByText(details[0]!.references[0]!.text).first().waitFor();
  });
});

describe('looks and access', () => {
  test.each(['dark', 'light', 'high-contrast', 'high-contrast-light'] as const)(
    'axe finds nothing in %s',
    async (theme) => {
      await open({ theme });
      await detail().locator('ins').first().waitFor();
      expect(await panel.axe()).toEqual([]);
    },
  );

  test('300 pixels are enough', async () => {
    await open({ width: 300, height: 700 });
    await detail().locator('ins').first().waitFor();
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
    const column = await detail().getByRole('region', { name: 'Answer of large' }).boundingBox();
    expect(column!.width).toBeGreaterThan(240);
    expect(await panel.axe()).toEqual([]);
  });

  test('a window of 640 by 400, as at 200 % zoom, still has room for list and answers', async () => {
    await open({ width: 640, height: 400 });
    await detail().locator('ins').first().waitFor();
    expect((await grid().boundingBox())!.height).toBeGreaterThan(150);
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBe(640);
  });
});
