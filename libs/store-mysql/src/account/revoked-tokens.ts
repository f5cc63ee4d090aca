import type { AppId, UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import { pruneByAge } from '../log/prune-by-age.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { hasUser } from './user-rows.js';

/** How long a token is refused that was revoked by its id alone: 400 days. */
export const REVOKED_TOKEN_KEPT_MS = 34_560_000_000;
/** After the end of a token, for nodes whose clocks are late. */
const KEPT_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Undefined when nobody vouches for the token, and there is no such user either. */
export async function markRevokedToken(
  trx: Transaction<Schema>,
  token: {
    readonly appId: AppId;
    readonly userId: UserId;
    readonly tokenId: string;
    readonly expiresMs: number | null;
    readonly revokedMs: number;
  },
): Promise<true | undefined> {
  const { appId, userId, tokenId, expiresMs, revokedMs } = token;
  if (expiresMs === null && !(await hasUser(trx, appId, userId))) return undefined;
  const keptUntilMs =
    expiresMs === null ? revokedMs + REVOKED_TOKEN_KEPT_MS : expiresMs + KEPT_AFTER_MS;
  await trx
    .insertInto('revoked_tokens')
    .values({
      app_id: appId,
      user_id: userId,
      token_id: tokenId,
      revoked_ms: revokedMs,
      kept_until_ms: keptUntilMs,
    })
    .onDuplicateKeyUpdate({
      kept_until_ms: sql<number>`GREATEST(kept_until_ms, VALUES(kept_until_ms))`,
    })
    .execute();
  return true;
}

export function pruneRevokedTokens(context: StoreContext, limit: number): Promise<number> {
  const rows = { table: 'revoked_tokens', column: 'kept_until_ms', keptMs: 0 } as const;
  return pruneByAge(context, rows, limit);
}
