import { isIP } from 'node:net';
import { DomainError } from '@queqiao/domain';
import type { ServerCallContext } from '@queqiao/grpc-kit';
import { clientAddress, networkOf, type AddressSource } from '@queqiao/runtime';
import { BURST_SECONDS, type Rates } from '../call-admission.js';

export interface RefusalGateOptions {
  /** Calls of one address that may be refused for who they come from, in a second; 0: any number. */
  readonly refusalsPerSecond: number;
  readonly addresses: AddressSource;
}

interface Called {
  readonly peer: string;
  readonly metadata: Pick<ServerCallContext['metadata'], 'get'>;
}

/**
 * How often one address may call as nobody that this node knows. Only what is refused counts, and what has to be looked up because
 * the node has not seen it: addresses are those of back ends and of load balancers too, behind which others call rightfully.
 */
export class RefusalGate {
  constructor(
    private readonly rates: Rates,
    private readonly options: RefusalGateOptions,
  ) {}

  /** Takes a token of the caller's address. Errors: RATE_LIMITED naming addressRefusalsPerSecond. */
  take(call: Called): void {
    const perSecond = this.options.refusalsPerSecond;
    if (perSecond === 0) return;
    const key = `g:n:${networkOf(this.#addressOf(call))}`;
    const limit = { perSecond, burst: perSecond * BURST_SECONDS };
    const refusal = this.rates.take([{ scope: 'address', key, limit }]);
    if (refusal === null) return;
    const field = 'addressRefusalsPerSecond';
    throw new DomainError('RATE_LIMITED', `too many calls that are refused: ${field}`, {
      field,
      retryAfterMs: refusal.retryAfterMs,
    });
  }

  #addressOf({ peer, metadata }: Called): string {
    const address = isIP(peer) === 0 ? peer.slice(0, peer.lastIndexOf(':')) : peer;
    const { addresses } = this.options;
    if (addresses.header === undefined) return address;
    const forwarded = metadata.get(addresses.header).join(',');
    return clientAddress(address, forwarded, addresses);
  }
}
