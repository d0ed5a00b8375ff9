import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { OpenAiModelConfig } from '../../core/config.ts';
import type { Diagnostic } from '../../core/types.ts';
import type { NodeContext } from '../node-context.ts';
import type { GenerateOutcome, GenerateRequest, LoadedInfo, ModelNode } from '../ports.ts';
import { createRedactor } from '../redact.ts';
import type { Answer } from './openai/answer.ts';
import { adaptDialect, type Dialect, INITIAL_DIALECT, requestBody } from './openai/body.ts';
import { type Endpoint, openConnections, readEndpoint } from './openai/endpoint.ts';
import { Exchange, type ExchangeResult, type Failure } from './openai/exchange.ts';
import { explain, type Named } from './openai/messages.ts';
import { isRetriedCode, isRetriedStatus, retryDelayMs } from './openai/retry.ts';
import { turn } from './openai/turns.ts';

interface OpenAiContext extends Pick<NodeContext, 'root' | 'env' | 'storedKey'> {
  /** Requests at a time, where the model does not say. */
  concurrency: number;
}

/** Time and chance, for tests to replace. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
  random: Math.random,
};

/** After so many refusals (401, 403, 404) in a row and no success ever, further samples fail without a request. */
const GIVE_UP_AFTER = 10;
/** After so many samples that found no server, retries included, the next ones try once each until one gets through. */
const NO_RETRIES_AFTER = 3;
const MOST_REDIRECTS = 3;

/**
 * A model behind an OpenAI-compatible endpoint (docs/endpoints.md).
 * @throws InputError when the config or the environment cannot work: key missing or malformed, credentials in the URL
 */
export function createOpenAiNode(config: OpenAiModelConfig, ctx: OpenAiContext, clock = SYSTEM_CLOCK): ModelNode {
  return new OpenAiNode(config, ctx, clock);
}

class OpenAiNode implements ModelNode {
  readonly id: string;
  readonly lane: string;
  readonly concurrency: number;
  readonly batchSize = 1;

  private readonly endpoint: Endpoint;
  private readonly connections: Dispatcher;
  private readonly headers: Record<string, string>;
  private readonly redact: ReturnType<typeof createRedactor>;
  private readonly named: Named;
  private dialect: Dialect = INITIAL_DIALECT;
  private succeeded = false;
  private refusals = 0;
  private unreached = 0;

  constructor(
    private readonly config: OpenAiModelConfig,
    ctx: OpenAiContext,
    private readonly clock: Clock,
  ) {
    this.id = config.id;
    this.endpoint = readEndpoint(config, ctx.env, ctx.storedKey?.(config));
    this.lane = this.endpoint.loopback ? 'local' : this.endpoint.origin;
    this.concurrency = config.concurrency ?? ctx.concurrency;
    this.connections = openConnections(config, this.endpoint, ctx.env);
    this.redact = createRedactor(this.endpoint.secrets);
    this.named = {
      endpoint: this.endpoint,
      model: config.model,
      timeoutMs: config.timeoutMs,
      maxResponseBytes: config.maxResponseBytes,
      redact: this.redact,
    };
    this.headers = { 'content-type': 'application/json', accept: 'text/event-stream, application/json' };
    if (this.endpoint.key !== null) this.headers.authorization = `Bearer ${this.endpoint.key}`;
  }

  /** Sends nothing: an endpoint gets one request a sample and retries, nothing else. */
  async load(signal: AbortSignal): Promise<LoadedInfo> {
    signal.throwIfAborted();
    return { device: this.endpoint.origin };
  }

  generate(
    requests: GenerateRequest[],
    signal: AbortSignal,
    onText?: (delta: string) => void,
  ): Promise<GenerateOutcome[]> {
    // Each request listens while it runs, and there may be hundreds: that is no leak.
    setMaxListeners(0, signal);
    return Promise.all(requests.map((request) => this.answer(request, signal, onText)));
  }

