import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AutoModelForCausalLM, type PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import type { ChatMessage } from '../core/types.ts';
import type { GenerateResult, LoadOrder, PromptOrder } from '../protocol/runner.ts';
import { type Attempt, describeAttempt } from './devices.ts';
import { loadOptions, loadTokenizer, modelName, warmUpTexts } from './environment.ts';
import { Progress, type Row } from './generation-progress.ts';
import { describeRunError } from './messages.ts';
import { SeededSampling } from './seeded-sampling.ts';
import { encodeText } from './tokens.ts';

/** The parts of transformers.js' models that its types leave open. */
interface CausalLm {
  config: Record<string, unknown>;
  generation_config: Record<string, unknown> | null;
  generate(options: Record<string, unknown>): Promise<unknown>;
}

/** A prompt as tokens. */
interface Encoded extends Row {
  ids: number[];
  /** Time that template and tokenisation took. */
  encodeMs: number;
}

/** One local language model. */
export class TextGenerator {
  readonly notes: string[] = [];
  private readonly context: number;
  private readonly endTokens: Set<bigint>;

  private constructor(
    private readonly model: CausalLm,
    private readonly tokenizer: PreTrainedTokenizer,
  ) {
    this.context = contextLength(model.config, tokenizer);
    const end = model.generation_config?.eos_token_id ?? model.config.eos_token_id ?? tokenizer.eos_token_id ?? [];
    this.endTokens = new Set([end].flat().map((id) => BigInt(id as number)));
    if (!tokenizer.chat_template) {
      this.notes.push('It has no chat template: the messages are joined by line breaks, as for a base model.');
    }
  }

  /** Loads and warms up; rejects where the device, the files or the first step fail. */
  static async load(order: LoadOrder, attempt: Attempt, tell: (message: string) => void): Promise<TextGenerator> {
    const name = modelName(order);
    const options = loadOptions(order, attempt.device, attempt.dtype, tell);
    const tokenizer = await loadTokenizer(name, options);
    if (order.source.kind === 'folder') tokenizer.chat_template ??= readTemplate(order.source.path);
    tell(`loading ${describeAttempt(attempt)}`);
    const model = (await AutoModelForCausalLM.from_pretrained(name, options)) as unknown as CausalLm;
    const generator = new TextGenerator(model, tokenizer);
    const warmUp = warmUpTexts(order.batchSize).map((content) => ({
      messages: [{ role: 'user' as const, content }],
      maxTokens: 2,
      temperature: 0,
      seed: 0,
    }));
    const [result] = await generator.generate(warmUp, null, new AbortController().signal);
    if (result && 'error' in result) throw new Error(result.error);
    return generator;
  }

  /**
   * Answers prompts, several at a time where they fit together. A prompt that cannot be answered is a result with
   * `error`; the others are answered.
   *
   * @param onText gets the text as it grows; null for silence
   */
  async generate(
    prompts: PromptOrder[],
    onText: ((delta: string) => void) | null,
    signal: AbortSignal,
  ): Promise<GenerateResult[]> {
    const results: GenerateResult[] = new Array(prompts.length);
    const encoded: Encoded[] = [];
    prompts.forEach((prompt, index) => {
      const start = performance.now();
      try {
        const ids = this.encode(prompt.messages);
        encoded.push({ ...this.fit(prompt, ids.length), index, prompt, ids, encodeMs: performance.now() - start });
      } catch (error) {
        results[index] = { error: describeRunError(error), latencyMs: performance.now() - start };
      }
    });
    for (const batch of this.together(encoded)) {
      signal.throwIfAborted();
      const start = performance.now();
      try {
        for (const [row, result] of await this.run(batch, onText, signal)) results[row.index] = result;
      } catch (error) {
        signal.throwIfAborted();
        const failed = { error: describeRunError(error), latencyMs: performance.now() - start };
        for (const row of batch) results[row.index] = failed;
      }
    }
    return results;
  }

