import { EXIT } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Cancellation {
  signal: AbortSignal;
  /** Stops listening; signals have their usual effect again. */
  dispose(): void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts the signal, so that what is complete is stored; a second one ends the
 * process at once.
 */
export function cancelOnSignals(onFirst: () => void, onSecond: () => void): Cancellation {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) {
      onSecond();
      process.exit(EXIT.CANCELLED);
    }
    controller.abort();
    onFirst();
  };
  for (const name of SIGNALS) process.on(name, listener);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, listener);
    },
  };
}
