import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'mocha';
import { launchChromium } from '../../../scripts/vscode/chromium.mjs';
import { ROOT } from '../../../scripts/vscode/paths.mjs';
import { Workbench } from '../support/workbench.ts';
import { copyQuickstart } from '../support/workspaces.mjs';

describe('npm run vscode', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-open-'));
  let opened: ChildProcess | undefined;
  after(() => {
    opened?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it('prints an address where any browser finds the extension, and ends by Ctrl-C', async () => {
    const workspace = copyQuickstart(path.join(folder, 'workspace'));
    const script = path.join(ROOT, 'scripts', 'vscode', 'open.mjs');
    opened = spawn(process.execPath, [script, '--home', path.join(folder, 'home'), workspace], {
      env: { ...process.env, POQ_VSCODE: 'web', BROWSER: 'none' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const address = await new Promise<string>((resolve, reject) => {
      opened?.stdout?.on('data', (data) => {
        output += data;
        const found = /http:\S+/.exec(output);
        if (found) resolve(found[0]);
      });
      opened?.on('exit', (code) => reject(new Error(`it ended (${code}): ${output}`)));
    });
    assert.match(output, /VS Code \d+\.\d+/);

    // A browser as it is: nothing is put into the page.
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(address);
      await new Workbench(page).ready();
    } finally {
      await browser.close();
    }
    opened.kill('SIGINT');
    const [code] = await once(opened, 'exit');
    assert.equal(code, 0);
  });
});
