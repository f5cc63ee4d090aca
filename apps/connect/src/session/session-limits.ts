/** Every limit of a session, in one place. Times are milliseconds. */
export interface SessionLimits {
  /** Without connect after this long: 4005. */
  readonly signInMs: number;
  /** Silent for this long: 4001. */
  readonly silenceMs: number;
  /** How often all sessions are looked at for the two above and for their tokens. */
  readonly sweepMs: number;
  /** Asked of devices: a ping after this long without any other message. */
  readonly pingIntervalMs: number;
  /** A token_expiring push this long before the token expires. */
  readonly tokenWarningMs: number;
  /** Session opens in flight; more are closed 4003 with a hint. */
  readonly maxOpens: number;
  /** Hints for reconnecting are random up to this. */
  readonly reconnectSpreadMs: number;
  /** Those closed together get shorter hints when no more than this come back in each second then. */
  readonly returnsPerSecond: number;
  /** Bytes that wait for one socket, in the outbox and in the transport together; above: 4002. */
  readonly maxOutboxBytes: number;
  readonly maxCallsPerSession: number;
  /** A call without an answer after this long gets DEADLINE_EXCEEDED. */
  readonly callTimeoutMs: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  signInMs: 5_000,
  silenceMs: 60_000,
  sweepMs: 1_000,
  pingIntervalMs: 25_000,
  tokenWarningMs: 60_000,
  maxOpens: 256,
  reconnectSpreadMs: 10_000,
  returnsPerSecond: 200,
  maxOutboxBytes: 512 * 1024,
  maxCallsPerSession: 64,
  callTimeoutMs: 10_000,
};

export const MAX_AFFINITY_BYTES = 160;
export const MAX_METHOD_BYTES = 128;
export const MAX_TOKEN_BYTES = 8 * 1024;
export const MAX_DEVICE_TEXT_BYTES = 64;
/** The only methods that devices may name: internal services share the link and must stay out of reach. */
export const CLIENT_METHOD_PREFIX = 'queqiao.client.v1.';
