import { CLOSE_CODES, DomainError } from '@queqiao/domain';
import { toProtoError, type Error as ProtoError } from '@queqiao/protocol/common';
import type { Outboxes } from './outbox.js';
import type { Session } from './session.js';

export interface CloseNotice {
  readonly code: number;
  /** For people, at most 100 bytes, of our own making: never input. */
  readonly reason: string;
  readonly error?: ProtoError;
  /** 40xx only: the device should wait at least this long. */
  readonly reconnectAfterMs?: number;
}

/** Closes sockets from the server's side: first a disconnect item that says why, then the close frame with the same code. */
export class Closer {
  constructor(
    private readonly outboxes: Outboxes,
    private readonly options: {
      readonly reconnectSpreadMs: number;
      readonly returnsPerSecond: number;
      readonly random: () => number;
    },
  ) {}

  /** Idempotent. The socket's owner learns of the end before this returns, so the session is then out of every table. */
  close(session: Session, notice: CloseNotice): void {
    if (session.state === 'closing') return;
    const { socket } = session;
    const { code, reason, error, reconnectAfterMs = 0 } = notice;
    const value = { code, reason, reconnectAfterMs, error };
    this.outboxes.flushWith(session, socket.codec.encode({ item: { $case: 'disconnect', value } }));
    socket.end(code, reason);
  }

  /** With a random hint, so that those closed together do not come back together. `together`: how many they are, if known. */
  closeForRetry(session: Session, code: number, reason: string, together?: number): void {
    this.close(session, { code, reason, reconnectAfterMs: this.hintMs(together) });
  }

  /** Nothing that waits for it goes out any more; without its close frame if the transport holds something back. */
  signOut(session: Session): void {
    if (session.state === 'closing') return;
    const { socket } = session;
    const [code, reason] = [CLOSE_CODES.SIGNED_OUT, 'signed out'];
    this.outboxes.discard(session);
    if (socket.bufferedBytes() > 0) socket.cut();
    else if (this.outboxes.mayWrite()) this.close(session, { code, reason });
    else socket.end(code, reason);
  }

  closeSlow(session: Session): void {
    this.close(session, { code: CLOSE_CODES.SLOW_CONSUMER, reason: 'slow consumer' });
  }

  /** 1 to the spread, or less when few come back: 0 would mean "no hint". */
  hintMs(together = Number.POSITIVE_INFINITY): number {
    const { random, reconnectSpreadMs, returnsPerSecond } = this.options;
    const spreadMs = Math.min(reconnectSpreadMs, (together * 1_000) / returnsPerSecond);
    return 1 + Math.floor(random() * spreadMs);
  }
}

/** The device has a newer session, or its user has too many: the device must not come back by itself. */
export function closeReplaced(closer: Closer, session: Session): void {
  closer.close(session, { code: CLOSE_CODES.REPLACED, reason: 'replaced by another session' });
}

/** One that came too late to be the device's session: it is told so as by the table of errors. */
export function closeSuperseded(closer: Closer, session: Session): void {
  const reason = 'replaced by another session';
  const error = new DomainError('SUPERSEDED', 'the device has a newer session');
  closer.close(session, {
    code: error.row.signInCloseCode,
    reason,
    error: toProtoError(error, ''),
  });
}
