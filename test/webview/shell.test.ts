import { rmSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PanelPlace } from '../../src/protocol/panel.ts';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage, type PanelPageOptions } from './support/panel-page.ts';
import { liveAgain, type MadeRun, makeWorkspace, run } from './support/runs.ts';

/** The panel around its tabs: what is shown when, and the way between the panel and the host. */

let root: string;
let made: MadeRun;
let panel: PanelPage;

beforeAll(async () => {
  root = makeWorkspace({ samples: 12 });
  made = await run(root);
});
afterEach(() => panel.close());

async function open(host = new FakeHost([root]), options?: PanelPageOptions): Promise<PanelPage> {
  panel = await openPanel(host, options);
  return panel;
}
const table = () => panel.page.locator('section.table table').first();
const text = () => panel.page.locator('body').innerText();
const button = (name: string) => panel.page.getByText(name, { exact: true });
const changed = (state: string, rest: object = {}, id = made.id) => {
  const key = panel.host.keyOf(id);
  // Nobody waits for the page's answer.
  const change = { run: key, done: 1, total: 1, state, label: null, etaMs: null, ...rest };
  panel.host.panel.runChanged(change as never).catch(() => {});
};

describe('before the first run', () => {
  const none = (place: Partial<PanelPlace>) => {
    const host = new FakeHost([makeWorkspace()]);
    Object.assign(host.place, place);
    return open(host);
  };

  test.each([
    [{}, 'run what poq.config.json names', 'Run Workspace Evaluation', 'runWorkspace'],
    [{ hasConfig: false }, 'without a config', 'Score this workspace’s prompt files', 'runWorkspace'],
    [{ trusted: false }, 'nothing of it is run and nothing is fetched', 'Manage Workspace Trust', 'manageTrust'],
  ] as const)('%j: one sentence and the one button', async (place, sentence, label, command) => {
    await none(place);
    await button(label).waitFor();
    expect(await text()).toContain(sentence);
    expect(await panel.page.locator('vscode-button').count()).toBe(1);
    await button(label).click();
    await expect.poll(() => panel.host.called('command')).toEqual([[command]]);
  });

  test('without a folder it says what to open; the first run that comes is shown', async () => {
    const host = new FakeHost([]);
    Object.assign(host.place, { hasFolder: false, hasConfig: false });
    await open(host);
    await expect.poll(text).toContain('Open a folder with prompt files');
    expect(await panel.page.locator('vscode-button').count()).toBe(0);
    host.roots.push(root);
    host.panel.runsChanged({ ...host.place, hasFolder: true }).catch(() => {});
    await table().waitFor();
  });
});

describe('the header', () => {
  test('says which run it is, and offers what its state allows', async () => {
    await open();
    await table().waitFor();
    const header = await panel.page.locator('header').innerText();
    expect(header).toContain('quickstart');
    expect(header).toContain('12 samples · 3 models · 2 evaluators · seed 1 · this machine, recorded');
    for (const [label, method] of [
      ['Export…', 'exportRun'],
      ['Run again', 'runAgain'],
    ] as const) {
      await button(label).click();
      await expect.poll(() => panel.host.called(method)).toEqual([[panel.host.keyOf(made.id)]]);
    }
    expect(await button('Resume').count()).toBe(0);
    expect(await button('Cancel').count()).toBe(0);
    await button('Set as baseline').click();
    await button('Clear baseline').click();
    await button('Set as baseline').waitFor();
    expect(panel.host.called('setBaseline')).toEqual([
      [panel.host.keyOf(made.id), true],
      [panel.host.keyOf(made.id), false],
    ]);
  });

  test('in a workspace without trust nothing can be run', async () => {
    const host = new FakeHost([root]);
    host.place.trusted = false;
    await open(host);
    await table().waitFor();
    await button('Run again').click({ force: true });
    expect(await panel.page.locator('vscode-button', { hasText: 'Run again' }).getAttribute('disabled')).not.toBeNull();
    expect(panel.host.called('runAgain')).toEqual([]);
  });

  test('a call that fails is told, and can be dismissed', async () => {
    const host = new FakeHost([root]);
    host.instead.exportRun = () => {
      throw new Error('The disk is full: free some space, then export again.');
    };
    await open(host);
    await button('Export…').click();
    const alert = panel.page.getByRole('alert');
    await expect.poll(() => alert.innerText()).toContain('The disk is full');
    await button('Dismiss').click();
    await expect.poll(() => alert.count()).toBe(0);
  });
});

