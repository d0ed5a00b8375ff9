import { proposeHere } from '../node/init/propose-here.ts';
import { connectToParent } from '../node/parent-process.ts';
import type { ReaderApi, ReaderHostApi } from '../protocol/reader.ts';
import type { Remote } from '../protocol/rpc.ts';
import { createModelReader } from './models/index.ts';
import { createPromptReader } from './prompts/index.ts';
import { createRunReader } from './runs/index.ts';

/** The read worker: a child process of the editor that reads prompt files, configs, run folders and what is here. */

const api: ReaderApi = {
  ...createPromptReader(),
  ...createModelReader(),
  proposeConfig: ({ root, places }) => proposeHere(root, places.models),
  ...createRunReader((change) => void host.onRunChanged.asEvent(change)),
};

const host: Remote<ReaderHostApi, ReaderApi> = connectToParent(api, 'read files');