  private encode(messages: ChatMessage[]): number[] {
    if (!this.tokenizer.chat_template) {
      return encodeText(this.tokenizer, messages.map((m) => m.content).join('\n'), true);
    }
    let text: string;
    try {
      text = this.tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true }) as string;
    } catch (error) {
      throw new Error(`the model's chat template refused these messages: ${(error as Error).message}`);
    }
    // The template has written the special tokens already.
    return encodeText(this.tokenizer, text, false);
  }

  /** How many tokens this prompt may get: what was asked for, as far as the model's context reaches. */
  private fit(prompt: PromptOrder, length: number): { maxTokens: number } {
    if (length === 0) throw new Error('the prompt is empty');
    if (length >= this.context) {
      throw new Error(
        `the prompt has ${length} tokens, the model's context holds ${this.context} with the answer: shorten the prompt`,
      );
    }
    return { maxTokens: Math.min(prompt.maxTokens, this.context - length) };
  }

  /** Batches; a prompt so long that its batch would run out of its context while others go on is answered alone. */
  private together(rows: Encoded[]): Encoded[][] {
    const longest = Math.max(...rows.map((row) => row.maxTokens));
    const fitting = rows.filter((row) => row.ids.length + longest <= this.context);
    const alone = rows.filter((row) => !fitting.includes(row)).map((row) => [row]);
    return fitting.length > 0 ? [fitting, ...alone] : alone;
  }

  private async run(
    rows: Encoded[],
    onText: ((delta: string) => void) | null,
    signal: AbortSignal,
  ): Promise<[Row, GenerateResult][]> {
    const start = performance.now();
    const width = Math.max(...rows.map((row) => row.ids.length));
    // Padded with the row's own first token: the mask hides it from the model, and a repetition penalty sees nothing new.
    const ids = rows.flatMap((row) => [...new Array(width - row.ids.length).fill(row.ids[0]), ...row.ids]);
    const mask = rows.flatMap((row) => [...new Array(width - row.ids.length).fill(0), ...row.ids.map(() => 1)]);
    const tensor = (values: number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), [rows.length, width]);
    const decode = (tokens: bigint[]) => this.tokenizer.decode(tokens, { skip_special_tokens: true });
    const progress = new Progress(rows, this.endTokens, decode, rows.length === 1 ? onText : null, signal);
    const sampling = rows.some((row) => row.prompt.temperature > 0)
      ? [new SeededSampling(rows.map((row) => row.prompt))]
      : null;
    await this.model.generate({
      input_ids: tensor(ids),
      attention_mask: tensor(mask),
      max_new_tokens: Math.max(...rows.map((row) => row.maxTokens)),
      // Greedy over what the sampling leaves: one token.
      do_sample: false,
      num_beams: 1,
      logits_processor: sampling,
      stopping_criteria: progress,
    });
    signal.throwIfAborted();
    const texts = rows.map((row, i) => progress.finish(row, i));
    const encodeMs = rows.reduce((sum, row) => sum + row.encodeMs, 0);
    const latencyMs = encodeMs + performance.now() - start;
    const { firstAt, lastAt } = progress;
    return rows.map((row, i) => [
      row,
      {
        ...texts[i]!,
        latencyMs,
        ttftMs: encodeMs + firstAt - start,
        decodeMs: lastAt - firstAt,
        inputTokens: row.ids.length,
        batchSize: rows.length,
      },
    ]);
  }
}

/** The most tokens, prompt and answer together, that the model can take. */
function contextLength(config: Record<string, unknown>, tokenizer: PreTrainedTokenizer): number {
  const text = (config.text_config ?? {}) as Record<string, unknown>;
  const known = [
    config.max_position_embeddings,
    config.n_positions,
    config.n_ctx,
    text.max_position_embeddings,
    tokenizer.model_max_length,
  ];
  return (known.find((n) => typeof n === 'number' && n > 0) as number | undefined) ?? Number.POSITIVE_INFINITY;
}

/** Newer models keep the template in a file of its own, which transformers.js does not read. */
function readTemplate(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'chat_template.jinja'), 'utf8');
  } catch {
    return null;
  }
}
