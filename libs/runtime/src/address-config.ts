import type { AddressSource } from './client-address.js';
import { field } from './config-field.js';

/** How services that limit what one address may do find it: connect and logic stand behind load balancers of one kind. */
export const addressConfig = {
  shape: {
    addressHeader: field
      .text(64)
      .optional()
      .describe(
        'Header in which a load balancer names the address that it speaks for, such as x-forwarded-for; when unset it is the peer.',
      ),
    addressHops: field
      .integer(1, 10)
      .default(1)
      .describe('Load balancers in a row that add an address to that header.'),
  },
  env: {
    addressHeader: 'QUEQIAO_ADDRESS_HEADER',
    addressHops: 'QUEQIAO_ADDRESS_HOPS',
  },
} as const;

export function addressSourceOf(config: {
  readonly addressHeader?: string | undefined;
  readonly addressHops: number;
}): AddressSource {
  return { header: config.addressHeader?.toLowerCase(), hops: config.addressHops };
}