describe('faults', () => {
  test('a panel that cannot start says why and tries again', async () => {
    const host = new FakeHost([root]);
    host.instead.start = () => {
      throw new Error('The reader did not start.');
    };
    await open(host);
    await expect.poll(text).toContain('The reader did not start.');
    delete host.instead.start;
    await button('Try again').click();
    await table().waitFor();
  });

  test('a run that cannot be read says why, leads to the log and tries again', async () => {
    const host = new FakeHost([root]);
    host.instead.report = () => {
      throw new Error('run.json is damaged.');
    };
    await open(host);
    await expect.poll(text).toContain('run.json is damaged.');
    await button('Show the log').click();
    await expect.poll(() => host.called('command')).toEqual([['openOutput']]);
    delete host.instead.report;
    await button('Try again').click();
    await table().waitFor();
  });

  test('a fault after the first report leaves the figures and says that they are older', async () => {
    await open();
    await table().waitFor();
    panel.host.instead.report = () => {
      throw new Error('The reader ended.');
    };
    changed('running');
    await expect.poll(text).toContain('The reader ended.');
    expect(await text()).toContain('The figures below are older.');
    await table().waitFor();
    delete panel.host.instead.report;
    await button('Try again').click();
    await expect.poll(text).not.toContain('The reader ended.');
  });

  test('a run that is deleted under the panel is said to be gone; what was read stays', async () => {
    const doomed = await run(root);
    await open();
    await table().waitFor();
    rmSync(doomed.folder.path, { recursive: true });
    changed('gone', {}, doomed.id);
    await expect.poll(text).toContain('This run is gone.');
    await table().waitFor();
    expect(await button('Run again').count()).toBe(0);
    await button('Show the other runs').click();
    await panel.page.getByRole('row').nth(1).waitFor();
    panel.host.panel.runsChanged(panel.host.place).catch(() => {});
    await panel.page
      .getByRole('button', { name: /^Show the run/ })
      .first()
      .click();
    await table().waitFor();
    await expect.poll(text).not.toContain('This run is gone.');
  });

  test('nothing flashes while a fast report is fetched, and a slow one is waited for in words', async () => {
    const host = new FakeHost([root]);
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    host.instead.report = async (key) => {
      await gate;
      const api = new FakeHost([root]);
      const found = (await api.runs()).find((r) => r.key === key)!;
      return { ...(await api.reader.report({ path: made.folder.path, intervals: true })), run: found };
    };
    await open(host);
    await expect.poll(text).toContain('Reading the run…');
    expect(await panel.page.getByRole('tab').count()).toBe(4);
    go();
    await table().waitFor();
    expect(await text()).not.toContain('Reading the run…');
  });
});

describe('a run that goes on', () => {
  test('fills the table in place, says how far it is, and that there are no intervals', async () => {
    const own = makeWorkspace({ samples: 30 });
    const live = await liveAgain(await run(own));
    live.add(5);
    const host = new FakeHost([own]);
    host.active.add(live.id);
    await open(host);
    await table().waitFor();
    expect(await text()).toContain('Figures so far, without intervals.');
    expect(await panel.page.locator('.aside').count()).toBe(0);
    expect(await text()).not.toContain('not decided');
    const samplesOf = () => table().locator('tbody tr').count();
    expect(await samplesOf()).toBe(3);
    const before = await table().innerText();
    live.add(10);
    changed('running', { done: 45, total: 270, label: 'medium answers', etaMs: 64_000 }, live.id);
    await expect.poll(text).toContain('45 of 270 · medium answers · about 64.0 s left');
    expect(await panel.page.getByRole('progressbar').getAttribute('value')).toBe('45');
    await expect.poll(() => table().innerText()).not.toBe(before);
    await button('Cancel').click();
    await expect.poll(() => host.called('cancel')).toEqual([[host.keyOf(live.id)]]);
    live.add(15);
    live.end();
    host.active.clear();
    changed('done', { done: 270, total: 270 }, live.id);
    await expect.poll(() => panel.page.locator('table .aside').count()).toBeGreaterThan(0);
    expect(await panel.page.getByRole('progressbar').count()).toBe(0);
    await expect.poll(() => panel.page.getByRole('status').innerText()).toMatch(/The run finished|The ranking is now/);
  });

  test('is fetched at most twice a second, however often it changes', async () => {
    const own = makeWorkspace({ samples: 10 });
    const live = await liveAgain(await run(own));
    live.add(2);
    await open(new FakeHost([own]));
    await table().waitFor();
    const before = panel.host.called('report').length;
    const started = performance.now();
    for (let i = 0; i < 40; i++) {
      changed('running', { done: i, total: 90 }, live.id);
      await panel.page.waitForTimeout(50);
    }
    const seconds = (performance.now() - started) / 1000;
    expect(panel.host.called('report').length - before).toBeLessThanOrEqual(Math.ceil(2 * seconds) + 1);
    expect(panel.host.called('report').length - before).toBeGreaterThan(0);
    live.die();
  });

  test.each([
    ['cancelled', 'The run was cancelled after'],
    ['failed', 'The run could not finish'],
    ['interrupted', 'its process ended without a word'],
  ] as const)('%s: says so, and how to go on', async (state, sentence) => {
    const own = makeWorkspace({ samples: 10 });
    const live = await liveAgain(await run(own));
    live.add(4);
    if (state === 'interrupted') live.die();
    else live.end(state);
    await open(new FakeHost([own]));
    await expect.poll(text).toContain(sentence);
    await button('Resume').click();
    await expect.poll(() => panel.host.called('resume')).toEqual([[panel.host.keyOf(live.id)]]);
  });
});

