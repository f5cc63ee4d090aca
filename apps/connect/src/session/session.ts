import type { DevicePolicy } from '@queqiao/directory';
import type { HeldCalls } from './held-calls.js';
import type { SessionSocket, SocketOrigin } from './ports.js';

/**
 * `accepted`: waits for connect. `opening`: logic and the directory are being asked. `connected`: signed in.
 * `closing`: the close has been written or received; the session is out of every table.
 */
export type SessionState = 'accepted' | 'opening' | 'connected' | 'closing';

/**
 * One socket and who signed in on it. Plain data: thousands of idle ones must stay small, so there is no timer, closure or
 * map in here, arrays exist only while they hold something, and what many sessions share is interned by the table.
 */
export class Session {
  state: SessionState = 'accepted';
  appId = '';
  userId = '';
  deviceId = '';
  generation = 0;
  platform = '';
  policy: DevicePolicy | null = null;
  /** True when the directory holds this session's line, as far as this node knows. */
  registered = false;
  /** True while a refresh is being verified. */
  refreshing = false;
  /** Monotonic time of the last message from the device. */
  lastHeardMs: number;
  /** Logic's wall time less this node's monotonic time: this node's own wall clock may be wrong. */
  serverAheadMs = 0;
  /** By logic's wall time; Infinity before the sign-in. */
  tokenExpiresMs = Number.POSITIVE_INFINITY;
  /** By the issuer's clock; a sign-out covers tokens that were issued until then. */
  tokenIssuedMs = 0;
  /** Of the key that signed the token. */
  keyId = '';
  /** Of the token, to be revoked by; empty: it has none. */
  tokenId = '';
  /** Which ban of the user logic knew of when it took the token. */
  userBannedMs = 0;
  /** Which suspension of the app logic knew of when it took the token. */
  appSuspendedMs = 0;
  /** Time of the next token_expiring push, by logic's wall time. */
  warnAtMs = Number.POSITIVE_INFINITY;
  /** Ids of the calls in flight. */
  callIds: number[] | null = null;
  /** Calls of its own to sign a device out that are in flight. */
  signOuts = 0;
  /** Methods that were refused for their rate lately. */
  heldCalls: HeldCalls | null = null;
  /** Keys of the large groups that it is in. */
  large: string[] | null = null;
  /** Encoded items that leave at the end of this turn, and their size. */
  outbox: Uint8Array[] | null = null;
  outboxBytes = 0;

  /** @param source only until the sign-in, to keep idle sessions small. */
  constructor(
    /** Unique within this boot, from 1. */
    readonly number: number,
    readonly socket: SessionSocket,
    public source: SocketOrigin | null,
    nowMonotonicMs: number,
  ) {
    this.lastHeardMs = nowMonotonicMs;
  }
}

/** Logic's wall time for a signed-in session, late by the way of logic's last answer about its token. */
export function serverMsOf(session: Session, nowMonotonicMs: number): number {
  return Math.round(nowMonotonicMs + session.serverAheadMs);
}
