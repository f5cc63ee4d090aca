import type { Session } from './session.js';
import type { SessionMetrics } from './session-metrics.js';
import type { TurnEnd } from './ports.js';
import type { GateState } from './write-gate.js';

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
 *
 * While the gate is not open everything waits here, up to the same limit; a session above it is closed and syncs later.
 */
export class Outboxes {
  #dirty: Session[] = [];
  #scheduled = false;
  #holding = false;

  constructor(
    private readonly deps: {
      readonly metrics: SessionMetrics;
      readonly turnEnd: TurnEnd;
      readonly gate: { state(): GateState };
    },
    private readonly options: OutboxOptions,
  ) {}

  /** Queues one encoded item. Does nothing for a session that is closing. */
  push(session: Session, chunk: Uint8Array): void {
    if (session.state === 'closing') return;
    if (session.outboxBytes + chunk.length > this.options.maxBytes) {
      if (!this.mayWrite() || !this.#flush(session) || this.#isSlow(session, chunk.length)) {
        this.#slow(session);
        return;
      }
    }
    if (session.outbox === null) this.#markDirty(session);
    this.#add(session, chunk);
  }

  /**
   * Queues an item that this node makes by itself and that tells nothing of anybody: pongs, refusals. It goes out while
   * logic does not answer, so that sockets live through that.
   */
  pushOwn(session: Session, chunk: Uint8Array): void {
    if (session.state === 'closing') return;
    if (this.deps.gate.state() !== 'unheard') {
      this.push(session, chunk);
      return;
    }
    const written = !this.#isSlow(session, chunk.length) && this.#write(session, [chunk]);
    if (!written) this.#slow(session);
  }

  /** Writes a last item whatever the limit, at once, together with what waits if that may be written. */
  flushWith(session: Session, last: Uint8Array): void {
    if (!this.mayWrite()) {
      this.discard(session);
      if (this.deps.gate.state() === 'unheard') this.#write(session, [last]);
      return;
    }
    this.#add(session, last);
    this.#flush(session);
  }

  /** Writes what waits for it before the turn ends, if it may go out. */
  flush(session: Session): void {
    if (this.mayWrite()) this.#flushOrClose(session);
  }

  /** Forgets what waits: for sessions whose socket is gone. */
  discard(session: Session): void {
    this.deps.metrics.outboxBytes.dec(session.outboxBytes);
    session.outbox = null;
    session.outboxBytes = 0;
  }

  /** Whether what people said may go out now. Counts the times when it may not. */
  mayWrite(): boolean {
    const state = this.deps.gate.state();
    if (state === 'unheard' && !this.#holding) this.deps.metrics.holds.inc({ reason: state });
    this.#holding = state !== 'open';
    return !this.#holding;
  }

  /** Writes what waits, or leaves it all where it is until the gate opens and this is called again. */
  flushAll(): void {
    this.#scheduled = false;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const [at, session] of dirty.entries()) {
      if (!this.mayWrite()) {
        this.#dirty = [...dirty.slice(at), ...this.#dirty];
        break;
      }
      this.#flushOrClose(session);
    }
    this.deps.metrics.heldSessions.set(this.#dirty.length);
  }

  #flushOrClose(session: Session): void {
    if (session.outbox === null || session.state === 'closing') return;
    if (this.#isSlow(session, session.outboxBytes) || !this.#flush(session)) this.#slow(session);
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
    return this.#write(session, chunks);
  }

  #write(session: Session, chunks: readonly Uint8Array[]): boolean {
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
