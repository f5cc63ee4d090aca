/**
 * WebSocket close codes. 40xx: reconnect with back-off (or after the hint); 41xx: get a new token first; 42xx: never reconnect
 * by itself.
 */
export const CLOSE_CODES = {
  DRAIN: 4000,
  SILENT: 4001,
  SLOW_CONSUMER: 4002,
  OVERLOADED: 4003,
  FENCED: 4004,
  SIGN_IN_LATE: 4005,
  TOKEN_EXPIRED: 4100,
  PROTOCOL_ERROR: 4201,
  SIGN_IN_REFUSED: 4202,
  REPLACED: 4203,
  SIGNED_OUT: 4204,
  ORIGIN_REFUSED: 4205,
  MESSAGE_TOO_LARGE: 4206,
} as const;

export type CloseName = keyof typeof CLOSE_CODES;
export type CloseCode = (typeof CLOSE_CODES)[CloseName];

/** What the client owes after a close: `retry` with back-off, `new-token` first, or `stop` for good. */
export function closeDuty(code: number): 'retry' | 'new-token' | 'stop' {
  if (code >= 4200 && code < 4300) return 'stop';
  if (code >= 4100 && code < 4200) return 'new-token';
  return 'retry';
}
