import type { Session } from './session.js';
import type { SessionMetrics } from './session-metrics.js';
import type { TurnEnd } from './ports.js';

export interface OutboxOptions {
  /** Bytes of one session, here and in the transport together. */
  readonly maxBytes: number;
  /** Closes a session that does not read; must take the session out of every table. */
  readonly onSlow: (session: Session) => void;
}

/**
 * Gathers what is sent to a session during one turn of the event loop and writes it as one WebSocket message, because a
 * write costs the same for one item or for twenty. A session for which more than its limit would wait because its device
 * does not read is closed as a slow consumer: it syncs when it comes back, and nothing is dropped in the middle of a stream.
 * What comes in one turn says nothing about the reader, so it is written first and judged by what the transport keeps.
 */
export class Outboxes {
  #dirty: Session[] = [];
  #scheduled = false;

  constructor(
    private readonly deps: { readonly metrics: SessionMetrics; readonly turnEnd: TurnEnd },
    private readonly options: OutboxOptions,
  ) {}

  /** Queues one encoded item. Does nothing for a session that is closing. */
  push(session: Session, chunk: Uint8Array): void {
    if (session.state === 'closing') return;
    if (session.outboxBytes + chunk.length > this.options.maxBytes) {
      if (!this.#flush(session) || this.#isSlow(session, chunk.length)) {
        this.#slow(session);
        return;
      }
    }
    if (session.outbox === null) this.#markDirty(session);
    this.#add(session, chunk);
  }

  /** Writes a last item whatever the limit, together with what waits, at once. */
  flushWith(session: Session, last: Uint8Array): void {
    this.#add(session, last);
    this.#flush(session);
  }

  /** Forgets what waits: for sessions whose socket is gone. */
  discard(session: Session): void {
    this.deps.metrics.outboxBytes.dec(session.outboxBytes);
    session.outbox = null;
    session.outboxBytes = 0;
  }

  flushAll(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    this.#scheduled = false;
    for (const session of dirty) {
      if (session.outbox === null || session.state === 'closing') continue;
      if (this.#isSlow(session, session.outboxBytes) || !this.#flush(session)) this.#slow(session);
    }
  }

  /** Whether this much more would wait behind what the device has not read. */
  #isSlow(session: Session, moreBytes: number): boolean {
    const waiting = session.socket.bufferedBytes();
    return waiting > 0 && waiting + moreBytes > this.options.maxBytes;
  }

  #markDirty(session: Session): void {
    this.#dirty.push(session);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.deps.turnEnd(() => this.flushAll());
  }

  #add(session: Session, chunk: Uint8Array): void {
    if (session.outbox === null) session.outbox = [chunk];
    else session.outbox.push(chunk);
    session.outboxBytes += chunk.length;
    this.deps.metrics.outboxBytes.inc(chunk.length);
  }

  /** False when the transport refused and the socket is dead. */
  #flush(session: Session): boolean {
    const chunks = session.outbox;
    if (chunks === null) return true;
    this.discard(session);
    const message = session.socket.codec.join(chunks);
    const { metrics } = this.deps;
    metrics.items.inc({ direction: 'out' }, chunks.length);
    metrics.frames.inc({ direction: 'out' });
    metrics.bytes.inc({ direction: 'out' }, message.length);
    return session.socket.write(message) !== 'dropped';
  }

  #slow(session: Session): void {
    this.deps.metrics.slowConsumers.inc();
    this.discard(session);
    this.options.onSlow(session);
  }
}
