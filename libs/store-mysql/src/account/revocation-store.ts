import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import { DATABASE_NOW, retrying, select, type StoreContext } from '../store-context.js';
import { appRevocationsSince, pruneAppRevocations } from './app-revocations.js';
import type {
  Revocation,
  RevocationPage,
  RevocationStore,
  Revoker,
  Standing,
} from './revocation-types.js';
import { revoke, type RevocationWork } from './revoke.js';
import { markRevokedToken, pruneRevokedTokens } from './revoked-tokens.js';
import { readStanding } from './standing.js';
import { hasUser } from './user-rows.js';

/** How far before its last answer a feed reads again. Well above the longest write, whatever the clock's grain. */
export const REVOCATION_OVERLAP_MS = 15_000;
/** What was revoked is kept this long for feeds; a node that heard nothing for longer has to give its sessions up. */
export const REVOCATION_KEPT_MS = 24 * 60 * 60 * 1_000;
export const REVOCATION_PAGE_ROWS = 500;
/** Kept longer than any feed may ask for, so that a page that is being read is never cut short. */
const PRUNED_AFTER_MS = REVOCATION_KEPT_MS + 60 * 60 * 1_000;

export class MysqlRevocationStore implements RevocationStore {
  constructor(private readonly context: StoreContext) {}

  signOutDevice(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    revoker: Revoker = {},
  ): Promise<boolean> {
    const mark: Mark = async (trx, revokedMs) => {
      if (!(await hasUser(trx, appId, userId))) return undefined;
      const { numUpdatedRows } = await trx
        .updateTable('devices')
        .set({ revoked_ms: sql<number>`GREATEST(revoked_ms, ${revokedMs})` })
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId)
        .executeTakeFirst();
      return numUpdatedRows > 0n ? true : undefined;
    };
    const who = { appId, userId, deviceId, tokenId: null, banned: false };
    return this.#revoke(who, `${userId} ${deviceId}`, revoker, mark);
  }

  signOutUser(appId: AppId, userId: UserId, revoker: Revoker = {}): Promise<boolean> {
    const mark: Mark = async (trx, revokedMs) => {
      if (!(await hasUser(trx, appId, userId))) return undefined;
      const { numUpdatedRows } = await trx
        .updateTable('users')
        .set({ revoked_ms: sql<number>`GREATEST(revoked_ms, ${revokedMs})` })
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return numUpdatedRows > 0n ? true : undefined;
    };
    const who = { appId, userId, deviceId: null, tokenId: null, banned: false };
    return this.#revoke(who, userId, revoker, mark);
  }

  revokeToken(
    appId: AppId,
    token: { readonly userId: UserId; readonly tokenId: string; readonly expiresMs: number | null },
    revoker: Revoker,
  ): Promise<boolean> {
    const { userId, tokenId } = token;
    const who = { appId, userId, deviceId: null, tokenId, banned: false };
    return this.#revoke(who, `${userId} ${tokenId}`, revoker, (trx, revokedMs) =>
      markRevokedToken(trx, { ...token, appId, revokedMs }),
    );
  }

  standing(appId: AppId, userId: UserId, deviceId: DeviceId, tokenId: string): Promise<Standing> {
    return readStanding(this.context, appId, userId, deviceId, tokenId);
  }

  async since(
    sinceMs: number,
    after: Revocation | null,
    { withTokens } = { withTokens: true },
  ): Promise<RevocationPage> {
    const [time] = await select<{ now_ms: number }>(
      this.context,
      'revocations-now',
      'SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now_ms',
      [],
    );
    const nowMs = time?.now_ms ?? 0;
    const fromMs = (sinceMs === 0 ? nowMs : sinceMs) - REVOCATION_OVERLAP_MS;
    const range = { fromMs, nowMs };
    const [rows, apps] = await Promise.all([
      this.#rows(
        after ?? {
          revokedMs: fromMs,
          appId: '',
          userId: '',
          deviceId: '',
          tokenId: '',
          banned: false,
        },
        withTokens,
      ),
      after ? [] : appRevocationsSince(this.context, range, REVOCATION_PAGE_ROWS + 1),
    ]);
    return {
      nowMs,
      rows: rows.slice(0, REVOCATION_PAGE_ROWS),
      more: rows.length > REVOCATION_PAGE_ROWS,
      apps: apps.slice(0, REVOCATION_PAGE_ROWS),
      tooOld: fromMs < nowMs - REVOCATION_KEPT_MS || apps.length > REVOCATION_PAGE_ROWS,
    };
  }

  async prune(limit: number): Promise<number> {
    const apps = await pruneAppRevocations(this.context, PRUNED_AFTER_MS, limit);
    const tokens = await pruneRevokedTokens(this.context, limit);
    return apps + tokens + (await this.#pruneFeed(limit));
  }

  async #pruneFeed(limit: number): Promise<number> {
    const { rows } = await retrying(this.context, () =>
      sql<{ revoked_ms: number }>`
        SELECT revoked_ms FROM revocations WHERE revoked_ms < ${DATABASE_NOW} - ${PRUNED_AFTER_MS}
        ORDER BY revoked_ms LIMIT ${limit}`.execute(this.context.kysely),
    );
    const last = rows.at(-1);
    if (last === undefined) return 0;
    await retrying(this.context, () =>
      this.context.kysely
        .deleteFrom('revocations')
        .where('revoked_ms', '<=', last.revoked_ms)
        .execute(),
    );
    return rows.length;
  }

  /** One more than a page, to see whether another follows. */
  async #rows(after: Place, withTokens: boolean): Promise<Revocation[]> {
    const { revokedMs, appId, userId, deviceId, tokenId, banned } = after;
    const found = await this.context.kysely
      .selectFrom('revocations')
      .selectAll()
      .where(sql<boolean>`(token_id = '' OR ${withTokens ? 1 : 0} = 1)`)
      // The first condition alone can use the key as a range; the second is exact within one millisecond.
      .where('revoked_ms', '>=', revokedMs)
      .where(
        sql<boolean>`(revoked_ms, app_id, user_id, device_id, token_id, banned) >
          (${revokedMs}, ${appId}, ${userId}, ${deviceId ?? ''}, ${tokenId ?? ''}, ${banned ? 1 : 0})`,
      )
      .orderBy('revoked_ms')
      .orderBy('app_id')
      .orderBy('user_id')
      .orderBy('device_id')
      .orderBy('token_id')
      .orderBy('banned')
      .limit(REVOCATION_PAGE_ROWS + 1)
      .execute();
    return found.map((row) => ({
      appId: row.app_id,
      userId: row.user_id,
      deviceId: row.device_id === '' ? null : row.device_id,
      tokenId: row.token_id === '' ? null : row.token_id,
      banned: row.banned === 1,
      revokedMs: row.revoked_ms,
    }));
  }

  async #revoke(
    who: Omit<Revocation, 'revokedMs'>,
    target: string,
    { by, request, signal }: Revoker,
    mark: Mark,
  ): Promise<boolean> {
    const audit = by === undefined ? null : { by, target };
    return (
      (await revoke(this.context, who, { request: request ?? null, audit, signal, mark })) ?? false
    );
  }
}

type Mark = RevocationWork<true>['mark'];

/** In the order of the feed. */
type Place = Readonly<Record<'appId' | 'userId', string>> & {
  readonly revokedMs: number;
  readonly deviceId: string | null;
  readonly tokenId: string | null;
  readonly banned: boolean;
};