describe('the protocol', () => {
  test('the panel refuses messages that break the contract, and goes on', async () => {
    await open();
    await table().waitFor();
    const before = await table().innerText();
    for (const message of [
      null,
      'text',
      { t: 'q' },
      { t: 'q', i: '1', m: 'constructor', a: [] },
      { t: 'q', i: '2', m: 'eval', a: ['window.hacked = 1'] },
      { t: 'q', i: '3', m: 'show', a: [{ run: 5, tab: 'leaderboard', sample: null }] },
      { t: 'q', i: '4', m: 'show', a: [{ run: null, tab: 'simulation', sample: null }] },
      { t: 'q', i: '5', m: 'runChanged', a: [{ run: panel.host.keyOf(made.id), state: 'exploded' }] },
      { t: 's', i: 'nobody asked', r: 1 },
    ])
      await panel.post(message);
    await panel.page.waitForTimeout(300);
    expect(await table().innerText()).toBe(before);
    expect(await panel.page.evaluate(() => 'hacked' in window)).toBe(false);
    panel.host.panel.show({ run: null, tab: 'runs', sample: null }).catch(() => {});
    await panel.page
      .getByRole('button', { name: /^Show the run/ })
      .first()
      .waitFor();
  });

  test('an answer that breaks the contract is a fault that is told', async () => {
    const host = new FakeHost([root]);
    host.instead.report = () => ({ nonsense: true });
    await open(host);
    await expect.poll(text).toContain('the result of report');
  });

  test('the host refuses what the contract does not allow', async () => {
    await open();
    await table().waitFor();
    const answer = (message: object) =>
      panel.page.evaluate(
        (sent) =>
          new Promise<string>((resolve) => {
            const listen = ({ data }: MessageEvent) => {
              if (data?.i !== 'mine') return;
              window.removeEventListener('message', listen);
              resolve(JSON.stringify(data.e ?? 'done'));
            };
            window.addEventListener('message', listen);
            (window as never as { __poqToHost(text: string): void }).__poqToHost(JSON.stringify(sent));
            setTimeout(() => resolve('no answer'), 500);
          }),
        message,
      );
    const call = (method: string, ...args: unknown[]) => answer({ t: 'q', i: 'mine', m: method, a: args });
    expect(await call('report', '../../etc/passwd')).toContain('not there any more');
    expect(await call('saveFile', { name: '../evil.sh', content: '', encoding: 'utf8' })).toContain('saveFile');
    expect(await call('command', 'workbench.action.terminal.new')).toContain('command');
    expect(await call('writeWeights', 'x', { alpha: -1, beta: 0 })).toContain('writeWeights');
    expect(await call('readFile', '/etc/passwd')).toBe('no answer');
    expect(panel.host.called('command')).toEqual([]);
    expect(panel.host.called('saveFile')).toEqual([]);
  });

  test('the host can show a run, a tab, a sample', async () => {
    const second = await run(root);
    const host = new FakeHost([root]);
    host.wanted = { run: host.keyOf(made.id), tab: 'evaluators' };
    await open(host);
    await expect.poll(() => panel.page.getByRole('tab', { selected: true }).innerText()).toBe('Evaluators');
    expect(panel.host.called('report')).toEqual([[host.keyOf(made.id)]]);
    host.panel.show({ run: host.keyOf(second.id), tab: 'leaderboard', sample: null }).catch(() => {});
    await expect.poll(() => host.called('report').at(-1)).toEqual([host.keyOf(second.id)]);
    host.panel.show({ run: null, tab: null, sample: 'qa/places.jsonl#3' }).catch(() => {});
    await expect.poll(() => panel.page.getByRole('tab', { selected: true }).innerText()).toBe('Compare');
    rmSync(second.folder.path, { recursive: true });
  });
});
