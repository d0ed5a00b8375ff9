import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { until } from './support/until.ts';

const root = () => vscode.workspace.workspaceFolders![0]!.uri.fsPath;
const fileUri = (name: string) => vscode.Uri.file(path.join(root(), name));
const open = async (name: string) =>
  vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fileUri(name)));
const write = (name: string, text: string) => writeFileSync(path.join(root(), name), text);
const lenses = async (uri: vscode.Uri) =>
  (await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 10_000)) ?? [];
const titlesAt = (all: vscode.CodeLens[], line: number) =>
  all.filter(({ range }) => range.start.line === line).map(({ command }) => command?.title ?? '');
const someLenses = (uri: vscode.Uri) =>
  until(`lenses in ${uri.path}`, async () => {
    const all = await lenses(uri);
    return all.length > 0 ? all : null;
  });
const findings = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'PoQ');
const hoverText = async (uri: vscode.Uri, line: number, character = 4) => {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    uri,
    new vscode.Position(line, character),
  );
  return hovers.flatMap(({ contents }) => contents.map((c) => (typeof c === 'string' ? c : c.value))).join('\n');
};

describe('in the file', () => {
  before(async () => {
    await vscode.extensions.getExtension('poq-lab.poq-lab')!.activate();
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  describe('lenses', () => {
    it('stand above the one prompt of a .prompt.yml, and call with the file', async () => {
      const { document } = await open('prompts/qa/short-answers.prompt.yml');
      const all = await someLenses(document.uri);
      const line = document
        .getText()
        .split('\n')
        .findIndex((text) => text.startsWith('messages:'));
      assert.deepEqual(titlesAt(all, line), ['Score', 'Compare']);
      assert.equal(all.length, 2);
      assert.deepEqual(all[0]!.command?.arguments?.map(String), [document.uri.toString()]);
    });

    it('stand above every row of a table, and call with that row', async () => {
      const { document } = await open('prompts/qa/chat.jsonl');
      const all = await someLenses(document.uri);
      const rows = document.getText().trim().split('\n');
      for (const line of rows.keys()) assert.deepEqual(titlesAt(all, line), ['Score', 'Compare'], `line ${line}`);
      const [, samples] = all.filter(({ range }) => range.start.line === 1)[0]!.command!.arguments!;
      const { id } = JSON.parse(rows[1]!) as { id?: string };
      assert.deepEqual(samples, [id ?? 'prompts/qa/chat.jsonl#1']);
    });

    it('move with the text at once, before it is read again', async () => {
      const editor = await open('prompts/qa/chat.jsonl');
      const before = await someLenses(editor.document.uri);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '\n\n'));
      const after = await lenses(editor.document.uri);
      assert.deepEqual(
        after.map(({ range }) => range.start.line),
        before.map(({ range }) => range.start.line + 2),
      );
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('are off where the setting says so, and on again', async () => {
      const { document } = await open('prompts/qa/chat.jsonl');
      await someLenses(document.uri);
      const settings = vscode.workspace.getConfiguration('poq');
      await settings.update('codeLens', 'off', vscode.ConfigurationTarget.Workspace);
      assert.deepEqual(await lenses(document.uri), []);
      await settings.update('codeLens', undefined, vscode.ConfigurationTarget.Workspace);
      await someLenses(document.uri);
    });

    it('come to no file that holds no prompts', async () => {
      write('people.csv', 'name,age\nAda,36\n');
      write('settings.json', '{"version": 1, "data": {"x": 1}}');
      await open('people.csv');
      const { document } = await open('settings.json');
      // Both were opened before this one, whose lenses show that they had their turn.
      await someLenses((await open('prompts/mixed/mixed.csv')).document.uri);
      assert.deepEqual(await lenses(fileUri('people.csv')), []);
      assert.deepEqual(await lenses(document.uri), []);
      assert.deepEqual(findings(document.uri), []);
    });
  });

  describe('findings', () => {
    it('name the broken line and follow the text', async () => {
      write('prompts/qa/broken.jsonl', '{"prompt": "a"}\n  {"prompt": \n{"prompt": "b"}\n');
      const editor = await open('prompts/qa/broken.jsonl');
      const { uri } = editor.document;
      const [finding] = await until('a finding', () => (findings(uri).length > 0 ? findings(uri) : null));
      assert.equal(finding!.severity, vscode.DiagnosticSeverity.Error);
      assert.deepEqual(finding!.range, new vscode.Range(1, 2, 1, 12));
      assert.match(finding!.message, /not valid JSON/);
      await editor.edit((edit) => edit.replace(editor.document.lineAt(1).range, '{"prompt": "mended"}'));
      await until('the finding is gone', () => findings(uri).length === 0);
      await editor.edit((edit) => edit.replace(editor.document.lineAt(0).range, '{'));
      await until('a finding again', () => findings(uri).length === 1);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('go with the file', async () => {
      const uri = fileUri('prompts/qa/closed.jsonl');
      write('prompts/qa/closed.jsonl', 'nonsense\n');
      await vscode.commands.executeCommand('vscode.open', uri);
      await until('a finding', () => findings(uri).length === 1);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await until('findings of a closed file are gone', () => findings(uri).length === 0);
    });
  });

  describe('poq.config.json', () => {
    const config = () => open('poq.config.json');

    it('has completion and hover from the schema', async () => {
      const { document } = await config();
      const at = document.positionAt(document.getText().indexOf('"generation"'));
      const labels = await until('completion of keys', async () => {
        const list = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          document.uri,
          at,
        );
        const found = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
        return found.some((label) => label.includes('concurrency')) ? found : null;
      });
      assert.ok(
        labels.some((label) => label.includes('reuse')),
        labels.join(),
      );
      const text = await hoverText(
        document.uri,
        document.positionAt(document.getText().indexOf('"evaluators"')).line,
        4,
      );
      assert.match(text, /evaluator nodes/);
    });

    it('is validated against the schema, and a near key can be taken', async () => {
      const editor = await config();
      const { document } = editor;
      const at = document.positionAt(document.getText().indexOf('"generation"') + 1);
      await editor.edit((edit) => edit.replace(new vscode.Range(at, at.translate(0, 10)), 'generatoin'));
      const all = () => vscode.languages.getDiagnostics(document.uri);
      await until('the unknown key is told', () => all().some(({ range }) => range.start.line === at.line));
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        new vscode.Range(at, at),
      );
      const action = actions.find(({ title }) => title.includes('"generation"'));
      assert.ok(action?.edit, actions.map(({ title }) => title).join());
      await vscode.workspace.applyEdit(action.edit);
      assert.ok(document.getText().includes('"generation"'));
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('tells what only a run would find, in the text as it is typed', async () => {
      const editor = await config();
      const { document } = editor;
      assert.deepEqual(findings(document.uri), []);
      const text = document
        .getText()
        .replace('"prompts/mixed/*.csv"', '"nothing/*.csv"')
        .replace('"bundled:small"', '"bundled:tiny"')
        .replace(
          '"models": [',
          '"models": [\n    { "id": "far", "provider": "openai", "baseUrl": "http://127.0.0.1:9/v1", "model": "m", "apiKey": { "env": "POQ_NO_SUCH" } },',
        );
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, document.lineCount, 0), text));
      const found = await until('three findings', () =>
        findings(document.uri).length >= 3 ? findings(document.uri) : null,
      );
      const at = (what: string) => document.positionAt(text.indexOf(what)).line;
      const told = (line: number) =>
        found.filter(({ range }) => range.start.line === line).map(({ message }) => message);
      assert.match(told(at('nothing/*.csv')).join(), /matches no file/);
      assert.match(told(at('bundled:tiny')).join(), /bundled/);
      assert.match(told(at('POQ_NO_SUCH')).join(), /POQ_NO_SUCH is not set/);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await until('no findings', () => findings(document.uri).length === 0);
    });
  });

  describe('after a run', () => {
    const name = 'prompts/summaries/what-happened.prompty';

    before(async () => {
      await vscode.commands.executeCommand('poq.scoreFile', fileUri(name));
    });

    it('the lens tells the last result and which model it is of', async () => {
      const { document } = await open(name);
      const last = await until('a lens with the last result', async () =>
        (await lenses(document.uri)).find(({ command }) => command?.title.startsWith('last:')),
      );
      assert.match(last.command!.title, /^last: .*(small|medium|large) \d+\.\d quality, .+ \(best of 3\)$/);
      assert.equal(last.command!.command, 'poq.openSample');
    });

    it('the hover over the row shows every answer, and says when the sample was edited', async () => {
      const editor = await open(name);
      const { document } = editor;
      const line = document
        .getText()
        .split('\n')
        .findIndex((text) => text.startsWith('sample:'));
      const text = await until('a hover', async () => {
        const shown = await hoverText(document.uri, line, 1);
        return shown.includes('**small**') ? shown : null;
      });
      for (const part of ['**medium**', '**large**', 'Reference', '```text', 'quality', 'sts', 'rouge'])
        assert.ok(text.includes(part), `${part} in ${text}`);
      assert.ok(!text.includes('edited since'), text);
      const at = document.positionAt(document.getText().indexOf('Draystead'));
      await editor.edit((edit) => edit.insert(at, 'old '));
      await until('the hover says that it was edited', async () =>
        (await hoverText(document.uri, line, 1)).includes('edited since'),
      );
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('the prompt line has the means of the models', async () => {
      const { document } = await open(name);
      const line = document.getText().split('\n').lastIndexOf('---') + 1;
      const text = await until('a hover', async () => (await hoverText(document.uri, line, 1)) || null);
      assert.match(text, /\| model \| samples \| quality \| latency \| reward \|/);
      assert.match(text, /\| large \| 1 \|/);
    });
  });
});

describe('a long file', () => {
  it('of 10,000 rows has lenses around what is shown, also after it is scrolled and edited', async function () {
    this.timeout(180_000);
    const rows = Array.from({ length: 10_000 }, (_, i) => JSON.stringify({ id: `r${i}`, prompt: `Question ${i}?` }));
    write('many.jsonl', `${rows.join('\n')}\n`);
    const editor = await open('many.jsonl');
    const { uri } = editor.document;
    const first = await someLenses(uri);
    assert.ok(first.length < 500, String(first.length));
    assert.deepEqual(titlesAt(first, 0), ['Score', 'Compare']);
    editor.revealRange(new vscode.Range(9_000, 0, 9_000, 0), vscode.TextEditorRevealType.AtTop);
    await until('lenses at line 9000', async () => titlesAt(await lenses(uri), 9_000).length === 2);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '{"prompt": "one more"}\n'));
    const shifted = (await lenses(uri)).find(({ range }) => range.start.line === 9_001);
    assert.deepEqual(shifted?.command?.arguments?.[1], ['r9000']);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
