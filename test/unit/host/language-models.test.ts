import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EditorModelRequest } from '../../../src/protocol/engine.ts';

class LanguageModelError extends Error {
  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
class CancellationError extends Error {}
class CancellationTokenSource {
  listeners: (() => void)[] = [];
  token = {
    isCancellationRequested: false,
    onCancellationRequested: (listener: () => void) => this.listeners.push(listener),
  };
  cancel() {
    this.token.isCancellationRequested = true;
    for (const listener of this.listeners) listener();
  }
  dispose() {}
}
const offered: unknown[] = [];

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, n) => String(args[n])) },
  lm: { selectChatModels: async () => offered },
  LanguageModelChatMessage: {
    User: (content: string) => ({ role: 'user', content }),
    Assistant: (content: string) => ({ role: 'assistant', content }),
  },
  LanguageModelError,
  CancellationError,
  CancellationTokenSource,
}));
const { createEditorModels } = await import('../../../src/host/language-models/editor-models.ts');
const { selectModel } = await import('../../../src/host/language-models/select.ts');

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Answering {
  parts?: string[];
  /** Before the request is taken: the user is being asked. */
  askMs?: number;
  error?: Error;
  count?: (text: unknown) => number;
  endless?: boolean;
}

function model(names: Partial<Record<'id' | 'vendor' | 'family' | 'name', string>>, answering: Answering = {}) {
  const { parts = ['Par', '', 'is'], askMs = 0, error, count = () => 3, endless } = answering;
  const sent: { messages: unknown[]; options: Record<string, unknown> }[] = [];
  return {
    id: 'm1',
    vendor: 'v',
    family: 'fam',
    name: 'Model One',
    maxInputTokens: 100,
    ...names,
    sent,
    sendRequest: async (
      messages: unknown[],
      options: Record<string, unknown>,
      token: CancellationTokenSource['token'],
    ) => {
      sent.push({ messages, options });
      if (askMs) await wait(askMs);
      if (error) throw error;
      const stopped = new Promise<void>((resolve) => token.onCancellationRequested(() => resolve()));
      return {
        text: (async function* () {
          if (endless) await stopped;
          for (const part of parts) {
            await wait(20);
            yield part;
          }
        })(),
      };
    },
    countTokens: async (text: unknown) => count(text),
  };
}

const request = (more: Partial<EditorModelRequest> = {}): EditorModelRequest => ({
  job: 'j',
  model: 'm1',
  messages: [{ role: 'user', content: 'Capital of France?' }],
  maxTokens: 7,
  temperature: 0,
  ...more,
});

beforeEach(() => void offered.splice(0));

describe('which model is meant', () => {
  const models = [
    { id: 'a', vendor: 'x', family: 'b', name: 'Big' },
    { id: 'b', vendor: 'x', family: 'c', name: 'a' },
    { id: 'b', vendor: 'y', family: 'c', name: 'Other' },
  ];
  it('is told by id first, then family, then name', () => {
    expect(selectModel(models, 'a')).toBe(models[0]);
    expect(selectModel(models, 'b')).toBe(models[1]);
    expect(selectModel(models, 'y/b')).toBe(models[2]);
    expect(selectModel(models, 'c')).toBe(models[1]);
    expect(selectModel(models, 'big')).toBe(models[0]);
    expect(selectModel(models, 'none')).toBe(undefined);
  });

  it('is offered under a name that means it alone', async () => {
    offered.push(...models.map((names) => model(names)));
    const list = await createEditorModels().list();
    expect(list.map(({ entry }) => entry)).toEqual([
      { id: 'a', provider: 'vscode-lm', model: 'a' },
      { id: 'b', provider: 'vscode-lm', model: 'x/b' },
      { id: 'b', provider: 'vscode-lm', model: 'y/b' },
    ]);
    for (const [i, { entry }] of list.entries())
      expect(selectModel(models, (entry as { model: string }).model)).toBe(models[i]);
  });

  it('is said when there is none', async () => {
    const models = createEditorModels();
    await expect(models.findEditorModel('x')).rejects.toThrow('The editor offers no language models');
    offered.push(model({}), model({ id: 'm2' }));
    await expect(models.findEditorModel('x')).rejects.toThrow('no language model "x". It offers: m1, m2.');
    expect(await models.findEditorModel('fam')).toBe('Model One (v)');
  });
});

