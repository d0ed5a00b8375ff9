import { strict as assert } from 'node:assert';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { PromptDocuments } from '../../src/host/editor/prompt-documents.ts';
import type { ActiveRun, PoqFolder, Runs } from '../../src/host/ports.ts';
import { scoreSamples } from '../../src/host/testing/score-run.ts';
import { TestTree, type TestTreeDeps } from '../../src/host/testing/test-tree.ts';
import type { RunOutcome, RunScope } from '../../src/protocol/engine.ts';
import type { FoundPrompts, SampleDetail, SampleHead, SampleOutcome } from '../../src/protocol/reader.ts';

/** The Testing view's parts with the real editor's items, and stand-ins for what reads and runs. */

const uri = vscode.Uri.file(path.resolve('/poq-testing'));
const folder: PoqFolder = { name: 'one', uri, root: uri.fsPath };
const nothing = new vscode.EventEmitter<never>().event;

const head = (file: string, id: string, line: number, label = `label of ${id}`): SampleHead => ({
  id,
  task: null,
  label,
  reference: null,
  references: 0,
  source: { file, line },
});

let found: FoundPrompts;
let looked: number;
const controllers: vscode.TestController[] = [];

/** @param workspace the workspace folders; without any, the file is open alone */
function makeTree(workspace = [folder], open: object[] = []): { controller: vscode.TestController; tree: TestTree } {
  const controller = vscode.tests.createTestController(`poq-suite-${controllers.length}`, 'suite');
  controllers.push(controller);
  const deps = {
    folders: { all: () => workspace, of: () => folder, pathOf: () => null, onDidChange: nothing },
    configs: {
      of: async () => ({ file: null, config: { prompts: ['**'], env: [] }, problems: [] }),
      onDidChange: nothing,
    },
    reader: {
      findPrompts: async () => {
        looked++;
        return found;
      },
    },
    documents: { all: () => open, onDidChange: nothing, onDidClose: nothing } as unknown as PromptDocuments,
  } as unknown as TestTreeDeps;
  return { controller, tree: new TestTree(controller, deps) };
}

const children = (items: vscode.TestItemCollection) => [...items].map(([, item]) => item);

