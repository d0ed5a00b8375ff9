import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const manifest = JSON.parse(readFileSync(path.join(process.env.POQ_TEST_ROOT!, 'package.json'), 'utf8'));
const extension = () => vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);

describe('activation', () => {
  it('finds the extension where it is developed', () => {
    assert.ok(extension(), 'the extension is not installed');
  });

  it('activates without an error', async () => {
    await extension()!.activate();
    assert.equal(extension()!.isActive, true);
  });

  it('registers every command that the manifest declares', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const declared: string[] = manifest.contributes.commands.map((entry: { command: string }) => entry.command);
    assert.ok(declared.length > 0);
    assert.deepEqual(
      declared.filter((command) => !registered.has(command)),
      [],
    );
  });

  it('works on a copy of the quickstart', () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    assert.ok(path.isAbsolute(folder) && !folder.startsWith(process.env.POQ_TEST_ROOT!), folder);
    assert.ok(readFileSync(path.join(folder, 'poq.config.json'), 'utf8').length > 0);
  });
});
