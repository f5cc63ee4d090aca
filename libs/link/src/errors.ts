/** An item number is missing: the stream has to be broken and everything that the peer owes has to be read anew. */
export class LinkGapError extends Error {
  override readonly name = 'LinkGapError';

  constructor(
    readonly expected: number,
    readonly got: number,
  ) {
    super(`expected item ${expected}, got item ${got}`);
  }
}

/** The peer said something that no correct peer says, such as acknowledging an item that was never written. */
export class LinkProtocolError extends Error {
  override readonly name = 'LinkProtocolError';
}