describe('asking', () => {
  it('sends the messages, instructions of the system first, and the limits', async () => {
    const one = model({});
    offered.push(one);
    const answer = await createEditorModels().askEditorModel(
      request({
        messages: [
          { role: 'user', content: 'u1' },
          { role: 'system', content: 's1' },
          { role: 'assistant', content: 'a1' },
          { role: 'system', content: 's2' },
          { role: 'user', content: 'u2' },
        ],
      }),
    );
    expect(answer).toMatchObject({ text: 'Paris', inputTokens: 12, outputTokens: 3 });
    expect(one.sent[0]!.messages).toEqual([
      { role: 'user', content: 's1\n\ns2' },
      { role: 'user', content: 'u1' },
      { role: 'assistant', content: 'a1' },
      { role: 'user', content: 'u2' },
    ]);
    expect(one.sent[0]!.options).toMatchObject({ modelOptions: { max_tokens: 7, temperature: 0 } });
    expect(one.sent[0]!.options.justification).toMatch(/PoQ Lab/);
  });

  it('takes the time to the first text and to the end, and none that the user took to agree', async () => {
    offered.push(model({}, { askMs: 300 }));
    const access = { canSendRequest: () => undefined as boolean | undefined, onDidChange: (() => {}) as never };
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    try {
      const asked = createEditorModels(access).askEditorModel(request());
      await vi.runAllTimersAsync();
      expect(await asked).toMatchObject({ ttftMs: 20, latencyMs: 60 });
      access.canSendRequest = () => true;
      const agreed = createEditorModels(access).askEditorModel(request());
      await vi.runAllTimersAsync();
      expect(await agreed).toMatchObject({ ttftMs: 320, latencyMs: 360 });
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves unknown what cannot be counted', async () => {
    const no = () => {
      throw new Error('no tokeniser');
    };
    offered.push(model({}, { count: () => 0 }), model({ id: 'm2' }, { count: no }), model({ id: 'm3' }, { parts: [] }));
    const models = createEditorModels();
    expect(await models.askEditorModel(request())).toMatchObject({ inputTokens: null, outputTokens: null });
    expect(await models.askEditorModel(request({ model: 'm2' }))).toMatchObject({
      inputTokens: null,
      outputTokens: null,
    });
    expect(await models.askEditorModel(request({ model: 'm3' }))).toMatchObject({
      text: '',
      ttftMs: null,
      inputTokens: 3,
      outputTokens: 0,
    });
  });

  it('ends when it is aborted, that request alone', async () => {
    offered.push(model({}, { endless: true }), model({ id: 'm2' }));
    const models = createEditorModels();
    const stopped = models.askEditorModel(request({ job: 'a' }));
    const other = models.askEditorModel(request({ job: 'b', model: 'm2' }));
    const check = expect(stopped).rejects.toThrow('cancelled');
    await wait(5);
    models.abortEditorModel('a');
    models.abortEditorModel('never asked');
    await check;
    expect((await other).text).toBe('Paris');
  });

  it('says why there is no answer', async () => {
    const of = async (error: Error) => {
      offered.splice(0, 1, model({}, { error }));
      const failed = await createEditorModels()
        .askEditorModel(request())
        .then(
          () => '',
          (e: Error) => e.message,
        );
      return failed;
    };
    expect(await of(new LanguageModelError('denied', 'NoPermissions'))).toMatch(
      /does not let PoQ Lab use Model One.*denied/,
    );
    expect(await of(new LanguageModelError('quota', 'Blocked'))).toMatch(/refused the request.*quota/);
    expect(await of(new LanguageModelError('gone', 'NotFound'))).toMatch(/does not offer Model One any more/);
    const cause = new Error('socket closed');
    expect(await of(new LanguageModelError('Unknown', 'Unknown', { cause }))).toBe(
      'Model One did not answer: socket closed',
    );
    expect(await of(new Error('odd'))).toBe('Model One did not answer: odd');
    expect(await of(new CancellationError())).toBe('cancelled');
  });
});
