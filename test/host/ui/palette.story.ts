import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { openWindow, type VSCodeWindow } from '../support/window.ts';
import { copyQuickstart } from '../support/workspaces.mjs';

describe('the command palette', () => {
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

  it('offers commands of PoQ', async () => {
    const labels = await window.paletteLabels('PoQ: ');
    assert.ok(labels.length > 0);
  });
});
