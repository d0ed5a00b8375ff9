import { writeFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { TABS } from '../../src/protocol/panel.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage } from './support/panel-page.ts';
import { makeWorkspace, type RecordedModel, run, writeWorkspace } from './support/runs.ts';

/** Ids, labels and answers full of markup and script: shown as what they are, never obeyed. */

const ATTACKS = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '"><svg onload="window.hacked = 3">',
  '</title></svg><iframe srcdoc="<script>parent.hacked = 4</script>">',
  '<a href="javascript:window.hacked = 5">here</a><style>body{display:none}</style>',
];
const MODELS: RecordedModel[] = [
  { id: `m ${ATTACKS[0]}`, skill: 0.9, latencyMs: 300, answer: ({ id }) => ATTACKS[Number(id.split('#')[1]) % 5]! },
  { id: `m ${ATTACKS[2]}`, skill: 0.5, latencyMs: 100 },
  { id: `m ${ATTACKS[3]}\u202E\u0000`, skill: 0.2, latencyMs: 50, failsEvery: 4 },
];

let root: string;
let panel: PanelPage;

beforeAll(async () => {
  const config = {
    evaluators: [{ id: `e ${ATTACKS[1]}`, kind: 'lexical' as const, metric: 'rougeL' as const }],
    gates: [{ metric: 'quality' as const, model: MODELS[0]!.id, min: 9 }],
  };
  root = makeWorkspace({ samples: 15, models: MODELS, config });
  const first = await run(root);
  writeWorkspace(root, { samples: 15, models: MODELS, config, seed: 1 });
  await run(root);
  writeFileSync(`${root}/baseline`, first.id);
});
afterEach(() => panel.close());

/** What must not be in the page, wherever it came from. */
const intruders = () =>
  panel.page.evaluate(() => ({
    hacked: 'hacked' in window,
    elements: document.querySelectorAll('iframe, object, embed, img, body style, a[href^="javascript:"]').length,
    scripts: document.scripts.length,
    handlers: Array.from(document.querySelectorAll('*')).filter((element) =>
      Array.from(element.attributes).some(({ name }) => name.startsWith('on')),
    ).length,
    visible: document.body.offsetHeight > 0,
  }));
const CLEAN = { hacked: false, elements: 0, scripts: 1, handlers: 0, visible: true };

test('nothing of a run executes or becomes an element, in any tab', async () => {
  const host = new FakeHost([root]);
  host.place.machine = `SSH: ${ATTACKS[1]}`;
  panel = await openPanel(host);
  for (const tab of TABS) {
    await panel.page.locator(`#tab-${tab}`).click();
    await expect.poll(() => panel.page.locator('#view').innerText()).toMatch(/<(script|svg|iframe|img)/);
    await panel.page.waitForTimeout(500);
    expect(await intruders()).toEqual(CLEAN);
  }
  await panel.page.locator('#tab-leaderboard').click();
  const table = panel.page.locator('section.table table').first();
  await table.waitFor();
  // As it is, but for what would be invisible or turn the text around.
  expect(await table.innerText()).toContain(MODELS[0]!.id);
  expect(await table.innerText()).toContain('\\u{202E}\\u{0}');
  expect(await panel.page.locator('header').innerText()).toContain(ATTACKS[1]);
});

test('nor do the messages of the host, or the run’s progress', async () => {
  const host = new FakeHost([root]);
  host.instead.exportRun = () => {
    throw new Error(ATTACKS.join(' '));
  };
  panel = await openPanel(host);
  await panel.page.locator('section.table table').first().waitFor();
  await panel.page.getByText('Export…').click();
  await expect.poll(() => panel.page.getByRole('alert').innerText()).toContain(ATTACKS[0]);
  const [newest] = await host.runs();
  const change = { run: newest!.key, done: 1, total: 9, state: 'running' as const, label: ATTACKS[2]!, etaMs: 5 };
  host.panel.runChanged(change).catch(() => {});
  await expect.poll(() => panel.page.locator('.progress').innerText()).toContain('<svg');
  expect(await intruders()).toEqual(CLEAN);
});

test('copied charts carry no script either', async () => {
  panel = await openPanel(new FakeHost([root]));
  await panel.page.getByRole('button', { name: /^Copy SVG: Latency/ }).click();
  await expect.poll(() => panel.host.called('copyText').length).toBe(1);
  const found = await panel.page.evaluate(
    (text) => {
      const picture = new DOMParser().parseFromString(text, 'image/svg+xml');
      return [
        picture.querySelector('parsererror')?.textContent ?? '',
        picture.querySelectorAll('script, iframe, style').length,
      ];
    },
    String(panel.host.called('copyText')[0]![0]),
  );
  expect(found).toEqual(['', 0]);
});
