import { DomainError, isScope, type AppId } from '@queqiao/domain';
import type { Selectable } from 'kysely';
import type { AdminChangeCall, CredentialInfo, NewCredential } from '../admin-types.js';
import type { AppCredentialsTable } from '../schema/apps.js';
import type { StoreContext } from '../store-context.js';
import { administer, existing, noSuch, type AdminTransaction } from './administer.js';

/** Credentials of an app that are not revoked. */
export const CREDENTIALS_MAX_LIVE = 100;
export const CREDENTIALS_LIST_MAX = 500;

const COLUMNS = ['credential_id', 'scopes', 'created_ms', 'revoked_ms'] as const;

export function addCredential(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  { credentialId, scopes, secretHash }: NewCredential,
): Promise<CredentialInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      existing(tx);
      await refuseMore(tx);
      const row = {
        app_id: appId,
        credential_id: credentialId,
        secret_hash: Buffer.from(secretHash),
        scopes: scopes.join(),
        created_ms: tx.nowMs,
      };
      await tx.trx.insertInto('app_credentials').values(row).execute();
      return { answer: toInfo({ ...row, revoked_ms: null }), target: credentialId };
    },
  });
}

export async function listCredentials(
  { kysely }: StoreContext,
  appId: AppId,
): Promise<CredentialInfo[]> {
  const rows = await kysely
    .selectFrom('app_credentials')
    .select(COLUMNS)
    .where('app_id', '=', appId)
    .orderBy('created_ms', 'desc')
    .orderBy('credential_id')
    .limit(CREDENTIALS_LIST_MAX)
    .execute();
  return rows.map(toInfo);
}

export function revokeCredential(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  credentialId: string,
): Promise<CredentialInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      existing(tx);
      const { trx, nowMs } = tx;
      const row = await trx
        .selectFrom('app_credentials')
        .select(COLUMNS)
        .where('app_id', '=', appId)
        .where('credential_id', '=', credentialId)
        .forUpdate()
        .executeTakeFirst();
      if (row === undefined) throw noSuch('credential', 'credential_id');
      const revokedMs = row.revoked_ms ?? nowMs;
      await trx
        .updateTable('app_credentials')
        .set({ revoked_ms: revokedMs })
        .where('app_id', '=', appId)
        .where('credential_id', '=', credentialId)
        .execute();
      return { answer: toInfo({ ...row, revoked_ms: revokedMs }), target: credentialId };
    },
  });
}

async function refuseMore({ trx, appId }: AdminTransaction): Promise<void> {
  const rows = await trx
    .selectFrom('app_credentials')
    .select('credential_id')
    .where('app_id', '=', appId)
    .where('revoked_ms', 'is', null)
    .limit(CREDENTIALS_MAX_LIVE)
    .execute();
  if (rows.length < CREDENTIALS_MAX_LIVE) return;
  const message = `an app has at most ${CREDENTIALS_MAX_LIVE} credentials that are not revoked`;
  throw new DomainError('LIMIT_EXCEEDED', message, { field: 'CREDENTIALS_MAX_LIVE' });
}

function toInfo(
  row: Pick<Selectable<AppCredentialsTable>, (typeof COLUMNS)[number]>,
): CredentialInfo {
  return {
    credentialId: row.credential_id,
    scopes: row.scopes.split(',').filter(isScope),
    createdMs: row.created_ms,
    revokedMs: row.revoked_ms ?? 0,
  };
}
