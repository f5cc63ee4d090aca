/** Why there was no answer: the host is not one to connect to, has no address, does not take the connection or breaks it, is not who it says, or was too slow. */
export type OutboundReason = 'address' | 'name' | 'connection' | 'tls' | 'timeout';

export class OutboundFailure extends Error {
  constructor(readonly reason: OutboundReason) {
    super(`no answer: ${reason}`);
    this.name = 'OutboundFailure';
  }
}

/** Of an error of a socket. Its text may hold addresses and names of others: it is not kept. */
export function failureOf(error: unknown): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ABORT_ERR') return new OutboundFailure('timeout');
  const tls = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
  return new OutboundFailure(tls ? 'tls' : 'connection');
}
