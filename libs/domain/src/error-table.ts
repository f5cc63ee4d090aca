/**
 * The one table of error codes. Both doors answer from it and docs/protocol.md lists the same rows.
 *
 * `effect`: `none` means the server can prove that the refused call changed nothing; `unknown` means it may have been
 * carried out, so the caller must repeat it with the same client_msg_id instead of treating it as failed. What is refused
 * before anybody looks whether an earlier attempt was carried out, as too much of anything is, is `unknown` for this reason.
 * `retryable`: repeating the same call later can succeed without the caller changing anything.
 * `grpcStatus`: the numeric gRPC status of the public gRPC door.
 * `signInCloseCode`: what a socket is closed with when its sign-in or refresh gets this error.
 */
export interface ErrorRow {
  readonly grpcStatus: number;
  readonly retryable: boolean;
  readonly effect: 'none' | 'unknown';
  readonly signInCloseCode: number;
}

export const ERROR_TABLE = {
  INVALID_ARGUMENT: row(3, false, 'none', 4201),
  UNAUTHENTICATED: row(16, false, 'none', 4202),
  TOKEN_EXPIRED: row(16, false, 'none', 4100),
  PERMISSION_DENIED: row(7, false, 'none', 4204),
  NOT_FOUND: row(5, false, 'none', 4202),
  ALREADY_EXISTS: row(6, false, 'none', 4202),
  NOT_A_MEMBER: row(7, false, 'none', 4202),
  MUTED: row(7, false, 'none', 4202),
  BLOCKED: row(7, false, 'none', 4202),
  LIMIT_EXCEEDED: row(9, false, 'none', 4202),
  RATE_LIMITED: row(8, true, 'unknown', 4003),
  APP_SUSPENDED: row(9, false, 'none', 4204),
  UNIMPLEMENTED: row(12, false, 'none', 4202),
  UNAVAILABLE: row(14, true, 'unknown', 4003),
  DEADLINE_EXCEEDED: row(4, true, 'unknown', 4003),
  INTERNAL: row(13, true, 'unknown', 4003),
  TOO_MANY_CALLS: row(8, true, 'unknown', 4201),
  SUPERSEDED: row(10, false, 'none', 4203),
  NOT_A_FRIEND: row(7, false, 'none', 4202),
  DISSOLVED: row(9, false, 'none', 4202),
  CONFLICT: row(10, false, 'none', 4202),
  CURSOR_EXPIRED: row(11, false, 'none', 4202),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_TABLE;

function row(
  grpcStatus: number,
  retryable: boolean,
  effect: ErrorRow['effect'],
  signInCloseCode: number,
): ErrorRow {
  return { grpcStatus, retryable, effect, signInCloseCode };
}
