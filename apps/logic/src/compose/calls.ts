import type { Database, Stores } from '@queqiao/store-mysql';
import type { Cancellation } from '../usecase/caller.js';

/** Of an operation whose methods all take the context of the call first. */
export type Calls = <T extends object>(make: (stores: Stores) => T) => T;

type Operation = Record<
  PropertyKey,
  (context: { readonly signal: Cancellation }, ...rest: readonly unknown[]) => unknown
>;

/**
 * Operations are made anew for each call, on stores of the call: once nobody waits for its answer no statement of it is begun. What
 * they are given besides is shared by all calls.
 */
export function callsOf(database: Pick<Database, 'whileWanted'>): Calls {
  return <T extends object>(make: (stores: Stores) => T) =>
    new Proxy({} as T, {
      get: (_none, method): Operation[string] => {
        return (context, ...rest) => {
          const operation = make(database.whileWanted(context.signal)) as unknown as Operation;
          return operation[method]?.(context, ...rest);
        };
      },
    });
}