  warnings(): Diagnostic[] {
    if (this.dialect.seed) return [];
    const message = `model "${this.id}": the endpoint takes no "seed"; it was left out, so sampling does not repeat`;
    return [{ severity: 'warning', message }];
  }

  async close(): Promise<void> {
    await this.connections.destroy();
  }

  /** One sample: attempts until one succeeds, may not be repeated, or was the last. */
  private async answer(
    request: GenerateRequest,
    signal: AbortSignal,
    onText?: (delta: string) => void,
  ): Promise<GenerateOutcome> {
    signal.throwIfAborted();
    const calledAt = this.clock.now();
    if (!this.succeeded && this.refusals >= GIVE_UP_AFTER) return this.notAsked();
    const shown = onText && this.redact.stream();
    const give = (text: string) => void (text !== '' && onText?.(text));
    const retries = this.unreached >= NO_RETRIES_AFTER ? 0 : this.config.retries;
    for (let attempt = 0; ; attempt++) {
      const sent = this.dialect;
      const body = requestBody(this.config.model, request, sent);
      const attemptAt = this.clock.now();
      const result = await this.exchange(body, signal, (delta) => shown && give(shown.push(delta)));
      this.keepCount(result.failure);
      await turn();
      if (result.answer) {
        if (shown) give(shown.end());
        return this.success(request, result.answer, result, calledAt, attemptAt);
      }
      const again = this.mayRetry(result.failure, sent);
      if (again && attempt < retries) {
        if (again.adapted) continue;
        await this.clock.sleep(retryDelayMs(attempt, again.retryAfterMs, this.clock.random()), signal);
        continue;
      }
      if (isUnreached(result.failure)) this.unreached++;
      return this.failure(result, calledAt, attemptAt, attempt + 1);
    }
  }

  /** One attempt, redirects within the origin included. */
  private async exchange(body: string, signal: AbortSignal, onText: (delta: string) => void): Promise<ExchangeResult> {
    const { origin } = this.endpoint;
    let { path } = this.endpoint;
    let sentAt: number | null = null;
    for (let hops = 0; ; hops++) {
      const result = await this.send(path, body, signal, onText);
      sentAt ??= result.sentAt;
      const next = result.failure && hops < MOST_REDIRECTS ? redirectWithin(origin, path, result.failure) : null;
      if (next === null) return { ...result, sentAt };
      path = next;
    }
  }

  private send(
    path: string,
    body: string,
    signal: AbortSignal,
    onText: (delta: string) => void,
  ): Promise<ExchangeResult> {
    const { timeoutMs, maxResponseBytes } = this.config;
    const exchange = new Exchange({ timeoutMs, maxResponseBytes, now: this.clock.now, onText });
    return new Promise((resolve, reject) => {
      const cancel = () => {
        exchange.cancel();
        reject(signal.reason);
      };
      signal.addEventListener('abort', cancel, { once: true });
      exchange.result.then((result) => {
        signal.removeEventListener('abort', cancel);
        resolve(result);
      });
      const { origin } = this.endpoint;
      this.connections.dispatch({ origin, path, method: 'POST', headers: this.headers, body }, exchange);
    });
  }

  private keepCount(failure: Failure | undefined): void {
    if (failure === undefined) {
      this.succeeded = true;
      this.refusals = 0;
    } else if (failure.kind === 'status' && [401, 403, 404].includes(failure.status)) {
      this.refusals++;
    } else {
      this.refusals = 0;
    }
    if (failure === undefined || !isUnreached(failure)) this.unreached = 0;
  }

