import { createParser, type EventSourceParser } from 'eventsource-parser';

/** What an endpoint has answered so far. Times are those at which the bytes came in. */
export interface Answer {
  text: string;
  /** First token of any kind, reasoning included; null for an answer that is not streamed. */
  firstTokenAt: number | null;
  /** When the text was known to be complete. */
  completeAt: number | null;
  finish: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  cachedTokens: number | null;
  /** Milliseconds that the server says it worked, where it says so (llama.cpp's `timings`). */
  serverMs: number | null;
  /** Pieces that brought text or reasoning, and their length in UTF-8 bytes. */
  pieces: number;
  bytes: number;
}

/** A body that cannot be a chat completion, or that says itself what went wrong. */
export class AnswerError extends Error {
  constructor(
    readonly kind: 'html' | 'not-a-completion' | 'reported',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads the body of a chat completion as it comes in: server-sent events, or the one JSON object of an endpoint that
 * ignores `stream`. Which it is, the first character tells: content types are often wrong.
 */
export class AnswerReader {
  readonly answer: Answer = {
    text: '',
    firstTokenAt: null,
    completeAt: null,
    finish: null,
    inputTokens: null,
    outputTokens: null,
    cachedTokens: null,
    serverMs: null,
    pieces: 0,
    bytes: 0,
  };
  /** True from `data: [DONE]` on: nothing of interest follows. */
  done = false;

  private readonly decoder = new TextDecoder();
  private readonly sse: EventSourceParser;
  private form: 'unknown' | 'json' | 'sse' = 'unknown';
  private events = 0;
  private now = 0;
  private json = '';

  constructor(private readonly onText: (delta: string) => void) {
    this.sse = createParser({ onEvent: (event) => this.readEvent(event.data) });
  }

  /** Takes bytes that came in at `at`. @throws AnswerError */
  push(chunk: Uint8Array, at: number): void {
    this.now = at;
    this.feed(this.decoder.decode(chunk, { stream: true }));
  }

  /** The body has ended. @throws AnswerError where what came is no complete answer */
  end(at: number): void {
    this.now = at;
    this.feed(this.decoder.decode());
    if (this.form === 'sse') {
      // The last event of a stream that ends without its blank line.
      this.sse.feed('\n\n');
      if (this.events === 0) throw new AnswerError('not-a-completion', 'the answer holds no completion');
      if (this.answer.completeAt === null) throw new Error('the stream ended without finish_reason or [DONE]');
      return;
    }
    if (this.json === '') throw new AnswerError('not-a-completion', 'the answer is empty');
    this.readJson();
  }

  private feed(text: string): void {
    if (text === '') return;
    if (this.form === 'unknown') {
      const start = text.trimStart();
      if (start === '') return;
      if (start[0] === '<') throw new AnswerError('html', 'the answer is a web page');
      this.form = start[0] === '{' ? 'json' : 'sse';
    }
    if (this.form === 'json') this.json += text;
    else this.sse.feed(text);
  }

  private readEvent(data: string): void {
    if (this.done) return;
    if (data.trim() === '[DONE]') {
      this.done = true;
      this.answer.completeAt ??= this.now;
      if (this.events === 0) throw new AnswerError('not-a-completion', 'the stream holds no completion');
      return;
    }
    const chunk = parseObject(data);
    if (chunk === null) throw new AnswerError('not-a-completion', `an event of the stream is not JSON: ${data}`);
    const reported = reportedError(chunk);
    if (reported !== null) throw new AnswerError('reported', reported);
    this.readUsage(chunk.usage);
    this.readTimings(chunk.timings);
    const choice = firstChoice(chunk);
    if (choice === null) {
      if (Array.isArray(chunk.choices)) this.events++;
      return;
    }
    this.events++;
    const message = object(choice.delta) ?? object(choice.message) ?? {};
    const text = textOf(message.content);
    this.count(text);
    this.count(textOf(message.reasoning_content) || textOf(message.reasoning));
    if (text !== '') {
      this.answer.text += text;
      this.onText(text);
    }
    if (typeof choice.finish_reason === 'string') {
      this.answer.finish = choice.finish_reason;
      this.answer.completeAt = this.now;
    }
  }

  private count(piece: string): void {
    if (piece === '') return;
    this.answer.firstTokenAt ??= this.now;
    this.answer.pieces++;
    this.answer.bytes += Buffer.byteLength(piece);
  }

  private readJson(): void {
    const whole = parseObject(this.json);
    if (whole === null) throw new AnswerError('not-a-completion', `the answer is not JSON: ${this.json}`);
    const reported = reportedError(whole);
    if (reported !== null) throw new AnswerError('reported', reported);
    const choice = firstChoice(whole);
    const message = choice && object(choice.message);
    if (!choice || !message) throw new AnswerError('not-a-completion', 'the answer has no choices[0].message');
    this.readUsage(whole.usage);
    this.readTimings(whole.timings);
    this.answer.text = textOf(message.content);
    this.count(this.answer.text);
    this.count(textOf(message.reasoning_content) || textOf(message.reasoning));
    this.answer.firstTokenAt = null;
    this.answer.completeAt = this.now;
    if (typeof choice.finish_reason === 'string') this.answer.finish = choice.finish_reason;
    if (this.answer.text !== '') this.onText(this.answer.text);
  }

  private readUsage(value: unknown): void {
    const usage = object(value);
    if (usage === null) return;
    this.answer.inputTokens = tokens(usage.prompt_tokens) ?? this.answer.inputTokens;
    this.answer.outputTokens = tokens(usage.completion_tokens) ?? this.answer.outputTokens;
    this.answer.cachedTokens = tokens(object(usage.prompt_tokens_details)?.cached_tokens) ?? this.answer.cachedTokens;
  }

  private readTimings(value: unknown): void {
    const timings = object(value);
    const prompt = milliseconds(timings?.prompt_ms);
    const predicted = milliseconds(timings?.predicted_ms);
    if (prompt !== null && predicted !== null) this.answer.serverMs = prompt + predicted;
  }
}

type Json = Record<string, unknown>;

const milliseconds = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;

const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

const tokens = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

const firstChoice = (chunk: Json): Json | null => (Array.isArray(chunk.choices) ? object(chunk.choices[0]) : null);

/** Parses a JSON object; null for anything else. */
export function parseObject(text: string): Json | null {
  try {
    return object(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The message of an error body as OpenAI, Ollama, FastAPI and others write it; null when there is none. */
export function reportedError(body: Json): string | null {
  if (body.error !== undefined && body.error !== null) {
    const message = object(body.error)?.message ?? body.error;
    return typeof message === 'string' ? message : JSON.stringify(message);
  }
  if (body.choices !== undefined) return null;
  const other = body.detail ?? body.message;
  if (other === undefined || other === null) return null;
  return typeof other === 'string' ? other : JSON.stringify(other);
}

/** `content` is a string, null, or a list of parts of which the text ones count. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => object(part)?.text)
    .filter((text) => typeof text === 'string')
    .join('');
}
