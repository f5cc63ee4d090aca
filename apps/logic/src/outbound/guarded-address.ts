import { lookup, Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';
import { OutboundFailure } from './outbound-failure.js';

/** Of one question to the name server, of which there are two at most. */
const NAME_TIMEOUT_MS = 2_000;
const NAME_TRIES = 2;

/** Every address of a name; rejects when there is none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/**
 * As the internet has it. Not `getaddrinfo`, which would take the machine's own names, and blocks one of the four threads on which
 * tokens are verified for as long as somebody's name server does not answer.
 */
export function publicNames(): Resolve {
  const resolver = new Resolver({ timeout: NAME_TIMEOUT_MS, tries: NAME_TRIES });
  return async (hostname) => {
    const found = await Promise.allSettled([
      resolver.resolve4(hostname),
      resolver.resolve6(hostname),
    ]);
    return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  };
}

/** As this machine has it: its hosts file and search domains too. */
export const machineNames: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** Whether a host may be connected to, as far as that can be seen: not one that is written as an address that is not public. */
export function allowsHost({ hostname }: URL, allowPrivate: boolean): boolean {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  return allowPrivate || isIP(literal) === 0 || isPublicAddress(literal);
}

/**
 * What a socket asks right before it connects, so that a name cannot mean one thing when it is looked at and another when it is used.
 * A name with a single address that is not public is refused whole.
 */
export function guardedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, _options, callback) => {
    const find = async (): Promise<readonly string[]> => {
      const addresses = await resolve(hostname).catch(() => []);
      if (addresses.length === 0) throw new OutboundFailure('name');
      if (!allowPrivate && !addresses.every(isPublicAddress)) throw new OutboundFailure('address');
      return addresses;
    };
    find().then(
      (all) =>
        callback(
          null,
          all.map((address) => ({ address, family: isIP(address) })),
        ),
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}
