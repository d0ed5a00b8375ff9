import { listDevices } from '../../node/device-report.ts';
import { proposeHere } from '../../node/init/propose-here.ts';
import type { ReaderApi } from '../../protocol/reader.ts';
import { findCandidates } from './candidates.ts';
import { Downloads } from './downloads.ts';
import { nodeStates } from './node-states.ts';

export type ModelReader = Pick<ReaderApi, 'models' | 'downloads' | 'devices' | 'candidates' | 'proposeConfig'>;

/** Tells what is there to run models with. */
export function createModelReader(): ModelReader {
  const downloads = new Downloads();
  return {
    models: nodeStates,
    downloads: downloads.list,
    devices: ({ places }) => listDevices(places.runner, new AbortController().signal),
    candidates: findCandidates,
    proposeConfig: ({ root, places }) => proposeHere(root, places.models),
  };
}
