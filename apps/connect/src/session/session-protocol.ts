import { CLOSE_CODES, DomainError } from '@queqiao/domain';
import { FrameError, type Item } from '@queqiao/protocol/client';
import { toProtoError } from '@queqiao/protocol/common';
import type { Clock } from '@queqiao/runtime';
import type { Calls } from './calls.js';
import type { Closer } from './closer.js';
import type { DeliveredAcks } from './delivered-acks.js';
import type { Departures } from './departures.js';
import type { LargeGroups } from './large-groups.js';
import type { Outboxes } from './outbox.js';
import type { SessionSocket, SocketOrigin } from './ports.js';
import type { Refreshes } from './refreshes.js';
import type { Registration } from './registration.js';
import { serverMsOf, Session } from './session.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';
import type { SignIn } from './sign-in.js';

export interface SessionProtocolDeps {
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly signIn: SignIn;
  readonly refreshes: Refreshes;
  readonly calls: Calls;
  readonly registration: Registration;
  readonly departures: Departures;
  readonly acks: DeliveredAcks;
  readonly large: Pick<LargeGroups, 'leave'>;
  readonly outboxes: Outboxes;
  readonly closer: Closer;
  readonly metrics: SessionMetrics;
}

/** What sockets report. Every method is synchronous and never throws because of what a device sent. */
export class SessionProtocol {
  constructor(private readonly deps: SessionProtocolDeps) {}

  opened(socket: SessionSocket, source: SocketOrigin): Session {
    const { table, clock } = this.deps;
    const session = new Session(table.nextNumber(), socket, source, clock.monotonic());
    table.add(session);
    return session;
  }

  /** One WebSocket message of the subprotocol's kind and of an acceptable size. */
  received(session: Session, message: Uint8Array): void {
    if (session.state === 'closing') return;
    const { clock, metrics } = this.deps;
    // Before the sign-in the clock must not be moved by messages: the limit is on the sign-in, not on silence.
    if (session.state !== 'accepted') session.lastHeardMs = clock.monotonic();
    metrics.frames.inc({ direction: 'in' });
    metrics.bytes.inc({ direction: 'in' }, message.length);
    let items: Item[];
    try {
      items = session.socket.codec.decode(message);
    } catch (error) {
      this.#malformed(session, error);
      return;
    }
    metrics.items.inc({ direction: 'in' }, items.length);
    for (const item of items) {
      this.#item(session, item);
      if (isOver(session)) return;
    }
  }

  /** A message of the other subprotocol's kind. */
  receivedWrongKind(session: Session): void {
    this.#protocolError(session, 'text and binary messages do not mix');
  }

  receivedTooLarge(session: Session): void {
    const notice = { code: CLOSE_CODES.MESSAGE_TOO_LARGE, reason: 'message too large' };
    this.deps.closer.close(session, notice);
  }

  /** The socket has ended, from either side. */
  closed(session: Session, code: number): void {
    const { table, outboxes, registration, departures, large, metrics } = this.deps;
    if (session.state === 'closing') return;
    const before = session.state;
    session.state = 'closing';
    metrics.closed(code);
    outboxes.discard(session);
    table.remove(session);
    large.leave(session);
    registration.forget(session);
    if (before !== 'connected') return;
    metrics.sessions.dec({ codec: session.socket.codec.name });
    departures.add(session);
  }

  #item(session: Session, { item }: Item): void {
    if (item?.$case === 'connect') {
      if (session.state !== 'accepted') this.#protocolError(session, 'a second connect');
      else this.deps.signIn.begin(session, item.value);
      return;
    }
    if (session.state !== 'connected') {
      this.#protocolError(session, 'an item before connected');
      return;
    }
    switch (item?.$case) {
      case 'ping':
        this.#pong(session);
        return;
      case 'call':
        this.deps.calls.begin(session, item.value);
        return;
      case 'refresh':
        this.deps.refreshes.begin(session, item.value);
        return;
      case 'ack':
        this.deps.metrics.acks.inc();
        this.deps.acks.add(session, item.value.conversationId, item.value.seq);
        return;
      case 'connected':
      case 'pong':
      case 'reply':
      case 'push':
      case 'resync':
      case 'disconnect':
      case undefined:
        this.#protocolError(session, 'an item that only servers send');
    }
  }

  #pong(session: Session): void {
    const value = { serverMs: serverMsOf(session, this.deps.clock.monotonic()) };
    const { codec } = session.socket;
    this.deps.outboxes.pushOwn(session, codec.encode({ item: { $case: 'pong', value } }));
  }

  #malformed(session: Session, error: unknown): void {
    const { field, message } =
      error instanceof FrameError ? error : { field: '', message: 'unreadable' };
    const detail = toProtoError(new DomainError('INVALID_ARGUMENT', message, { field }), '');
    const code = CLOSE_CODES.PROTOCOL_ERROR;
    this.deps.closer.close(session, { code, reason: 'malformed message', error: detail });
  }

  #protocolError(session: Session, reason: string): void {
    this.deps.closer.close(session, { code: CLOSE_CODES.PROTOCOL_ERROR, reason });
  }
}

/** Asked between items: the compiler cannot know that handling one may end the session. */
function isOver(session: Session): boolean {
  return session.state === 'closing';
}
