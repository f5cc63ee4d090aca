import { BlockList, isIP } from 'node:net';

/** Networks of IPv4 that are not the public internet (IANA's special-purpose registry), multicast and what is reserved. */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Of the internet by its number, and in Azure what hands machines their keys.
  '168.63.129.16/32',
  '224.0.0.0/3',
];
/** Of IPv6 everything outside this is special: loopback, link-local, unique local, mapped and translated IPv4, multicast. */
const GLOBAL_V6 = '2000::/3';
/** Within it: tunnels that hold an address of IPv4, and what is for documentation. */
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const notPublic = listOf(NOT_PUBLIC_V4, NOT_PUBLIC_V6);
const globalV6 = listOf([], [GLOBAL_V6]);

/** Whether an address, given without brackets, is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic.check(address, 'ipv4');
  if (family === 6) return globalV6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
  return false;
}

function listOf(v4: readonly string[], v6: readonly string[]): BlockList {
  const list = new BlockList();
  const add = (family: 'ipv4' | 'ipv6') => (network: string) => {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  };
  v4.forEach(add('ipv4'));
  v6.forEach(add('ipv6'));
  return list;
}
