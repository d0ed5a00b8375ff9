import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { finishedRun, readRows, runsIn } from '../support/runs.ts';
import { openWindow, type VSCodeWindow } from '../support/window.ts';

const TEXT = 'Nora works in the library in Leeds. Omar works in the bakery in York.';
const prompt = (question: string) => ({ prompt: `Answer from the text.\n\nText: ${TEXT}\n\nQuestion: ${question}` });

describe('a prompt file without a workspace', function () {
  this.timeout(180_000);
  let window: VSCodeWindow;
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'poq-single-')));
  before(async () => {
    const rows = ['Where does Nora work?', 'Where does Omar work?'].map((question) => JSON.stringify(prompt(question)));
    writeFileSync(path.join(folder, 'questions.jsonl'), `${rows.join('\n')}\n`);
    window = await openWindow();
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it('reaches a result in one step, beside the file; without references it says what was compared', async () => {
    await window.runCommand('File: Open File...');
    await window.chooseFile(path.join(folder, 'questions.jsonl'));
    await window.page.locator('.tab.active').filter({ hasText: 'questions.jsonl' }).waitFor();
    await window.runCommand('PoQ: Score This Prompt File');
    const { id, summary } = await finishedRun(folder, 1);
    assert.deepEqual(summary.models.map(({ id }) => id).sort(), ['large', 'medium', 'small']);
    assert.equal(readRows(folder, id, 'samples').length, 2);
    const panel = window.panel();
    for (const model of ['small', 'medium', 'large']) await panel.getByText(model, { exact: true }).first().waitFor();
    await panel
      .getByText(/sts: compared 6 of 6 generations with the prompt.*no reference/)
      .first()
      .waitFor();
    await panel
      .getByText(/rougeL: skipped 6 generations whose sample has no reference/)
      .first()
      .waitFor();
  });

  it('that was never saved is saved first, where its user chooses', async () => {
    await window.runCommand('File: New Untitled Text File');
    await window.page
      .locator('.tab.active')
      .filter({ hasText: /Untitled/ })
      .waitFor();
    await window.runCommand('Change Language Mode');
    await window.answer('jsonl');
    await window.editor().locator('.view-lines').click();
    await window.page.keyboard.insertText(
      JSON.stringify({ id: 'new', ...prompt('Where does Nora work?'), reference: 'library' }),
    );
    await window.runCommand('PoQ: Score This Prompt File');
    await window.chooseFile(path.join(folder, 'mine.jsonl'));
    const { id } = await finishedRun(folder, 2);
    assert.deepEqual(
      readRows<{ id: string }>(folder, id, 'samples').map((sample) => sample.id),
      ['new'],
    );
    assert.deepEqual(readdirSync(folder).sort(), ['.poq', 'mine.jsonl', 'questions.jsonl']);
    assert.equal(runsIn(folder).length, 2);
    assert.ok(existsSync(path.join(folder, 'mine.jsonl')));
  });
});
