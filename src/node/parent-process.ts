import { connect, type Remote } from '../protocol/rpc.ts';
import { endWithParent } from './parent-watch.ts';

/**
 * Makes this process one that works for whoever forked it: connected, and ended when that process is gone. Without a
 * parent it says what it is for and ends.
 *
 * @param purpose completes `This program is started by PoQ Lab, to ...`
 */
export function connectToParent<Theirs extends object, Ours extends object>(
  ours: Ours,
  purpose: string,
): Remote<Theirs, Ours> {
  const send = process.send?.bind(process);
  if (!send) {
    console.error(`This program is started by PoQ Lab, to ${purpose}; it does nothing by itself.`);
    process.exit(2);
  }
  endWithParent();
  // Ctrl+C in a terminal reaches every process of it: the parent decides what becomes of this one.
  process.on('SIGINT', () => {});
  return connect<Theirs, Ours>(ours, {
    post: (message) => void send(message),
    listen: (onMessage) => void process.on('message', onMessage),
  });
}
