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

/**
 * What addresses count by: of IPv6 the network of 64 bits, which one customer has all of. Nothing of a colon is left, which separates
 * the parts of keys.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('::');
  const mapped = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const gap = address.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  const groups = [...front, ...Array.from({ length: gap }, () => '0'), ...back].map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
  const isMapped = groups.slice(0, 6).join(' ') === '0 0 0 0 0 ffff';
  return (isMapped ? groups.slice(6) : groups.slice(0, 4)).join('_');
}
