import { afterEach, beforeAll, expect, test } from 'vitest';
import { FakeHost } from './support/fake-host.ts';
import { openPanel, type PanelPage } from './support/panel-page.ts';
import { makeWorkspace, run } from './support/runs.ts';

let root: string;
let panel: PanelPage;
beforeAll(async () => {
  root = makeWorkspace({});
  await run(root);
});
afterEach(() => panel.close());

async function open(): Promise<void> {
  panel = await openPanel(new FakeHost([root]));
  await panel.page.locator('section.table table').first().waitFor();
}
const press = () => panel.page.getByRole('button', { name: /^Copy PNG: Reward/ }).click();

test('a chart goes to the clipboard as a picture', async () => {
  await open();
  await panel.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await press();
  await expect.poll(() => panel.page.getByRole('status').first().textContent()).toBe('PNG copied.');
  const head = await panel.page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return [...new Uint8Array(await (await item!.getType('image/png')).arrayBuffer())].slice(1, 4);
  });
  expect(String.fromCharCode(...head)).toBe('PNG');
});

test('where that is forbidden it says what to do instead', async () => {
  await open();
  await panel.page.evaluate(() => {
    navigator.clipboard.write = () => Promise.reject(new DOMException('Write permission denied.', 'NotAllowedError'));
  });
  await press();
  await expect.poll(() => panel.page.getByRole('alert').textContent()).toContain('Save PNG');
});
