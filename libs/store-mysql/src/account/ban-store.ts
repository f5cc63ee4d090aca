import { invalidArgument, type AppId, type UserId } from '@queqiao/domain';
import type { Transaction } from 'kysely';
import type { AccountRecord, Ban, BanStore } from '../ban-types.js';
import { pruneByAge } from '../log/prune-by-age.js';
import type { Schema } from '../schema/schema.js';
import { select, type StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';
import { readAccounts, toBan, type BanRow } from './account-reads.js';
import { answered } from './answered.js';
import { REVOCATION_KEPT_MS } from './revocation-store.js';
import type { Revoker } from './revocation-types.js';
import { revoke } from './revoke.js';
import { hasUser } from './user-rows.js';

/** How the database says for ever. */
export const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;
/** Longer than feeds go back. */
const KEPT_AFTER_MS = REVOCATION_KEPT_MS + 60 * 60 * 1_000;

export const BANS_SQL =
  'SELECT b.user_id, b.until_ms, b.reason, b.banned_ms FROM bans b FORCE INDEX (PRIMARY) WHERE b.app_id = ? AND b.user_id > ? ' +
  'AND b.until_ms > CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) ORDER BY b.user_id LIMIT ?';

export class MysqlBanStore implements BanStore {
  constructor(private readonly context: StoreContext) {}

  async ban(
    appId: AppId,
    { userId, untilMs, reason }: Pick<Ban, 'userId' | 'untilMs' | 'reason'>,
    revoker: Revoker,
  ): Promise<Ban | null> {
    const who = { appId, userId, deviceId: null, tokenId: null, banned: true };
    const banned = await revoke<Ban>(this.context, who, {
      ...callOf(revoker, userId),
      mark: async (trx, bannedMs) => {
        if (untilMs !== 0 && untilMs <= bannedMs) throw invalidArgument('until_ms', 'is past');
        if (!(await hasUser(trx, appId, userId))) return undefined;
        await write(trx, appId, { userId, untilMs, reason, bannedMs });
        return { userId, untilMs, reason, bannedMs };
      },
    });
    return banned ?? null;
  }

  async unban(appId: AppId, userId: UserId, revoker: Revoker): Promise<boolean> {
    const call = { appId, ...callOf(revoker, userId) };
    const { answer } = await answered<true>(this.context, call, async (trx, nowMs) => {
      if (!(await hasUser(trx, appId, userId))) return undefined;
      await trx
        .updateTable('bans')
        .set({ until_ms: nowMs })
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
        .where('until_ms', '>', nowMs)
        .execute();
      return true;
    });
    return answer ?? false;
  }

  async bans(
    appId: AppId,
    { afterId, limit }: { readonly afterId: string; readonly limit: number },
  ): Promise<Ban[]> {
    const rows = await select<BanRow>(this.context, 'bans', BANS_SQL, [appId, afterId, limit]);
    return rows.map(toBan);
  }

  accounts(appId: AppId, userIds: readonly UserId[]): Promise<AccountRecord[]> {
    return readAccounts(this.context, appId, userIds);
  }

  prune(limit: number): Promise<number> {
    const rows = { table: 'bans', column: 'until_ms', keptMs: KEPT_AFTER_MS } as const;
    return pruneByAge(this.context, rows, limit);
  }
}

async function write(
  trx: Transaction<Schema>,
  appId: AppId,
  { userId, untilMs, reason, bannedMs }: Ban,
): Promise<void> {
  await trx
    .insertInto('bans')
    .values({
      app_id: appId,
      user_id: userId,
      until_ms: untilMs === 0 ? FOR_EVER_MS : untilMs,
      reason,
      banned_ms: bannedMs,
    })
    .onDuplicateKeyUpdate({
      until_ms: incoming<number>('until_ms'),
      reason: incoming<string>('reason'),
      banned_ms: incoming<number>('banned_ms'),
    })
    .execute();
}

function callOf({ by, request, signal }: Revoker, target: string) {
  return { request: request ?? null, audit: by === undefined ? null : { by, target }, signal };
}
