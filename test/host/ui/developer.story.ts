import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { finishedRun, readRows, runsIn } from '../support/runs.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

const TEXT = 'Nora works in the library in Leeds. Omar works in the bakery in York.';
const ROWS = [
  {
    id: 'one',
    prompt: `Answer from the text.\n\nText: ${TEXT}\n\nQuestion: Where does Nora work?`,
    reference: 'in the library',
  },
  {
    id: 'two',
    prompt: `Answer from the text.\n\nText: ${TEXT}\n\nQuestion: Where does Omar work?`,
    reference: 'in the bakery',
  },
];

describe('a developer scores a prompt file while writing it, with nothing configured', function () {
  this.timeout(240_000);
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-developer-'));
  before(async () => {
    writeFileSync(path.join(folder, 'questions.jsonl'), `${ROWS.map((row) => JSON.stringify(row)).join('\n')}\n`);
    window = await openWindow({ folder, settings: { 'files.autoSave': 'off' } });
    await window.openFile('questions.jsonl');
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const lens = (text: string | RegExp) => window.page.locator('.codelens-decoration').filter({ hasText: text });

  it('one command leads from the file to a ranking of the bundled models', async () => {
    await window.runCommand('PoQ: Score This Prompt File');
    const { summary } = await finishedRun(folder, 1);
    assert.deepEqual(summary.models.map(({ id }) => id).sort(), ['large', 'medium', 'small']);
    const table = window.panel().getByRole('region', { name: /Ranked by reward/ });
    for (const { id } of summary.models) await table.getByRole('row').filter({ hasText: id }).waitFor();
  });

  it('the file itself shows the last result above each prompt', async () => {
    await window.openFile('questions.jsonl');
    await lens(/Score.*Compare.*quality/)
      .first()
      .waitFor();
    assert.equal(await lens(/quality/).count(), 2);
  });

  it('an edited prompt is scored alone from its lens, as it stands in the editor', async () => {
    await window.editor().locator('.view-line').first().click();
    await window.press('Control+Home');
    await window.runCommand('Replace');
    const find = window.page.locator('.find-widget.visible');
    await find.locator('.find-part textarea').fill('Where does Nora work?');
    await find.locator('.replace-part textarea').fill('Which city does Nora work in?');
    await find.locator('.replace-part textarea').press('Control+Alt+Enter');
    await window.press('Escape');
    await lens('Score').first().getByText('Score').click();
    const { id } = await finishedRun(folder, 2);
    const samples = readRows<{ id: string; messages: { content: string }[] }>(folder, id, 'samples');
    assert.deepEqual(
      samples.map((sample) => sample.id),
      ['one'],
    );
    assert.match(samples[0]!.messages[0]!.content, /Which city does Nora work in\?/);
    assert.equal(runsIn(folder).length, 2);
  });
});
