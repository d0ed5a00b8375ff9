import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { openWindow, type VSCodeWindow } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';

describe('lead', () => {
  let window: VSCodeWindow;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-story-'));
  before(async () => {
    copyQuickstart(folder);
    window = await openWindow({ folder });
  });
  after(async () => {
    await window?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('scores', async function () {
    this.timeout(180000);
    await window.openFile('prompts/qa/chat.jsonl').catch((e) => console.log(e));
    await window.screenshot('/tmp/poq/shots/l1.png');
    await window.runCommand('PoQ: Score This Prompt File');
    for (let i = 0; i < 6; i++) {
      await window.page.waitForTimeout(4000);
      await window.screenshot(`/tmp/poq/shots/l2-${i}.png`);
    }
  });
});
