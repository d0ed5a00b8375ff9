import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { createEditorModels } from '../../src/host/language-models/editor-models.ts';
import type { EditorModelRequest } from '../../src/protocol/engine.ts';

/** What the test's provider tells of what it was asked. */
interface Seen {
  requests: { model: string; messages: { role: number; text: string }[]; options: Record<string, unknown> }[];
  cancelled: number;
}

describe('language models of the editor', () => {
  const models = createEditorModels();
  let seen: Seen;
  before(async () => {
    const extension = vscode.extensions.getExtension<Seen>('poq-test.lm-provider');
    assert.ok(extension, 'the extension with the models of the test is not there');
    seen = await extension.activate();
  });

  const request = (more: Partial<EditorModelRequest>): EditorModelRequest => ({
    job: 'job',
    model: 'echo',
    messages: [{ role: 'user', content: 'Capital of France?' }],
    maxTokens: 12,
    temperature: 0.5,
    ...more,
  });

  it('are offered for the config', async () => {
    const list = await models.list();
    const mine = list.filter(({ entry }) => entry.id === 'echo');
    assert.deepEqual(
      mine.map(({ entry, label }) => ({ entry, label })),
      [{ entry: { id: 'echo', provider: 'vscode-lm', model: 'echo' }, label: 'Test echo' }],
    );
    assert.match(mine[0]!.detail, /poq-test.*test-echo.*1000/);
  });

  it('are found by id, family and name, and what is not there is said', async () => {
    for (const name of ['echo', 'poq-test/echo', 'test-echo', 'Test echo', 'test echo'])
      assert.equal(await models.findEditorModel(name), 'Test echo (poq-test)', name);
    await assert.rejects(models.findEditorModel('gpt-none'), /no language model "gpt-none".*echo.*slow/);
  });

  it('answer, with times and counts', async () => {
    const answer = await models.askEditorModel(
      request({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Capital of France?' },
        ],
      }),
    );
    assert.equal(answer.text, 'You said: Capital of France?');
    const { ttftMs, latencyMs } = answer;
    // Two words of 100 ms each, then the rest at once.
    assert.ok(ttftMs !== null && ttftMs >= 95, `first text after ${ttftMs} ms`);
    assert.ok(latencyMs > ttftMs, `all after ${latencyMs} ms, the first text after ${ttftMs} ms`);
    assert.deepEqual([answer.inputTokens, answer.outputTokens], [5, 5]);
    const { User } = vscode.LanguageModelChatMessageRole;
    assert.deepEqual(seen.requests.at(-1), {
      model: 'echo',
      messages: [
        { role: User, text: 'Be brief.' },
        { role: User, text: 'Capital of France?' },
      ],
      options: { max_tokens: 12, temperature: 0.5 },
    });
  });

  it('stop when they are told to', async () => {
    const answer = models.askEditorModel(request({ job: 'endless', model: 'slow' }));
    const failed = assert.rejects(answer, /cancelled/);
    const others = seen.requests.length;
    while (seen.requests.length === others) await new Promise((resolve) => setTimeout(resolve, 20));
    models.abortEditorModel('endless');
    await failed;
    // The provider hears of it too, and does not go on for nothing.
    for (let i = 0; seen.cancelled === 0 && i < 100; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(seen.cancelled, 1);
  });

  it('say why there is no answer', async () => {
    await assert.rejects(models.askEditorModel(request({ model: 'broken' })), /Test broken.*the test has no quota/);
    await assert.rejects(models.askEditorModel(request({ model: 'gone' })), /no language model "gone"/);
  });

  it('take part in a run like any other', async () => {
    await vscode.commands.executeCommand('poq.runWorkspace');
    const runs = path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, '.poq', 'runs');
    const [run, ...others] = readdirSync(runs).filter((name) => !name.startsWith('.'));
    assert.ok(run && others.length === 0, 'one run is there');
    const text = readFileSync(path.join(runs, run, 'generations.jsonl'), 'utf8').trim();
    const rows = text.split('\n').map((line): Record<string, unknown> => JSON.parse(line));
    const rowOf = (model: string, sample: string) =>
      rows.find((row) => row.model === model && row.sample === sample) ?? assert.fail(`no row of ${model}, ${sample}`);
    for (const model of ['echo', 'family']) {
      const { text: answer, latencyMs, ttftMs, inputTokens, outputTokens } = rowOf(model, 's0');
      assert.deepEqual([answer, inputTokens, outputTokens], ['You said: one two', 2, 4]);
      assert.ok(Number(ttftMs) >= 95 && Number(latencyMs) > Number(ttftMs), `${ttftMs}, ${latencyMs}`);
    }
    assert.match(String(rowOf('broken', 's1').error), /the test has no quota/);
  });
});
