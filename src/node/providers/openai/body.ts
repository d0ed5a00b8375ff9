import type { GenerateRequest } from '../../ports.ts';

/** What an endpoint turned out to take; learned from its answers 400 and 422, and kept for all later requests. */
export interface Dialect {
  tokenLimit: 'max_tokens' | 'max_completion_tokens';
  /** Whether `stream_options` may be sent. */
  usage: boolean;
  seed: boolean;
}

export const INITIAL_DIALECT: Dialect = { tokenLimit: 'max_tokens', usage: true, seed: true };

/** The JSON body of a chat completion. The seed of repeat r is `seed + r`: repeats must be able to differ. */
export function requestBody(model: string, { messages, options, repeat }: GenerateRequest, dialect: Dialect): string {
  return JSON.stringify({
    model,
    messages,
    [dialect.tokenLimit]: options.maxTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    seed: dialect.seed ? options.seed + repeat : undefined,
    stop: options.stop?.length ? options.stop : undefined,
    stream: true,
    stream_options: dialect.usage ? { include_usage: true } : undefined,
  });
}

/**
 * What to send instead, when an endpoint refused a request because of one of these parameters; null when its message
 * names none of them. Other parameters are never dropped: they would change the answers.
 */
export function adaptDialect(sent: Dialect, status: number, message: string): Dialect | null {
  if (status !== 400 && status !== 422) return null;
  if (sent.tokenLimit === 'max_tokens' && message.includes('max_completion_tokens')) {
    return { ...sent, tokenLimit: 'max_completion_tokens' };
  }
  if (sent.usage && message.includes('stream_options')) return { ...sent, usage: false };
  if (sent.seed && /\bseed\b/.test(message)) return { ...sent, seed: false };
  return null;
}
