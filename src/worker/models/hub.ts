import { fetch } from 'undici';
import * as z from 'zod';
import { hubAddress, hubHeaders } from '../../node/hub-address.ts';
import { openDispatcher } from '../../node/proxy.ts';

const TIMEOUT_MS = 10_000;

/** What the hub tells of a model. */
export interface HubModel {
  /** Sizes in bytes by path in the model's repository; null where the hub does not tell. */
  files: Map<string, number | null>;
  licence: string | null;
  /** Its files are given out only to those who accepted its terms. */
  gated: boolean;
}

const size = z.number().nonnegative().nullish();
const answer = z.object({
  siblings: z.array(z.object({ rfilename: z.string(), size, lfs: z.object({ size }).nullish() })).default([]),
  gated: z.union([z.boolean(), z.string()]).nullish(),
  tags: z.array(z.string()).nullish(),
  cardData: z
    .object({
      license: z.union([z.string(), z.array(z.string())]).nullish(),
      license_name: z.string().nullish(),
    })
    .nullish(),
});

/**
 * Asks the hub, or the mirror that HF_ENDPOINT names, for a model's files and licence; nothing is downloaded.
 * @throws Error with the reason, for the user
 */
export async function askHub(id: string): Promise<HubModel> {
  const address = hubAddress(process.env);
  const env = (name: string) => process.env[name];
  const dispatcher = openDispatcher(new URL(address), env, { connect: { timeout: TIMEOUT_MS } });
  try {
    const response = await fetch(`${address}/api/models/${id}?blobs=true`, {
      dispatcher,
      headers: hubHeaders(address, process.env),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(statusReason(response.status, id, address));
    }
    const parsed = answer.safeParse(await response.json());
    if (!parsed.success) throw new Error(`${address} answers something else than a model's description`);
    return toModel(parsed.data);
  } catch (error) {
    throw new Error(reasonOf(error as Error, address));
  } finally {
    await dispatcher.destroy();
  }
}

function toModel({ siblings, gated, tags, cardData }: z.output<typeof answer>): HubModel {
  const files = siblings.map((file): [string, number | null] => [file.rfilename, file.lfs?.size ?? file.size ?? null]);
  const tagged = tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
  const licence = [cardData?.license ?? tagged ?? []].flat().join(', ');
  const name = cardData?.license_name;
  const known = licence === '' || licence === 'other' ? (name ?? licence) : licence;
  return { files: new Map(files), licence: known === '' ? null : known, gated: Boolean(gated) };
}

function statusReason(status: number, id: string, address: string): string {
  if (status === 401 || status === 403 || status === 404)
    return `${address} has no model "${id}" that is open to you (HTTP ${status}): check its id; one with restricted access needs HF_TOKEN in the environment`;
  return `${address} answers with HTTP ${status}`;
}

function reasonOf(error: Error, address: string): string {
  if (error.name === 'TimeoutError') return `${address} did not answer within ${TIMEOUT_MS / 1000} s`;
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  return error.message === 'fetch failed'
    ? `${address} cannot be reached (${code ?? message ?? 'no reason given'}): check the network and HTTPS_PROXY`
    : error.message;
}
