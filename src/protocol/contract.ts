import type * as z from 'zod';
import type { Remote } from './rpc.ts';

/**
 * One direction of an interface between two parties of which one is not trusted: for every method the schema of its
 * arguments and of its result. Types come from it, and both sides check: who is called checks the arguments, who calls
 * checks the result.
 */
export type Contract = Record<string, { args: z.ZodTuple; result: z.ZodType }>;

/** The functions of a contract, as they are implemented. */
export type Api<C extends Contract> = {
  [M in keyof C]: (...args: z.output<C[M]['args']>) => z.output<C[M]['result']> | Promise<z.output<C[M]['result']>>;
};

/** The functions of a contract, as they are called. */
export type Client<C extends Contract> = {
  [M in keyof C]: (...args: z.input<C[M]['args']>) => Promise<z.output<C[M]['result']>>;
};

/** A message that breaks the contract: a fault of the program, or somebody who pretends to be the other side. */
class ContractError extends Error {
  override name = 'ContractError';
}

/** The implementation behind a check of every argument. Methods that the contract does not name cannot be called. */
export function checkedApi<C extends Contract>(contract: C, api: Api<C>): Api<C> {
  // Without a prototype: `constructor` and its like are no methods.
  const checked: Record<string, (...args: unknown[]) => unknown> = Object.create(null);
  for (const [method, { args: schema }] of Object.entries(contract)) {
    checked[method] = (...args) => api[method]!(...(parse(schema, args, `${method}(...)`) as never));
  }
  return checked as Api<C>;
}

/** Calls of the other side whose results are checked. */
export function checkedClient<C extends Contract>(contract: C, remote: Remote<Api<C>, object>): Client<C> {
  const checked: Record<string, (...args: unknown[]) => Promise<unknown>> = {};
  for (const [method, { result }] of Object.entries(contract)) {
    const call = (remote as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]!;
    checked[method] = async (...args) => parse(result, await call(...args), `the result of ${method}`);
  }
  return checked as Client<C>;
}

function parse(schema: z.ZodType, value: unknown, what: string): unknown {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issue = error.issues[0]!;
  throw new ContractError(`${what}: ${issue.path.join('.')}: ${issue.message}`);
}
