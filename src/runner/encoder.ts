import { AutoModel, type PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import { LENGTH_FILE, POOLING_FILE } from '../node/hub-models.ts';
import type { EmbedResult, LoadOrder, Pooling } from '../protocol/runner.ts';
import { type Attempt, describeAttempt } from './devices.ts';
import { loadOptions, loadTokenizer, modelName, warmUpTexts } from './environment.ts';
import { pool } from './pooling.ts';
import { readModelJson } from './side-files.ts';
import { encodeText } from './tokens.ts';

type Forward = (inputs: Record<string, Tensor>) => Promise<Record<string, Tensor>>;

/** One local sentence encoder. */
export class Encoder {
  readonly notes: string[] = [];

  private constructor(
    private readonly forward: Forward,
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly pooling: Pooling,
    private readonly maxTokens: number,
  ) {}

  /** Loads and warms up; rejects where the device, the files or the first step fail. */
  static async load(order: LoadOrder, attempt: Attempt, tell: (message: string) => void): Promise<Encoder> {
    const name = modelName(order);
    const options = loadOptions(order, attempt.device, attempt.dtype, tell);
    const tokenizer = await loadTokenizer(name, options);
    const pooling = poolingOf(await readModelJson(order, POOLING_FILE));
    const limit = (await readModelJson(order, LENGTH_FILE))?.max_seq_length;
    tell(`loading ${describeAttempt(attempt)}`);
    const model = await AutoModel.from_pretrained(name, options);
    const { max_position_embeddings: positions } = model.config as { max_position_embeddings?: number };
    // RoBERTa counts its positions from 2 on, which its tokenizer knows and its config does not.
    const known = [limit, tokenizer.model_max_length < 1e6 ? tokenizer.model_max_length : positions];
    const maxTokens = Math.min(...known.filter((n): n is number => typeof n === 'number' && n > 0));
    const encoder = new Encoder(model as unknown as Forward, tokenizer, pooling, maxTokens);
    await encoder.embed(warmUpTexts(order.batchSize), order.batchSize, new AbortController().signal);
    return encoder;
  }

  /**
   * The pooled vectors of texts; what exceeds the model's length is cut off. Texts of similar length go through the
   * model together, which changes no vector in fp32.
   */
  async embed(texts: string[], batchSize: number, signal: AbortSignal): Promise<EmbedResult> {
    const start = performance.now();
    const byLength = texts.map((_, i) => i).sort((a, b) => texts[a]!.length - texts[b]!.length || a - b);
    const rows: Float32Array[] = new Array(texts.length);
    for (let at = 0; at < byLength.length; at += batchSize) {
      signal.throwIfAborted();
      const batch = byLength.slice(at, at + batchSize);
      const vectors = await this.encode(batch.map((i) => texts[i]!));
      batch.forEach((i, k) => {
        rows[i] = vectors[k]!;
      });
    }
    const dimension = Math.max(0, ...rows.map((row) => row.length));
    const vectors = new Float32Array(texts.length * dimension);
    rows.forEach((row, i) => {
      vectors.set(row, i * dimension);
    });
    return { vectors, dimension, latencyMs: performance.now() - start };
  }

  private async encode(texts: string[]): Promise<Float32Array[]> {
    const ids = texts.map((text) => this.tokenize(text));
    const width = Math.max(...ids.map((row) => row.length));
    if (width === 0) return texts.map(() => new Float32Array(0)); // no special tokens and no text: the zero vector
    const padding = this.tokenizer.pad_token_id ?? 0;
    const mask = tensor(
      ids.map((row) => row.map(() => 1)),
      width,
      0,
    );
    const inputs = { input_ids: tensor(ids, width, padding), attention_mask: mask };
    const outputs = await this.forward(inputs);
    const sentence = outputs.sentence_embedding;
    if (sentence) return pool(sentence.to('float32').data as Float32Array, sentence.dims, null, 'mean');
    const states = outputs.last_hidden_state ?? outputs.token_embeddings ?? statesOf(outputs);
    if (!states) throw new Error(`the model gives no token vectors, only ${Object.keys(outputs).join(', ')}`);
    return pool(states.to('float32').data as Float32Array, states.dims, mask.data as BigInt64Array, this.pooling);
  }

  /** A text's tokens, cut to the model's length before its end mark. */
  private tokenize(text: string): number[] {
    const ids = encodeText(this.tokenizer, text, true);
    if (ids.length <= this.maxTokens) return ids;
    const end = ids.at(-1)!;
    if (!this.tokenizer.all_special_ids.includes(end)) return ids.slice(0, this.maxTokens);
    return [...ids.slice(0, this.maxTokens - 1), end];
  }
}

/** [rows, width], padded on the right. */
function tensor(rows: number[][], width: number, padding: number): Tensor {
  const values = rows.flatMap((row) => [...row, ...new Array(width - row.length).fill(padding)]);
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [rows.length, width]);
}

function statesOf(outputs: Record<string, Tensor>): Tensor | undefined {
  return Object.values(outputs).find((tensor) => tensor.dims.length === 3);
}

/** How the model says that its token vectors become one (sentence-transformers' 1_Pooling); the mean if it does not. */
function poolingOf(config: Record<string, unknown> | null): Pooling {
  if (config?.pooling_mode_cls_token === true) return 'cls';
  if (config?.pooling_mode_lasttoken === true) return 'last';
  return 'mean';
}
