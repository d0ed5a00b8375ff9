import type { Dispatcher } from 'undici';
import type { OpenAiModelConfig } from '../../../core/config.ts';
import { InputError } from '../../errors.ts';
import { isLoopback, openDispatcher } from '../../proxy.ts';

/** Where requests go, and with which key. */
export interface Endpoint {
  origin: string;
  /** Path and query of the chat completions. */
  path: string;
  /** For messages: without the query, which may hold a secret. */
  shownUrl: string;
  loopback: boolean;
  key: string | null;
  /** Where the key comes from, for messages; null without one. */
  keyPlace: string | null;
  /** Values that must appear nowhere. */
  secrets: string[];
}

type Env = (name: string) => string | undefined;

/**
 * Checks `baseUrl` and the key.
 * @param stored the key that the editor keeps for this model; it goes before the environment's
 * @throws InputError that names the model, the config key and what to do
 */
export function readEndpoint(config: OpenAiModelConfig, env: Env, stored?: string): Endpoint {
  const url = new URL(config.baseUrl);
  if (url.username !== '' || url.password !== '') {
    throw refuse(
      config,
      'baseUrl holds a user name or password. Take it out, and name a key with "apiKey": {"env": NAME}',
    );
  }
  const { key, keyPlace } = readKey(config, env, stored);
  const path = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
  return {
    origin: url.origin,
    path: path + url.search,
    shownUrl: url.origin + path,
    loopback: isLoopback(url.hostname),
    key,
    keyPlace,
    secrets: [...(key === null ? [] : [key]), ...secretsOfQuery(url)],
  };
}

function readKey(config: OpenAiModelConfig, env: Env, stored: string | undefined): Pick<Endpoint, 'key' | 'keyPlace'> {
  const name = config.apiKey?.env;
  const key = stored || (name === undefined ? undefined : env(name));
  if (name === undefined && !key) return { key: null, keyPlace: null };
  if (!key) {
    throw refuse(config, `the environment variable ${name}, which apiKey names, is not set. Set it, or remove apiKey`);
  }
  const keyPlace = stored ? 'that the editor keeps for this model' : `in the environment variable ${name}`;
  if (!/^[\x21-\x7e]+$/.test(key)) {
    const what = /[\r\n]/.test(key) ? 'a line end' : 'a blank, control or non-ASCII character';
    throw refuse(config, `the key ${keyPlace} holds ${what}, which no HTTP header can carry`);
  }
  return { key, keyPlace };
}

/** Some gateways take the key in the query. */
const secretsOfQuery = (url: URL): string[] =>
  [...url.searchParams].filter(([name]) => /key|token|secret|sig|auth|code/i.test(name)).map(([, value]) => value);

const refuse = (config: OpenAiModelConfig, why: string) =>
  new InputError([{ severity: 'error', message: `model "${config.id}": ${why}.` }]);

/**
 * The connections to an endpoint: kept open between requests, one request at a time on each, through the proxy of the
 * environment where there is one.
 */
export function openConnections(config: OpenAiModelConfig, endpoint: Endpoint, env: Env): Dispatcher {
  // The request's own timer covers everything else.
  const options = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: Math.min(config.timeoutMs, 30_000) } };
  try {
    return openDispatcher(new URL(endpoint.origin), env, options);
  } catch (error) {
    throw refuse(config, (error as Error).message);
  }
}
