import type { RateLedger, RateLimit, TokenDemand } from '@queqiao/directory';
import { networkOf } from '@queqiao/runtime';

/** What an address may do at once after a quiet time, in seconds of its limit. */
export const ADDRESS_BURST_SECONDS = 10;
/** Connections for each sign-in that an address may make: not every connection comes to sign in. */
export const CONNECTS_PER_SIGN_IN = 4;
/** What a sign-in that was refused for good costs more than one that was not: guessing tokens is slow. */
export const REFUSED_SIGN_IN_TOKENS = 9;

/**
 * How often one address may connect and sign in. Addresses of IPv6 count by their network of 64 bits, which one customer has all of.
 */
export class AddressGate {
  constructor(
    private readonly rates: Pick<RateLedger, 'take' | 'charge'>,
    /** 0: as often as it likes. */
    private readonly options: { readonly signInsPerSecond: number },
  ) {}

  /** False: the connection is not to be taken. */
  connect(address: string): boolean {
    const { signInsPerSecond } = this.options;
    if (signInsPerSecond === 0) return true;
    return (
      this.rates.take([demand('n', address, signInsPerSecond * CONNECTS_PER_SIGN_IN)]) === null
    );
  }

  /** Milliseconds to wait before another attempt; 0: go on. */
  signIn(address: string): number {
    const { signInsPerSecond } = this.options;
    if (signInsPerSecond === 0) return 0;
    return this.rates.take([demand('s', address, signInsPerSecond)])?.retryAfterMs ?? 0;
  }

  /** The token of a sign-in was no good. */
  signInRefused(address: string): void {
    const { signInsPerSecond } = this.options;
    if (signInsPerSecond === 0) return;
    this.rates.charge(demand('s', address, signInsPerSecond), REFUSED_SIGN_IN_TOKENS);
  }
}

function demand(what: 'n' | 's', address: string, perSecond: number): TokenDemand {
  const limit: RateLimit = { perSecond, burst: perSecond * ADDRESS_BURST_SECONDS };
  return { scope: 'address', key: `${what}:n:${networkOf(address)}`, limit };
}
