import type { LinkChannel } from '@queqiao/link';
import type { AttachStream } from './attach-stream.js';
import type { CallOrigin } from './call-dispatch.js';
import type { ConnectNodeRef } from './ports.js';

/** What the hub holds about one boot of a connect node, from its first hello until the link is discarded. */
export class ConnectNode implements CallOrigin {
  callsInFlight = 0;
  /** Unset while the stream is away. */
  stream: AttachStream | undefined;
  /** Monotonic time since when the stream is away. */
  detachedAt = 0;

  constructor(
    readonly ref: ConnectNodeRef,
    /** The protocol version that was agreed on with the newest hello. */
    public version: number,
    readonly channel: LinkChannel,
    private readonly onReply: (item: Uint8Array) => void,
  ) {}

  reply(item: Uint8Array): void {
    this.onReply(item);
  }
}
