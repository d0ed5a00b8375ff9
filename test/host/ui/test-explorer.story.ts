import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { openWindow, type VSCodeWindow } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';

describe('the Testing view, in the window', () => {
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-story-'));
  before(async () => {
    copyQuickstart(folder);
    window = await openWindow({ folder, settings: { 'testing.automaticallyOpenTestResults': 'openOnTestFailure' } });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs the samples of a file, with signs beside its lines and the difference of a failed one', async () => {
    await window.openFile('mixed.csv');
    // A sign beside the first row says that its sample is a test that can be run.
    const signs = window.page.locator('.testing-run-glyph');
    await signs.first().waitFor();
    await window.runCommand('Test: Run Tests in Current File');
    const failed = window.page.locator(
      '.monaco-editor .codicon-testing-failed-icon, .monaco-editor .codicon-testing-error-icon',
    );
    await failed.first().waitFor({ timeout: 120_000 });
    // The results name the model and the quality that it lacks; choosing one shows both texts.
    const reason = window.page.getByText(/quality \d\.\d is below 5/);
    await reason.first().click({ timeout: 60_000 });
    await window.page.locator('.monaco-diff-editor').first().waitFor();
  });
});
