import { configSchema } from '../../core/config.ts';
import { digits3 } from '../../core/report/render/format.ts';
import { listBundled } from '../../node/detect/bundled.ts';
import { findServers, type ServerAddress, USUAL_SERVERS } from '../../node/detect/servers.ts';
import { isChatModel } from '../../node/init/propose.ts';
import type { CandidateModel, ReaderApi } from '../../protocol/reader.ts';

const modelSchema = configSchema.shape.models.element;

/** Models that could be written into a config: bundled ones, and those that servers on this machine offer. */
export const findCandidates: ReaderApi['candidates'] = async ({ places }) => [
  ...listBundled(places.models)
    .filter(({ use }) => use === 'model')
    .map(
      ({ name, bytes }): CandidateModel => ({
        entry: modelSchema.parse({ id: name, provider: 'onnx', model: `bundled:${name}` }),
        label: name,
        detail: `comes with PoQ Lab, for trying it, not for work; ${digits3(bytes / 1e6)} MB`,
      }),
    ),
  ...(await served(USUAL_SERVERS)),
];

async function served(addresses: ServerAddress[]): Promise<CandidateModel[]> {
  const servers = await findServers(addresses);
  return servers.flatMap(({ name, baseUrl, models }) =>
    models.filter(isChatModel).map(
      (model): CandidateModel => ({
        entry: modelSchema.parse({ id: model, provider: 'openai', baseUrl, model }),
        label: model,
        detail: `${name} at ${baseUrl}`,
      }),
    ),
  );
}
