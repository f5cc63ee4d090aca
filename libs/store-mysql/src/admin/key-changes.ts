import { DomainError, type AppId } from '@queqiao/domain';
import type { Selectable } from 'kysely';
import type { NewSigningKey } from '../account-types.js';
import { addAppRevocation, dropAppRevocation } from '../account/app-revocations.js';
import type { AdminChangeCall, KeyInfo } from '../admin-types.js';
import type { AppKeysTable } from '../schema/apps.js';
import type { StoreContext } from '../store-context.js';
import { administer, existing, noSuch, type AdminTransaction } from './administer.js';

/** Keys of an app that are not retired yet, without those that the server signs with. */
export const KEYS_MAX_LIVE = 20;
export const KEYS_LIST_MAX = 500;

const COLUMNS = ['kid', 'alg', 'created_ms', 'retired_ms'] as const;

export function addKey<T>(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  key: NewSigningKey,
  answerOf: (key: KeyInfo) => T,
): Promise<T> {
  return administer(context, call, appId, {
    change: async (tx) => {
      existing(tx);
      const { trx, nowMs: createdMs } = tx;
      await refuseMore(tx, key.kid);
      const material = key.alg === 'HS256' ? Buffer.from(key.secret) : Buffer.from(key.publicJwk);
      const { kid, alg } = key;
      const row = { app_id: appId, kid, alg, material, created_ms: createdMs };
      await trx.insertInto('app_keys').values(row).execute();
      const answer = answerOf({ keyId: kid, alg, createdMs, retiredMs: 0 });
      return { answer, target: kid };
    },
  });
}

export async function listKeys({ kysely }: StoreContext, appId: AppId): Promise<KeyInfo[]> {
  const rows = await kysely
    .selectFrom('app_keys')
    .select(COLUMNS)
    .where('app_id', '=', appId)
    .orderBy('created_ms', 'desc')
    .orderBy('kid')
    .limit(KEYS_LIST_MAX)
    .execute();
  return rows.map(toKeyInfo);
}

export function retireKey(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  keyId: string,
  atMs: number,
): Promise<KeyInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      existing(tx);
      const key = await lockKey(tx, keyId);
      if (key === undefined) throw noSuch('key', 'key_id');
      const retiredMs = isRetired(key, tx.nowMs) ? key.retired_ms : Math.max(atMs, tx.nowMs);
      return { answer: toKeyInfo({ ...key, retired_ms: retiredMs }), target: keyId };
    },
    revoke: (tx) => retire(tx, keyId, atMs),
  });
}

/** Nothing for a key that is retired; run again it moves a time that has come by since to now. */
async function retire(tx: AdminTransaction, keyId: string, atMs: number): Promise<void> {
  const { trx, appId, nowMs } = tx;
  const key = await lockKey(tx, keyId);
  if (key === undefined) return;
  const { retired_ms: plannedMs } = key;
  const retiredMs = Math.max(atMs, nowMs);
  if (plannedMs !== null && plannedMs > nowMs) {
    await dropAppRevocation(trx, { appId, keyId, revokedMs: plannedMs });
  }
  await addAppRevocation(trx, { appId, keyId, revokedMs: retiredMs });
  if (isRetired(key, nowMs)) return;
  await trx
    .updateTable('app_keys')
    .set({ retired_ms: retiredMs })
    .where('app_id', '=', appId)
    .where('kid', '=', keyId)
    .execute();
}

function lockKey({ trx, appId }: AdminTransaction, keyId: string) {
  return trx
    .selectFrom('app_keys')
    .select(COLUMNS)
    .where('app_id', '=', appId)
    .where('kid', '=', keyId)
    .forUpdate()
    .executeTakeFirst();
}

async function refuseMore({ trx, appId, nowMs }: AdminTransaction, kid: string): Promise<void> {
  const rows = await trx
    .selectFrom('app_keys')
    .select(COLUMNS)
    .where('app_id', '=', appId)
    .execute();
  if (rows.some((row) => row.kid === kid)) {
    throw new DomainError('ALREADY_EXISTS', 'the id is taken', { field: 'key_id' });
  }
  const live = rows.filter((row) => row.alg !== 'derived' && !isRetired(row, nowMs));
  if (live.length < KEYS_MAX_LIVE) return;
  const message = `an app has at most ${KEYS_MAX_LIVE} keys that are not retired`;
  throw new DomainError('LIMIT_EXCEEDED', message, { field: 'KEYS_MAX_LIVE' });
}

type KeyRow = Pick<Selectable<AppKeysTable>, (typeof COLUMNS)[number]>;

function isRetired({ retired_ms: retiredMs }: KeyRow, nowMs: number): boolean {
  return retiredMs !== null && retiredMs <= nowMs;
}

function toKeyInfo({ kid, alg, created_ms, retired_ms }: KeyRow): KeyInfo {
  return {
    keyId: kid,
    alg: alg === 'derived' ? 'HS256' : alg,
    createdMs: created_ms,
    retiredMs: retired_ms ?? 0,
  };
}
