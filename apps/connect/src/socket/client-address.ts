import { isIP } from 'node:net';

export interface AddressSource {
  /** Header in lower case in which trusted proxies say whom they speak for; undefined: the peer is the client. */
  readonly header: string | undefined;
  /** Proxies that each add an address to the end of it; the client is the one that the first of them added. */
  readonly hops: number;
}

/** Whose connection it is. What a client writes into the header itself stands before what proxies have added, and is not read. */
export function clientAddress(peer: string, forwarded: string, { hops }: AddressSource): string {
  const address = forwarded.split(',').at(-hops)?.trim() ?? '';
  return isIP(address) === 0 ? peer : address;
}
