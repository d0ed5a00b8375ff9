import { CancellationTokenSource, type LanguageModelAccessInformation, type LanguageModelChat, l10n, lm } from 'vscode';
import type { EditorModelAnswer, EditorModelRequest, EngineHostApi } from '../../protocol/engine.ts';
import type { CandidateModel } from '../../protocol/reader.ts';
import { answerError } from './errors.ts';
import { editorMessages } from './messages.ts';
import { configName, noSuchModel, selectModel } from './select.ts';

/** The editor's own language models (`vscode.lm`), which only the extension host can reach. */
export interface EditorModels extends Pick<EngineHostApi, 'findEditorModel' | 'askEditorModel' | 'abortEditorModel'> {
  /** What Choose Models offers; empty where the editor has none. */
  list(): Promise<CandidateModel[]>;
  /** Everything that a config may call one of them. */
  names(): Promise<string[]>;
  /** Ends every open request: nobody waits for the answers any more. */
  abortAll(): void;
}

/** @param access tells whether the user has agreed already to the use of a model */
export function createEditorModels(access?: LanguageModelAccessInformation): EditorModels {
  const requests = new Map<string, CancellationTokenSource>();

  const find = async (wanted: string): Promise<LanguageModelChat> => {
    const models = await lm.selectChatModels();
    const model = selectModel(models, wanted);
    if (!model) throw noSuchModel(models, wanted);
    return model;
  };

  return {
    list: async () => {
      const models = await lm.selectChatModels();
      return models.map((model) => ({
        entry: { id: model.id, provider: 'vscode-lm', model: configName(models, model) },
        label: model.name,
        detail: l10n.t(
          'language model of the editor, {0}, family {1}, up to {2} tokens',
          model.vendor,
          model.family,
          model.maxInputTokens,
        ),
      }));
    },
    findEditorModel: async (wanted) => {
      const { name, vendor } = await find(wanted);
      return `${name} (${vendor})`;
    },
    askEditorModel: async (request) => {
      const cancellation = new CancellationTokenSource();
      requests.set(request.job, cancellation);
      try {
        return await ask(await find(request.model), request, cancellation, access);
      } finally {
        requests.delete(request.job);
        cancellation.dispose();
      }
    },
    abortEditorModel: (job) => requests.get(job)?.cancel(),
    names: async () => {
      const models = await lm.selectChatModels();
      return models.flatMap(({ id, vendor, family, name }) => [id, `${vendor}/${id}`, family, name]);
    },
    abortAll: () => {
      for (const request of requests.values()) request.cancel();
    },
  };
}

/** Sends one request. Tokens are counted afterwards, outside the measured time. */
async function ask(
  model: LanguageModelChat,
  { messages, maxTokens, temperature }: EditorModelRequest,
  { token }: CancellationTokenSource,
  access: LanguageModelAccessInformation | undefined,
): Promise<EditorModelAnswer> {
  const given = editorMessages(messages);
  // The first request may make the editor ask the user, whose thinking is no latency.
  const agreed = access === undefined || access.canSendRequest(model) !== undefined;
  const options = {
    justification: l10n.t('PoQ Lab runs your prompt files on this model to measure its quality and latency.'),
    // Names that providers commonly take; the editor passes them on, and one that knows none ignores them.
    modelOptions: { max_tokens: maxTokens, temperature },
  };
  let text = '';
  let ttftMs: number | null = null;
  let latencyMs: number;
  try {
    const before = performance.now();
    const response = await model.sendRequest(given, options, token);
    const start = agreed ? before : performance.now();
    for await (const part of response.text) {
      if (part === '') continue;
      ttftMs ??= performance.now() - start;
      text += part;
    }
    latencyMs = performance.now() - start;
  } catch (error) {
    throw answerError(error, model.name);
  }
  // A provider that is told to stop may simply end its answer.
  if (token.isCancellationRequested) throw new Error(l10n.t('cancelled'));
  const counts = await Promise.all(given.map((message) => countTokens(model, message)));
  const inputTokens = counts.some((count) => count === null) ? null : counts.reduce<number>((sum, n) => sum + n!, 0);
  return { text, latencyMs, ttftMs, inputTokens, outputTokens: text === '' ? 0 : await countTokens(model, text) };
}

/** Null where the model cannot tell; the editor answers 0 for a provider that has no tokeniser. */
async function countTokens(
  model: LanguageModelChat,
  text: Parameters<LanguageModelChat['countTokens']>[0],
): Promise<number | null> {
  try {
    const count = await model.countTokens(text);
    return Number.isInteger(count) && count > 0 ? count : null;
  } catch {
    return null;
  }
}
