import * as z from 'zod';

/** Where a local model server usually listens. */
export interface ServerAddress {
  name: string;
  /** Up to and including `/v1`. */
  baseUrl: string;
}

/** A server that answered. */
export interface FoundServer extends ServerAddress {
  /** The ids of its models; empty where it has none loaded or does not tell without a key. */
  models: string[];
  /** True when it asks for an API key. */
  needsKey: boolean;
}

/** The usual local ports of the servers that people run. */
export const USUAL_SERVERS: ServerAddress[] = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
];

/** What a port of this machine that may well be empty is worth waiting for. */
const TIMEOUT_MS = 500;
/** A list of models is small; what is longer is something else that happens to use the port. */
const MAX_BYTES = 1_000_000;

const modelList = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });

/**
 * Asks each address for its models, all at the same time, with one GET of `<baseUrl>/models` that gives up after
 * `timeoutMs`. Ports where nothing, or something else, answers are left out.
 */
export async function findServers(addresses: ServerAddress[], timeoutMs = TIMEOUT_MS): Promise<FoundServer[]> {
  const found = await Promise.all(addresses.map((address) => ask(address, timeoutMs).catch(() => null)));
  return found.filter((server) => server !== null);
}

async function ask(address: ServerAddress, timeoutMs: number): Promise<FoundServer | null> {
  const response = await fetch(`${address.baseUrl}/models`, {
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status === 401 || response.status === 403) {
    await response.body?.cancel();
    return { ...address, models: [], needsKey: true };
  }
  if (!response.ok) {
    await response.body?.cancel();
    return null;
  }
  const parsed = modelList.safeParse(JSON.parse(await readAtMost(response, MAX_BYTES)));
  if (!parsed.success) return null;
  return { ...address, models: [...new Set(parsed.data.data.map((model) => model.id))].sort(), needsKey: false };
}

async function readAtMost(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // The DOM's type of a stream, which other code brings in, cannot be iterated.
  const body = response.body as unknown as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error('the answer is too long for a list of models');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
