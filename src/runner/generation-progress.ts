import { StoppingCriteria } from '@huggingface/transformers';
import type { PromptOrder } from '../protocol/runner.ts';

/** A prompt of a batch. */
export interface Row {
  /** Its place among the prompts of the call. */
  index: number;
  prompt: PromptOrder;
  maxTokens: number;
}

/** Streamed text is sent at most this often. */
const STREAM_EVERY_MS = 40;

/**
 * Watches a batch being generated: called after every step, it decides which rows are complete (a row that ended stays
 * ended, whatever the batch goes on to append to it), takes the times and streams the text.
 */
export class Progress extends StoppingCriteria {
  /** When the first and the last token were there (performance.now). */
  firstAt = 0;
  lastAt = 0;
  private readonly tokens: bigint[][];
  private readonly ended: ('stop' | 'length' | null)[];
  private sent = '';
  private sentAt = 0;

  constructor(
    private readonly rows: Row[],
    private readonly endTokens: Set<bigint>,
    private readonly decode: (tokens: bigint[]) => string,
    private readonly onText: ((delta: string) => void) | null,
    private readonly signal: AbortSignal,
  ) {
    super();
    this.tokens = rows.map(() => []);
    this.ended = rows.map(() => null);
  }

  override _call(sequences: (bigint | number)[][]): boolean[] {
    this.lastAt = performance.now();
    this.firstAt ||= this.lastAt;
    this.rows.forEach((row, i) => {
      if (this.ended[i]) return;
      const token = BigInt(sequences[i]!.at(-1)!);
      const tokens = this.tokens[i]!;
      tokens.push(token);
      if (this.endTokens.has(token) || this.reachedStop(row, tokens)) this.ended[i] = 'stop';
      else if (tokens.length >= row.maxTokens) this.ended[i] = 'length';
    });
    if (this.onText && this.lastAt - this.sentAt >= STREAM_EVERY_MS) this.stream(this.lastAt);
    return this.ended.map((ended) => ended !== null || this.signal.aborted);
  }

  /** The text of a row, without what comes after its end, and how it ended. Streams what is left of it. */
  finish(row: Row, i: number): { text: string; finish: 'stop' | 'length'; outputTokens: number } {
    const tokens = this.tokens[i]!;
    const text = cutAtStop(this.decode(this.withoutEnd(tokens)), row.prompt.stop ?? []);
    if (this.onText && text.startsWith(this.sent) && text.length > this.sent.length) {
      this.onText(text.slice(this.sent.length));
    }
    return { text, finish: this.ended[i] ?? 'length', outputTokens: tokens.length };
  }

  private withoutEnd(tokens: bigint[]): bigint[] {
    const last = tokens.at(-1);
    return last !== undefined && this.endTokens.has(last) ? tokens.slice(0, -1) : tokens;
  }

  /** Looks at the last tokens only: enough to hold the longest stop string and the token it began in. */
  private reachedStop(row: Row, tokens: bigint[]): boolean {
    const stop = row.prompt.stop ?? [];
    if (stop.length === 0) return false;
    const longest = Math.max(...stop.map((s) => Buffer.byteLength(s)));
    const tail = this.decode(tokens.slice(-(longest + 8)));
    return stop.some((s) => tail.includes(s));
  }

  private stream(now: number): void {
    const stop = this.rows[0]!.prompt.stop ?? [];
    let text = cutAtStop(this.decode(this.withoutEnd(this.tokens[0]!)), stop);
    // Kept back: half a character, half a stop string, and a space that the next token may swallow.
    if (this.ended[0] === null) {
      const held = Math.max(0, ...stop.map((s) => s.length - 1));
      text = text.replace(/\uFFFD+$/, '');
      text = text.slice(0, text.length - held).trimEnd();
    }
    if (!text.startsWith(this.sent) || text.length === this.sent.length) return;
    this.onText!(text.slice(this.sent.length));
    this.sent = text;
    this.sentAt = now;
  }
}

/** The text before the first of the stop strings in it. */
function cutAtStop(text: string, stop: string[]): string {
  const found = stop.map((s) => text.indexOf(s)).filter((at) => at >= 0);
  return found.length > 0 ? text.slice(0, Math.min(...found)) : text;
}