describe('the Testing view', () => {
  after(() => {
    for (const controller of controllers) controller.dispose();
  });
  beforeEach(() => {
    looked = 0;
    found = {
      files: [
        { path: 'a.jsonl', samples: [head('a.jsonl', 'a1', 1), head('a.jsonl', 'a2', 2)] },
        { path: 'sub/b.csv', samples: [head('sub/b.csv', 'b1', 2)] },
      ],
      diagnostics: [{ severity: 'error', file: 'sub/b.csv', line: 3, message: 'broken' }],
    };
  });

  describe('tree', () => {
    it('finds files when a folder is opened and samples when a file is, once', async () => {
      const { controller } = makeTree();
      await controller.resolveHandler!(undefined);
      const [top] = children(controller.items);
      assert.equal(top!.label, 'one');
      assert.equal(looked, 0);
      await controller.resolveHandler!(top);
      await controller.resolveHandler!(top);
      assert.equal(looked, 1);
      const [a, b] = children(top!.children);
      assert.deepEqual([a!.label, b!.label, a!.children.size], ['a.jsonl', 'sub/b.csv', 0]);
      assert.equal(b!.error, '3: broken');
      await controller.resolveHandler!(a);
      const [first, second] = children(a!.children);
      assert.equal(first!.label, 'label of a1');
      assert.equal(second!.range?.start.line, 1);
      assert.equal(second!.uri?.fsPath, path.join(folder.root, 'a.jsonl'));
    });

    it('keeps the items of what did not change', async () => {
      const { controller, tree } = makeTree();
      await controller.resolveHandler!(undefined);
      const [top] = children(controller.items);
      await controller.resolveHandler!(top);
      const a = top!.children.get('a.jsonl')!;
      await controller.resolveHandler!(a);
      const a2 = a.children.get('a2');
      found = {
        files: [{ path: 'a.jsonl', samples: [head('a.jsonl', 'a2', 1, 'other words'), head('a.jsonl', 'a3', 2)] }],
        diagnostics: [],
      };
      await tree.refresh();
      assert.equal(top!.children.get('a.jsonl'), a);
      assert.deepEqual(
        children(a.children)
          .map(({ id }) => id)
          .sort(),
        ['a2', 'a3'],
      );
      assert.equal(a.children.get('a2'), a2);
      assert.deepEqual([a2!.label, a2!.range?.start.line], ['other words', 0]);
      assert.equal(top!.children.get('sub/b.csv'), undefined);
    });

    it('lets the editor work between the items of 10,000 samples', async () => {
      const samples = Array.from({ length: 10_000 }, (_, i) => head('many.jsonl', `s${i}`, i + 1));
      found = { files: [{ path: 'many.jsonl', samples }], diagnostics: [] };
      const { controller } = makeTree();
      await controller.resolveHandler!(undefined);
      const [top] = children(controller.items);
      await controller.resolveHandler!(top);
      let turns = 0;
      let filling = true;
      const turn = () => {
        turns++;
        if (filling) setImmediate(turn);
      };
      setImmediate(turn);
      const file = top!.children.get('many.jsonl')!;
      await controller.resolveHandler!(file);
      filling = false;
      assert.equal(file.children.size, 10_000);
      assert.ok(turns >= 20, `${turns} turns`);
    });

    it('searches no folder for the sake of one file that is open in it', async () => {
      const samples = [head('a.jsonl', 'a1', 1)];
      const { controller, tree } = makeTree([], [{ folder, path: 'a.jsonl', contents: { samples } }]);
      await controller.resolveHandler!(undefined);
      const [chosen] = await tree.choose(new vscode.TestRunRequest());
      assert.deepEqual([looked, chosen!.scope, [...chosen!.items.keys()]], [0, { files: ['a.jsonl'] }, ['a1']]);
    });

    it('takes any id of a sample', async () => {
      const ids = ['null \0 here', '__proto__', '', '/', 'a\nb'];
      found = {
        files: [{ path: 'a.jsonl', samples: ids.map((id, i) => head('a.jsonl', id, i + 1)) }],
        diagnostics: [],
      };
      const { tree } = makeTree();
      const [chosen] = await tree.choose(new vscode.TestRunRequest());
      assert.deepEqual([...chosen!.items.keys()], ids);
    });

    it('chooses what a request names, with the items of its samples', async () => {
      const { controller, tree } = makeTree();
      const all = await tree.choose(new vscode.TestRunRequest());
      assert.deepEqual(
        all.map(({ scope, items }) => [scope, [...items.keys()]]),
        [[{}, ['a1', 'a2', 'b1']]],
      );
      const [top] = children(controller.items);
      const a = top!.children.get('a.jsonl')!;
      const one = await tree.choose(new vscode.TestRunRequest([a], [a.children.get('a1')!]));
      assert.deepEqual(
        one.map(({ scope }) => scope),
        [{ files: ['a.jsonl'], samples: ['a2'] }],
      );
      assert.deepEqual([...one[0]!.items.values()], [a.children.get('a2')]);
    });
  });

  describe('run', () => {
    const outcome = (id: string, pass: boolean | null, quality: number | null = 8): SampleOutcome => ({
      id,
      pass,
      minQuality: 5,
      models: [{ model: 'm', quality, latencyMs: 40, reward: null, error: null, failedChecks: [], pass }],
    });
    const detail = (id: string): SampleDetail => ({
      id,
      task: null,
      group: null,
      tags: [],
      messages: [],
      references: [{ text: 'right', cut: null }],
      unanswerable: false,
      source: { file: 'a.jsonl', line: 1 },
      outputs: [
        {
          model: 'm',
          repeat: 0,
          text: { text: 'wrong', cut: null },
          error: null,
          quality: 1,
          truthF1: null,
          reward: null,
          latencyMs: 40,
          ttftMs: null,
          inputTokens: null,
          outputTokens: null,
          device: null,
          reused: false,
          finish: null,
          scores: [],
          checks: [],
        },
      ],
    });

    /** Runs a1, a2 and b1; `settled` are known when the run is looked at for the first time. */
    async function run(settled: SampleOutcome[], end: RunOutcome | undefined) {
      const { tree } = makeTree();
      const [chosen] = await tree.choose(new vscode.TestRunRequest());
      const told: string[] = [];
      const messages: vscode.TestMessage[] = [];
      const note = (what: string) => (item: vscode.TestItem, given?: unknown, duration?: number) => {
        const ms = typeof given === 'number' ? given : duration;
        told.push(`${what} ${item.id}${ms === undefined ? '' : ` ${ms}`}`);
        if (Array.isArray(given)) messages.push(...(given as vscode.TestMessage[]));
      };
      const testRun = {
        enqueued: note('enqueued'),
        started: note('started'),
        passed: note('passed'),
        failed: note('failed'),
        errored: note('errored'),
        skipped: note('skipped'),
        appendOutput: (text: string) => told.push(text.trim()),
      } as unknown as vscode.TestRun;
      const changed = new vscode.EventEmitter<ActiveRun>();
      let asked: { scope: RunScope; notify?: boolean } | undefined;
      let looks = 0;
      const runs = {
        onDidChange: changed.event,
        start: async (_folder: PoqFolder, scope: RunScope, options: { notify?: boolean }) => {
          asked = { scope, notify: options.notify };
          if (end === undefined) return end;
          const path = '/runs/1';
          changed.fire({ folder, scope: {}, run: { folder, id: 'other', path: '/runs/other' } } as ActiveRun);
          changed.fire({ folder, scope, run: { folder, id: '1', path } } as ActiveRun);
          while (looks === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          return { ...end, path };
        },
      } as unknown as Runs;
      const reader = {
        settled: async (order: { path: string; from: number }) => {
          assert.equal(order.path, '/runs/1');
          looks++;
          return { next: settled.length, samples: settled.slice(order.from) };
        },
        samples: async ({ samples }: { samples: string[] }) => samples.map(detail),
      };
      await scoreSamples({ runs, reader }, chosen!, testRun, new AbortController().signal);
      assert.deepEqual(asked, { scope: {}, notify: false });
      return { told, messages, items: chosen!.items };
    }
    const done: RunOutcome = { state: 'done', path: null, problems: [] };
    const starts = ['a1', 'a2', 'b1'].flatMap((id) => [`enqueued ${id}`]);
    const began = ['a1', 'a2', 'b1'].map((id) => `started ${id}`);

    it('tells of each sample what became of it, with the difference', async () => {
      const { told, messages, items } = await run(
        [outcome('b1', true), outcome('a1', false, 1), outcome('a2', null, null)],
        done,
      );
      assert.deepEqual(told, [...starts, ...began, 'passed b1 40', 'failed a1 40', 'skipped a2']);
      const [message] = messages;
      assert.equal(messages.length, 1);
      assert.match(String(message!.message), /m: quality 1\.0 is below 5/);
      assert.deepEqual([message!.expectedOutput, message!.actualOutput], ['right', 'wrong']);
      assert.equal(message!.location?.uri.fsPath, items.get('a1')!.uri!.fsPath);
    });

    it('skips what a cancelled run did not get to', async () => {
      const { told } = await run([outcome('a1', true)], { ...done, state: 'cancelled' });
      assert.deepEqual(told.slice(6), ['passed a1 40', 'skipped a2', 'skipped b1']);
    });

    it('gives the reason where the run could not go on', async () => {
      const problems = [{ message: 'the disk is full' }];
      const { told, messages } = await run([outcome('a1', true)], { ...done, state: 'stopped', problems });
      assert.deepEqual(told.slice(6), ['passed a1 40', 'the disk is full', 'errored a2', 'errored b1']);
      assert.deepEqual(
        messages.map(({ message }) => message),
        ['the disk is full', 'the disk is full'],
      );
    });

    it('skips everything where nothing was run', async () => {
      const { told } = await run([], undefined);
      assert.deepEqual(told, [...starts, 'skipped a1', 'skipped a2', 'skipped b1']);
    });
  });
});
