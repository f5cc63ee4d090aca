import type { AppRevocation, Revocation } from '@queqiao/protocol/link';
import type { SessionMetrics } from './session-metrics.js';

/** Above the longest that a sign-in may be under way with an answer of logic that is older than the sign-out. */
export const REMEMBERED_MS = 120_000;
/** The oldest leave first, and are counted: by then hardly a sign-in is under way for so long. */
export const MAX_REMEMBERED = 100_000;

/** Whose tokens a session holds. */
export interface TokenHolder {
  readonly appId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly tokenIssuedMs: number;
  readonly keyId: string;
  readonly tokenId: string;
  readonly userBannedMs: number;
  readonly appSuspendedMs: number;
}

/**
 * Whether a sign-out, a ban or the end of a token covers a session. A token of the very same moment is signed out. Tokens outlive
 * bans, so of these counts whether logic had seen this one, or a later one to have ended, when it took the token.
 */
export function covers(row: Revocation, session: TokenHolder): boolean {
  if (row.appId !== session.appId || row.userId !== session.userId) return false;
  if (row.banned) return session.userBannedMs < row.revokedMs;
  if (row.tokenId !== '') return row.tokenId === session.tokenId;
  return (
    (row.deviceId === '' || row.deviceId === session.deviceId) &&
    session.tokenIssuedMs <= row.revokedMs
  );
}

/**
 * Whether a suspension or the end of a key covers a session. Tokens outlive suspensions, so what counts is whether logic had
 * seen this one, or a later one to have ended, when it took the token.
 */
export function coversApp(row: AppRevocation, session: TokenHolder): boolean {
  if (row.appId !== session.appId) return false;
  return row.keyId === '' ? session.appSuspendedMs < row.revokedMs : session.keyId === row.keyId;
}

/** The sign-outs of the last minutes, of users and of whole apps, for sign-ins that were under way when they came. */
export class RecentRevocations {
  /** Times by what was revoked, in the order in which they were last seen. */
  readonly #times = new Map<string, number>();

  constructor(
    private readonly metrics: SessionMetrics,
    private readonly options: { readonly maxRows: number } = { maxRows: MAX_REMEMBERED },
  ) {}

  /** True when it was not known before. */
  add(row: Revocation): boolean {
    return this.#remember(keyOfRow(row), row.revokedMs);
  }

  addApp({ appId, keyId, revokedMs }: AppRevocation): boolean {
    return this.#remember(keyOfApp(appId, keyId), revokedMs);
  }

  cover(session: TokenHolder): boolean {
    const signedOut = ['', session.deviceId].some(
      (deviceId) => session.tokenIssuedMs <= this.#timeOf(keyOf(session, deviceId)),
    );
    const { appId, keyId, tokenId, appSuspendedMs } = session;
    if (session.userBannedMs < this.#timeOf(keyOfBan(session))) return true;
    if (tokenId !== '' && this.#times.has(keyOfToken(session))) return true;
    const suspended = appSuspendedMs < this.#timeOf(keyOfApp(appId, ''));
    return signedOut || suspended || (keyId !== '' && this.#times.has(keyOfApp(appId, keyId)));
  }

  /** Drops what is too old by the database's clock. */
  prune(nowMs: number): void {
    for (const [key, revokedMs] of this.#times) {
      if (revokedMs >= nowMs - REMEMBERED_MS) break;
      this.#times.delete(key);
    }
    this.metrics.rememberedRevocations.set(this.#times.size);
  }

  #remember(key: string, revokedMs: number): boolean {
    if (this.#timeOf(key) >= revokedMs) return false;
    this.#times.delete(key);
    this.#times.set(key, revokedMs);
    if (this.#times.size > this.options.maxRows) {
      const [oldest] = this.#times.keys();
      if (oldest !== undefined) this.#times.delete(oldest);
      this.metrics.forgottenRevocations.inc();
    }
    this.metrics.rememberedRevocations.set(this.#times.size);
    return true;
  }

  #timeOf(key: string): number {
    return this.#times.get(key) ?? Number.NEGATIVE_INFINITY;
  }
}

/** A colon is in no id. */
function keyOf({ appId, userId }: { appId: string; userId: string }, deviceId: string): string {
  return `${appId}:${userId}:${deviceId}`;
}

function keyOfRow(row: Revocation): string {
  if (row.banned) return keyOfBan(row);
  return row.tokenId === '' ? keyOf(row, row.deviceId) : keyOfToken(row);
}

/** No token has an empty id. */
function keyOfBan(user: { appId: string; userId: string }): string {
  return `${keyOf(user, '')}:`;
}

/** No device has an empty id. */
function keyOfToken(token: { appId: string; userId: string; tokenId: string }): string {
  return `${keyOf(token, '')}:${token.tokenId}`;
}

/** No user has an empty id. */
function keyOfApp(appId: string, keyId: string): string {
  return `${appId}::${keyId}`;
}
