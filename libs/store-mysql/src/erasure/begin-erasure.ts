import type { AppId, UserId } from '@queqiao/domain';
import type { Transaction } from 'kysely';
import { hasUser } from '../account/user-rows.js';
import type { Revoker } from '../account/revocation-types.js';
import { revoke } from '../account/revoke.js';
import type { Erasure } from '../erasure-types.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { toErasure } from './erasure-rows.js';

/** The user is out from the commit on, sessions of whatever token end, and nobody sees a profile any more. */
export async function beginErasure(
  context: StoreContext,
  appId: AppId,
  { userId, keepMessages }: { readonly userId: UserId; readonly keepMessages: boolean },
  { by, request = null }: { by?: Revoker['by']; request?: Revoker['request'] | null },
): Promise<Erasure | null> {
  const who = { appId, userId, deviceId: null, tokenId: null, banned: true };
  const audit = by === undefined ? null : { by, target: userId };
  const begun = await revoke<Erasure>(context, who, {
    request,
    audit,
    mark: async (trx, nowMs) => {
      const known = await readErasure(trx, appId, userId);
      if (known !== undefined) return known;
      if (!(await hasUser(trx, appId, userId))) return undefined;
      await trx
        .insertInto('erasures')
        .values({
          app_id: appId,
          user_id: userId,
          keep_messages: keepMessages ? 1 : 0,
          phase: 'messages',
          requested_ms: nowMs,
          due_ms: nowMs,
        })
        .execute();
      await blankProfile(trx, appId, userId, nowMs);
      const started = { phase: 'messages', steps: 0, requestedMs: nowMs, erasedMs: 0 } as const;
      return { userId, keepMessages, ...started };
    },
  });
  return begun ?? null;
}

async function readErasure(
  trx: Transaction<Schema>,
  appId: AppId,
  userId: UserId,
): Promise<Erasure | undefined> {
  const row = await trx
    .selectFrom('erasures')
    .selectAll()
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row === undefined ? undefined : toErasure(row);
}

async function blankProfile(
  trx: Transaction<Schema>,
  appId: AppId,
  userId: UserId,
  nowMs: number,
): Promise<void> {
  await trx
    .updateTable('users')
    .set({
      nickname: '',
      avatar_url: '',
      gender: 0,
      signature: '',
      extra: '',
      handle: null,
      settings: null,
      searchable_name: null,
      updated_ms: nowMs,
    })
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .execute();
}
