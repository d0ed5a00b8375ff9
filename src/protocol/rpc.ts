import { type BirpcReturn, createBirpc } from 'birpc';

/** A pipe of messages with somebody on the other side: a child process, a webview. */
export interface Channel {
  post(message: unknown): void;
  listen(onMessage: (message: unknown) => void): void;
}

/** Calls to the functions of the other side; each also has `.asEvent(...)`, which asks for no answer. */
export type Remote<Theirs extends object, Ours extends object> = BirpcReturn<Theirs, Ours>;

/**
 * Connects the two ends of a channel: `ours` can be called from there, the result calls what is there. Calls wait as
 * long as they must: whoever needs a bound on waiting (a cancelled run, a dead child) ends the process instead.
 */
export function connect<Theirs extends object, Ours extends object>(
  ours: Ours,
  channel: Channel,
): Remote<Theirs, Ours> {
  return createBirpc<Theirs, Ours>(ours, {
    post: (message) => channel.post(message),
    on: (listener) => channel.listen(listener),
    timeout: -1,
  });
}
