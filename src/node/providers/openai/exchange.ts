import type { Dispatcher } from 'undici';
import { type Answer, AnswerError, AnswerReader, parseObject, reportedError } from './answer.ts';
import { retryAfterMs } from './retry.ts';

/** Why a request brought no answer. `began`: some of the text had arrived. */
export type Failure =
  | { kind: 'network'; code: string; message: string; began: boolean }
  | { kind: 'status'; status: number; message: string; html: boolean; retryAfterMs: number | null }
  | { kind: 'redirect'; status: number; location: string }
  | { kind: 'timeout' }
  | { kind: 'too-large' }
  | { kind: 'html' }
  | { kind: 'body'; message: string };

export type ExchangeResult = {
  /** When the request was written to its connection; null when it never was. */
  sentAt: number | null;
  endAt: number;
} & ({ answer: Answer; failure?: undefined } | { failure: Failure; answer?: undefined });

export interface ExchangeOptions {
  timeoutMs: number;
  maxResponseBytes: number;
  now(): number;
  onText(delta: string): void;
}

/** A timer that is longer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const ERROR_BODY_BYTES = 64 * 1024;
/** How long a connection may take to end its answer after [DONE] before it is dropped rather than used again. */
const DRAIN_MS = 1000;

type Arrival = { chunk: Buffer; at: number } | { end: true; at: number } | { error: Error; at: number };

/**
 * One HTTP request and its answer.
 *
 * Timestamps are taken in the socket's own callbacks; parsing waits until every socket that is ready has been read
 * (`setImmediate`), so that the work for one answer does not lengthen the times of the others.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly result: Promise<ExchangeResult>;

  private settle!: (result: ExchangeResult) => void;
  private controller: Dispatcher.DispatchController | null = null;
  private settled = false;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private sentAt: number | null = null;
  private status = 0;
  private headers: Record<string, string | string[] | undefined> = {};
  private received = 0;
  private errorBody: Buffer[] = [];
  private arrivals: Arrival[] = [];
  private readonly reader: AnswerReader;

  constructor(private readonly options: ExchangeOptions) {
    this.result = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.reader = new AnswerReader(options.onText);
    this.timer = setTimeout(() => this.timedOut(), Math.min(options.timeoutMs, LONGEST_TIMER_MS));
  }

  /** Ends at once, the connection with it; `result` then never settles. */
  cancel(): void {
    this.settled = true;
    this.drop();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.settled) controller.abort(new Error('cancelled'));
    else this.sentAt = this.options.now();
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    if (Number(headers['content-length']) > this.options.maxResponseBytes) this.fail({ kind: 'too-large' });
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    const at = this.options.now();
    this.received += chunk.length;
    const tooLarge = this.received > this.options.maxResponseBytes;
    if (tooLarge && this.settled) this.drop();
    else if (tooLarge) this.fail({ kind: 'too-large' }, at);
    else this.arrive({ chunk, at });
  }

  onResponseEnd(): void {
    this.arrive({ end: true, at: this.options.now() });
  }

  onResponseError(_: unknown, error: Error): void {
    this.arrive({ error, at: this.options.now() });
  }

  private arrive(arrival: Arrival): void {
    const last = !('chunk' in arrival);
    this.ended ||= last;
    if (!this.settled) {
      this.arrivals.push(arrival);
      if (this.arrivals.length === 1) setImmediate(() => this.flush());
    } else if (last) {
      clearTimeout(this.timer);
    }
  }

  private flush(): void {
    const arrivals = this.arrivals;
    this.arrivals = [];
    for (const arrival of arrivals) {
      if (this.settled) return;
      try {
        if ('error' in arrival) this.broken(arrival.error, arrival.at);
        else if (this.status < 200 || this.status > 299) this.takeError(arrival);
        else this.takeAnswer(arrival);
      } catch (error) {
        this.fail(this.bodyFailure(error as Error), arrival.at);
      }
    }
  }

  private takeAnswer(arrival: Exclude<Arrival, { error: Error }>): void {
    if ('chunk' in arrival) this.reader.push(arrival.chunk, arrival.at);
    else this.reader.end(arrival.at);
    if (this.reader.done || 'end' in arrival) this.succeed();
  }

  private takeError(arrival: Exclude<Arrival, { error: Error }>): void {
    if ('chunk' in arrival) this.errorBody.push(arrival.chunk);
    const held = this.errorBody.reduce((sum, chunk) => sum + chunk.length, 0);
    if ('end' in arrival || held > ERROR_BODY_BYTES) this.fail(this.statusFailure(), arrival.at);
  }

  private statusFailure(): Failure {
    const { status, headers } = this;
    const location = headers.location;
    if (status >= 300 && status < 400 && typeof location === 'string') return { kind: 'redirect', status, location };
    const text = Buffer.concat(this.errorBody).toString('utf8').trim();
    const body = parseObject(text);
    const html = /html/i.test(String(headers['content-type'])) || text.startsWith('<');
    const message = body === null ? text : (reportedError(body) ?? text);
    return { kind: 'status', status, message, html, retryAfterMs: retryAfterMs(headers, Date.now()) };
  }

  private bodyFailure(error: Error): Failure {
    if (error instanceof AnswerError) {
      return error.kind === 'html' ? { kind: 'html' } : { kind: 'body', message: error.message };
    }
    return { kind: 'network', code: 'ENDED', message: error.message, began: this.began };
  }

  private get began(): boolean {
    return this.reader.answer.pieces > 0;
  }

  /** The connection broke; after a finish_reason the answer is complete all the same. */
  private broken(error: Error & { code?: string }, at: number): void {
    if (this.reader.answer.finish !== null) this.succeed();
    else this.fail({ kind: 'network', code: codeOf(error), message: error.message, began: this.began }, at);
  }

  private timedOut(): void {
    this.flush();
    if (this.settled) return;
    if (this.reader.answer.finish !== null) this.succeed();
    else this.fail({ kind: 'timeout' });
  }

  private succeed(): void {
    this.settled = true;
    const { answer } = this.reader;
    this.settle({ sentAt: this.sentAt, endAt: answer.completeAt ?? this.options.now(), answer });
    clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => this.drop(), DRAIN_MS).unref();
  }

  private fail(failure: Failure, at = this.options.now()): void {
    if (this.settled) return;
    this.settled = true;
    this.settle({ sentAt: this.sentAt, endAt: at, failure });
    this.drop();
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.arrivals = [];
    if (!this.ended) this.controller?.abort(new Error('dropped'));
  }
}

/** The code of the innermost error that has one: undici and node wrap causes. */
function codeOf(error: Error & { code?: string; cause?: unknown; errors?: unknown[] }): string {
  const inner = error.cause ?? error.errors?.[0];
  if (inner instanceof Error && typeof (inner as { code?: unknown }).code === 'string') return codeOf(inner);
  return error.code ?? error.name;
}