  /** Whether and when the request may be made again; learns what the endpoint does not take. */
  private mayRetry(failure: Failure, sent: Dialect): { adapted: boolean; retryAfterMs: number | null } | null {
    if (failure.kind === 'network') {
      return !failure.began && isRetriedCode(failure.code) ? { adapted: false, retryAfterMs: null } : null;
    }
    if (failure.kind !== 'status') return null;
    const adapted = adaptDialect(sent, failure.status, failure.message);
    if (adapted !== null) {
      this.dialect = merge(this.dialect, adapted);
      return { adapted: true, retryAfterMs: null };
    }
    return isRetriedStatus(failure.status) ? { adapted: false, retryAfterMs: failure.retryAfterMs } : null;
  }

  private success(
    request: GenerateRequest,
    answer: Answer,
    { sentAt, endAt }: ExchangeResult,
    calledAt: number,
    attemptAt: number,
  ): GenerateOutcome {
    const start = sentAt ?? attemptAt;
    const first = answer.firstTokenAt;
    const counted = answer.inputTokens === null || answer.outputTokens === null;
    return {
      text: this.redact(answer.text),
      ...finishOf(answer),
      latencyMs: rounded(endAt - start),
      ttftMs: first === null ? null : rounded(first - start),
      decodeMs: first === null ? null : rounded(endAt - first),
      queueMs: rounded(start - calledAt),
      inputTokens: answer.inputTokens ?? estimateInput(request),
      outputTokens: answer.outputTokens ?? Math.max(answer.pieces, estimateTokens(answer.bytes)),
      ...(counted ? { tokensCounted: true } : {}),
      ...(answer.cachedTokens === null ? {} : { cachedTokens: answer.cachedTokens }),
      ...(answer.serverMs === null ? {} : { serverMs: answer.serverMs }),
      device: this.endpoint.origin,
    };
  }

  private failure(result: ExchangeResult, calledAt: number, attemptAt: number, attempts: number): GenerateOutcome {
    const start = result.sentAt ?? attemptAt;
    const message = explain(result.failure as Failure, this.named);
    return {
      ...this.withoutAnswer(),
      error: attempts === 1 ? message : `${message} (${attempts} attempts)`,
      latencyMs: rounded(result.endAt - start),
      queueMs: rounded(start - calledAt),
    };
  }

  private notAsked(): GenerateOutcome {
    const error = `not asked: ${this.endpoint.shownUrl} refused the first ${GIVE_UP_AFTER} requests (HTTP 401, 403 or 404)`;
    return { ...this.withoutAnswer(), error, latencyMs: 0, queueMs: 0 };
  }

  private withoutAnswer() {
    const device = this.endpoint.origin;
    return { ttftMs: null, decodeMs: null, inputTokens: null, outputTokens: null, device };
  }
}

/** The endings that a row knows; others (a content filter, say) leave it out. */
const finishOf = ({ finish }: Answer): { finish?: 'stop' | 'length' } =>
  finish === 'stop' || finish === 'length' ? { finish } : {};

const isUnreached = (failure: Failure): boolean => failure.kind === 'network' && failure.code === 'ECONNREFUSED';

/** Where a redirect leads that keeps method, body and origin; null for any other. */
function redirectWithin(origin: string, path: string, failure: Failure): string | null {
  if (failure.kind !== 'redirect' || (failure.status !== 307 && failure.status !== 308)) return null;
  if (!URL.canParse(failure.location, origin + path)) return null;
  const target = new URL(failure.location, origin + path);
  return target.origin === origin ? target.pathname + target.search : null;
}

/** Two requests at a time may learn different things. */
const merge = (a: Dialect, b: Dialect): Dialect => ({
  tokenLimit: a.tokenLimit === 'max_tokens' ? b.tokenLimit : a.tokenLimit,
  usage: a.usage && b.usage,
  seed: a.seed && b.seed,
});

/** About four bytes of UTF-8 a token, where the endpoint does not count. */
const estimateTokens = (bytes: number): number => Math.ceil(bytes / 4);

const estimateInput = ({ messages }: GenerateRequest): number =>
  estimateTokens(messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0));

/** To the microsecond: what lies below is not measured. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
