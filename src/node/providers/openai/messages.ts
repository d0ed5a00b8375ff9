import type { Endpoint } from './endpoint.ts';
import type { Failure } from './exchange.ts';

const LONGEST_QUOTE = 300;

/** What the messages need to name. */
export interface Named {
  endpoint: Endpoint;
  model: string;
  timeoutMs: number;
  maxResponseBytes: number;
  redact(text: string): string;
}

/** What went wrong, where, and what to do, in one line without secrets or control characters. */
export function explain(failure: Failure, named: Named): string {
  const { endpoint } = named;
  switch (failure.kind) {
    case 'network':
      return explainNetwork(failure, named);
    case 'status':
      return explainStatus(failure, named);
    case 'redirect':
      return `HTTP ${failure.status}: ${endpoint.shownUrl} redirects to ${shownTarget(failure.location, endpoint)}, which is not followed; if you trust that address, put it into baseUrl`;
    case 'timeout':
      return `no complete answer from ${endpoint.shownUrl} within ${named.timeoutMs} ms (timeoutMs)`;
    case 'too-large':
      return `the answer of ${endpoint.shownUrl} is larger than ${named.maxResponseBytes} bytes (maxResponseBytes); it was cut off`;
    case 'html':
      return notCompatible('text/html', endpoint);
    case 'body':
      return `${endpoint.shownUrl}: ${quote(failure.message, named)}`;
  }
}

const notCompatible = (got: string, endpoint: Endpoint) =>
  `not an OpenAI-compatible endpoint: got ${got} from ${endpoint.shownUrl}; check baseUrl (it usually ends in /v1)`;

function explainStatus(failure: Extract<Failure, { kind: 'status' }>, named: Named): string {
  const { endpoint, model } = named;
  const { status } = failure;
  const said = failure.message === '' || failure.html ? '' : `: ${quote(failure.message, named)}`;
  const http = `HTTP ${status} from ${endpoint.shownUrl}${said}`;
  if (status === 401 || status === 403) {
    return endpoint.keyPlace === null
      ? `${http}; no key is configured: name one with "apiKey": {"env": NAME}`
      : `${http}; check the key ${endpoint.keyPlace}`;
  }
  if (failure.html) return `HTTP ${status}: ${notCompatible('text/html', endpoint)}`;
  if (status === 404) return `${http}; check the model name "${model}", and baseUrl (it usually ends in /v1)`;
  return http;
}

function explainNetwork(failure: Extract<Failure, { kind: 'network' }>, named: Named): string {
  const { origin, shownUrl } = named.endpoint;
  const { code, message, began } = failure;
  if (began) return `${shownUrl} hung up in the middle of its answer (${quote(message, named)})`;
  if (code === 'ENDED') return `${shownUrl}: ${quote(message, named)}`;
  if (code === 'ECONNREFUSED') return `${origin} refuses connections; is the server running, and is baseUrl right?`;
  if (code === 'ENOTFOUND') return `no such host: ${origin}; check baseUrl, or the proxy of your network`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return `${origin} does not answer to connections`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate of ${origin} is for another host; check baseUrl`;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `the certificate of ${origin} is not trusted (${code}); set NODE_EXTRA_CA_CERTS to the PEM file of its authority`;
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') {
    return `${origin} closed the connection before it answered`;
  }
  return `cannot talk to ${origin}: ${quote(message, named)} (${code})`;
}

/** Text of a server, safe to show: secrets out first, so that a cut leaves no half of one. */
function quote(text: string, { redact }: Named): string {
  const line = redact(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

/** The origin alone: the rest of a redirect's target may echo anything. */
function shownTarget(location: string, { origin, path }: Endpoint): string {
  const base = origin + path;
  return URL.canParse(location, base) ? new URL(location, base).origin : 'an address that is no URL';
}
