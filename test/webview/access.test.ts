import { writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TABS } from '../../src/protocol/panel.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage, type PanelPageOptions } from './support/panel-page.ts';
import { liveAgain, makeWorkspace, run, writeWorkspace } from './support/runs.ts';
import { THEMES } from './support/themes.ts';

/** For everybody: by keyboard, by screen reader, in every theme, narrow, enlarged, without motion. */

let root: string;
let panel: PanelPage;

beforeAll(async () => {
  root = makeWorkspace({ samples: 24, config: { gates: [{ metric: 'quality', min: 5 }] } });
  const first = await run(root);
  writeWorkspace(root, { samples: 24 });
  await run(root);
  writeFileSync(`${root}/baseline`, first.id);
});
afterEach(() => panel.close());

async function open(options?: PanelPageOptions, host = new FakeHost([root])): Promise<PanelPage> {
  panel = await openPanel(host, options);
  return panel;
}
const ready = () => panel.page.getByRole('region', { name: /^Change since the baseline/ }).waitFor();
const sideways = () =>
  panel.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('axe finds no serious fault', () => {
  test.each(THEMES)('in any tab: %s', async (theme) => {
    await open({ theme });
    await ready();
    for (const tab of TABS) {
      await panel.page.locator(`#tab-${tab}`).click();
      await panel.page.waitForTimeout(700);
      expect({ tab, findings: await panel.axe() }).toEqual({ tab, findings: [] });
    }
  });

  test.each(['dark', 'light'] as const)('in the states without data, and with everything open: %s', async (theme) => {
    await open({ theme }, new FakeHost([makeWorkspace()]));
    await panel.page.locator('vscode-button').waitFor();
    expect(await panel.axe()).toEqual([]);
    await panel.close();

    const broken = new FakeHost([root]);
    broken.instead.report = () => {
      throw new Error('run.json is damaged.');
    };
    await open({ theme }, broken);
    await panel.page.getByText('run.json is damaged.').waitFor();
    expect(await panel.axe()).toEqual([]);
    await panel.close();

    const own = makeWorkspace({ samples: 10 });
    const live = await liveAgain(await run(own));
    live.add(4);
    await open({ theme }, new FakeHost([own]));
    await panel.page.getByRole('progressbar').waitFor();
    await panel.page.getByRole('button', { name: /^Columns: Ranked/ }).click();
    await panel.page.getByLabel('β as a number').fill('1.5');
    await panel.page.getByText('Write to config').waitFor();
    expect(await panel.axe()).toEqual([]);
    live.die();
  });
});

describe('by keyboard alone', () => {
  test('every control is reached in order, and says what it is; its focus is seen', async () => {
    await open();
    await ready();
    const names: string[] = [];
    for (let i = 0; i < 120; i++) {
      await panel.page.keyboard.press('Tab');
      const focused = await panel.page.evaluate(() => {
        const element = document.activeElement!;
        if (element === document.body) return null;
        const inner = element.shadowRoot?.activeElement ?? element;
        const hit = element.querySelector('.hit');
        const ring = getComputedStyle(inner).outlineStyle !== 'none';
        return {
          name:
            element.getAttribute('aria-label') ??
            (element.querySelector(':scope > title') ?? element).textContent!.trim(),
          id: element.id,
          seen: hit ? getComputedStyle(hit).stroke !== 'none' : ring,
        };
      });
      if (focused === null) break;
      expect(focused).toMatchObject({ seen: true });
      names.push(focused.name || focused.id);
    }
    const expected = [
      'Set as baseline',
      'Export…',
      'Run again',
      'Leaderboard',
      'alpha',
      'Quality weight α as a number',
      'beta',
      'Cost weight β as a number',
      'medium: compare its answers, lowest quality first',
      'medium: compare its answers',
    ];
    expect(names.filter((name) => expected.includes(name)).slice(0, expected.length)).toEqual(expected);
    expect(names.every((name) => name !== '')).toBe(true);
  });

  test('tabs are one stop, with arrow keys between them', async () => {
    await open();
    await ready();
    await panel.page.getByRole('tab', { name: 'Leaderboard' }).focus();
    const selected = () => panel.page.getByRole('tab', { selected: true }).innerText();
    for (const [key, tab] of [
      ['ArrowRight', 'Compare'],
      ['End', 'Runs'],
      ['ArrowRight', 'Leaderboard'],
      ['ArrowLeft', 'Runs'],
      ['Home', 'Leaderboard'],
    ] as const) {
      await panel.page.keyboard.press(key);
      expect(await selected()).toBe(tab);
      expect(await panel.page.evaluate(() => document.activeElement?.textContent)).toBe(tab);
    }
    expect(await panel.page.getByRole('tabpanel').getAttribute('aria-labelledby')).toBe('tab-leaderboard');
  });
});

describe('small and large', () => {
  test.each([
    ['300 px wide', { width: 300, height: 800 }],
    ['at 200 % zoom of a small panel', { width: 400, height: 300 }],
    ['at 200 % zoom of a wide one', { width: 640, height: 400 }],
  ] as const)('%s nothing is lost sideways; wide tables scroll by themselves', async (_, size) => {
    await open(size);
    await ready();
    for (const tab of TABS) {
      await panel.page.locator(`#tab-${tab}`).click();
      await panel.page.waitForTimeout(500);
      expect({ tab, sideways: await sideways() }).toEqual({ tab, sideways: 0 });
    }
    await panel.page.locator('#tab-leaderboard').click();
    await panel.page.getByLabel('β as a number').fill('1.5');
    const write = panel.page.getByText('Write to config');
    await write.scrollIntoViewIfNeeded();
    const box = (await write.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(size.width);
  });

  test('with text twice as large', async () => {
    await open({ width: 700 });
    await ready();
    await panel.page.evaluate(() => document.documentElement.style.setProperty('--vscode-font-size', '26px'));
    await expect.poll(sideways).toBe(0);
  });
});

describe('themes', () => {
  test('another theme counts at once; a model keeps its colour number and shape', async () => {
    await open();
    await ready();
    const look = () =>
      panel.page.evaluate(() => {
        const swatches = Array.from(document.querySelectorAll('section.table tbody th .mark'));
        return {
          ground: getComputedStyle(document.body).backgroundColor,
          colours: swatches.slice(0, 3).map((mark) => getComputedStyle(mark).fill),
          shapes: swatches.slice(0, 3).map((mark) => `${mark.getAttribute('class')} ${mark.getAttribute('d')}`),
        };
      });
    const dark = await look();
    await panel.setTheme('light');
    const light = await look();
    await panel.setTheme('high-contrast');
    const contrast = await look();
    expect([dark.ground, light.ground, contrast.ground]).toEqual([
      'rgb(31, 31, 31)',
      'rgb(255, 255, 255)',
      'rgb(0, 0, 0)',
    ]);
    expect(light.shapes).toEqual(dark.shapes);
    expect(contrast.shapes).toEqual(dark.shapes);
    expect(light.colours).not.toEqual(dark.colours);
    expect(new Set(dark.colours).size).toBe(3);
    expect(new Set(dark.shapes).size).toBe(3);
  });

  test('where motion is unwanted nothing moves', async () => {
    await open({ reducedMotion: true });
    await ready();
    await panel.page.getByLabel('β as a number').fill('1.5');
    await panel.page.locator('#tab-compare').click();
    await panel.page.waitForTimeout(300);
    const moving = await panel.page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
  });
});
