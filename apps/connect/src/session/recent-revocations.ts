import type { Revocation } from '@queqiao/protocol/link';
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
}

/** Whether a sign-out covers a session. A token of the very same moment is covered. */
export function covers(row: Revocation, session: TokenHolder): boolean {
  return (
    row.appId === session.appId &&
    row.userId === session.userId &&
    (row.deviceId === '' || row.deviceId === session.deviceId) &&
    session.tokenIssuedMs <= row.revokedMs
  );
}

/** The sign-outs of the last minutes, for sign-ins that were under way when they came. */
export class RecentRevocations {
  /** In the order in which they were last seen. */
  readonly #rows = new Map<string, Revocation>();

  constructor(
    private readonly metrics: SessionMetrics,
    private readonly options: { readonly maxRows: number } = { maxRows: MAX_REMEMBERED },
  ) {}

  /** True when it was not known before. */
  add(row: Revocation): boolean {
    const key = keyOf(row, row.deviceId);
    const known = this.#rows.get(key);
    if (known !== undefined && known.revokedMs >= row.revokedMs) return false;
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size > this.options.maxRows) {
      const [oldest] = this.#rows.keys();
      if (oldest !== undefined) this.#rows.delete(oldest);
      this.metrics.forgottenRevocations.inc();
    }
    this.metrics.rememberedRevocations.set(this.#rows.size);
    return true;
  }

  cover(session: TokenHolder): boolean {
    return ['', session.deviceId].some((deviceId) => {
      const row = this.#rows.get(keyOf(session, deviceId));
      return row !== undefined && covers(row, session);
    });
  }

  /** Drops what is too old by the database's clock. */
  prune(nowMs: number): void {
    for (const [key, { revokedMs }] of this.#rows) {
      if (revokedMs >= nowMs - REMEMBERED_MS) break;
      this.#rows.delete(key);
    }
    this.metrics.rememberedRevocations.set(this.#rows.size);
  }
}

/** A colon is in no id. */
function keyOf({ appId, userId }: { appId: string; userId: string }, deviceId: string): string {
  return `${appId}:${userId}:${deviceId}`;
}
