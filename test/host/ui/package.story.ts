import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { installWeb } from '../../../scripts/vscode/install-web.mjs';
import { ROOT } from '../../../scripts/vscode/paths.mjs';
import { installExtension } from '../../../scripts/vscode/server.mjs';
import { openWindow } from '../support/window.ts';

const TARGET = `${process.platform}-${process.arch}`;
const MEGABYTE = 1e6;

describe('the package', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poq-package-'));
  const vsix = path.join(folder, 'poq.vsix');
  const extensionsDir = path.join(folder, 'extensions');
  let installed = '';
  let files: string[] = [];

  before(async () => {
    execFileSync(process.execPath, [path.join(ROOT, 'scripts', 'package', 'package.mjs'), TARGET, '--out', vsix]);
    await installExtension({ web: await installWeb(console.log), vsix, extensionsDir });
    const name = readdirSync(extensionsDir).find((entry) => entry.startsWith('poq-lab.'));
    assert.ok(name, readdirSync(extensionsDir).join(', '));
    installed = path.join(extensionsDir, name);
    files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  it('is at most 25 MB beside the bundled models', () => {
    const models = files
      .filter((file) => file.startsWith('models/'))
      .reduce((sum, file) => sum + statSync(path.join(installed, file)).size, 0);
    const size = statSync(vsix).size;
    assert.ok(models < 16 * MEGABYTE, `models: ${models}`);
    assert.ok(size <= 25 * MEGABYTE + models, `package: ${size}, models: ${models}`);
  });

  it("holds this platform's binaries and no other's", () => {
    const binaries = files.filter((file) => file.includes('/bin/napi-'));
    const own = `/${process.platform}/${process.arch}/`;
    assert.ok(binaries.length >= 2, files.join('\n'));
    assert.deepEqual(
      binaries.filter((file) => !file.includes(own)),
      [],
    );
  });

  it('holds the bundled models, and nothing that only building and testing need', () => {
    const { models } = JSON.parse(readFileSync(path.join(ROOT, 'models', 'models.json'), 'utf8'));
    assert.ok(models.length >= 4);
    for (const model of models as { folder: string; files: Record<string, number> }[]) {
      for (const [file, bytes] of Object.entries(model.files)) {
        assert.equal(statSync(path.join(installed, 'models', model.folder, file)).size, bytes, file);
      }
    }
    assert.deepEqual(
      files.filter((file) => /\.(map|ts|py)$|\.test\.|(^|\/)(test|bench|src|training|screenshots)\//.test(file)),
      [],
    );
    const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
    assert.equal(manifest.devDependencies, undefined);
    assert.equal(manifest.scripts, undefined);
  });

  it('carries the notices of the packages in it', () => {
    const notices = readFileSync(path.join(installed, 'ThirdPartyNotices.txt'), 'utf8');
    const shipped = ['onnxruntime-node', '@huggingface/transformers', 'undici', 'preact', 'zod', 'birpc', 'd3-shape'];
    for (const name of shipped) assert.match(notices, new RegExp(`^${name} \\d+\\.`, 'm'));
    assert.ok(!/^(esbuild|mocha|playwright-core) \d/m.test(notices));
    assert.ok(files.some((file) => /^licen[cs]e/i.test(file)));
    assert.ok(existsSync(path.join(installed, 'models', 'sts', 'NOTICE')));
  });

  it('scores a prompt file in a real VS Code, away from the repository and without a config', async () => {
    const workspace = path.join(folder, 'workspace');
    const prompts = path.join(ROOT, 'examples', 'quickstart', 'prompts', 'qa', 'short-answers.prompt.yml');
    cpSync(prompts, path.join(workspace, 'short-answers.prompt.yml'));
    const window = await openWindow({ folder: workspace, extensionsDir });
    await window.openFile('short-answers.prompt.yml');
    await window.runCommand('PoQ: Score This Prompt File');
    const leaderboard = window.panel().getByRole('tabpanel', { name: 'Leaderboard' });
    for (const model of ['small', 'medium', 'large']) {
      await leaderboard.getByText(model, { exact: true }).first().waitFor({ timeout: 90_000 });
    }
    const [run] = readdirSync(path.join(workspace, '.poq', 'runs'));
    assert.ok(run, 'no run folder');
    await window.close();
  });
});
