import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { env } from '@huggingface/transformers';
import { hubAddress, hubHeaders } from '../node/hub-address.ts';
import type { LoadOrder } from '../protocol/runner.ts';

/**
 * A JSON file beside the model that need not be there; null where it is not. One of the hub is kept in the cache (an
 * absent one as an empty object), so that a model computes the same without the network.
 */
export async function readModelJson(order: LoadOrder, file: string): Promise<Record<string, unknown> | null> {
  const { source, cacheDir } = order;
  const path = join(source.kind === 'folder' ? source.path : join(cacheDir, source.id), file);
  const known = await readJson(path);
  if (known !== null || source.kind === 'folder' || source.cachedOnly) return known;
  const address = hubAddress(process.env);
  const response: Response = await env.fetch(`${address}/${source.id}/resolve/main/${file}`, {
    headers: hubHeaders(address, process.env),
  });
  if (!response.ok && response.status !== 404) throw new Error(`${file} of ${source.id}: HTTP ${response.status}`);
  const text = response.ok ? await response.text() : '{}';
  const next = `${path}.tmp.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(next, text);
  await rename(next, path);
  return readJson(path);
}

async function readJson(path: string): Promise<Record<string, unknown> | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}
