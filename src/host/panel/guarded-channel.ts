import type { Contract } from '../../protocol/contract.ts';
import type { Channel } from '../../protocol/rpc.ts';

/** More arguments than any call has. */
const MAX_ARGUMENTS = 8;

/** A channel that passes on only calls of a contract's own methods, and answers. Everything else is dropped. */
export function guardedChannel(channel: Channel, contract: Contract): Channel {
  return {
    post: (message) => channel.post(message),
    listen: (onMessage) =>
      channel.listen((message) => {
        if (isAnswer(message) || isCall(message, contract)) onMessage(message);
      }),
  };
}

function isCall(message: unknown, contract: Contract): boolean {
  if (!isObject(message) || message.t !== 'q') return false;
  const { m: method, a: args, i: id } = message;
  if (typeof method !== 'string' || !Object.hasOwn(contract, method)) return false;
  return Array.isArray(args) && args.length <= MAX_ARGUMENTS && (id === undefined || typeof id === 'string');
}

function isAnswer(message: unknown): boolean {
  return isObject(message) && message.t === 's' && typeof message.i === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
