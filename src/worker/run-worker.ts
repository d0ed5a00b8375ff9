import { connectToParent } from '../node/parent-process.ts';
import type { EngineApi, EngineHostApi } from '../protocol/engine.ts';
import type { Remote } from '../protocol/rpc.ts';
import { executeOrder } from './engine/execute.ts';

/** The run worker: a child process of the editor that executes one run. */

const cancellation = new AbortController();
const { signal } = cancellation;

const host: Remote<EngineHostApi, EngineApi> = connectToParent<EngineHostApi, EngineApi>(
  {
    run: (order) => executeOrder(order, host, signal),
    resume: (order) => executeOrder(order, host, signal),
    cancel: () => cancellation.abort(),
  },
  'execute a run',
);
