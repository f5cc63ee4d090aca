import { isScope, SCOPES, type AppId, type Scope } from '@queqiao/domain';
import { sql } from 'kysely';
import type {
  AppCredential,
  AppRecord,
  AppStore,
  NewSigningKey,
  StoredSigningKey,
} from '../account-types.js';
import { appSettingsSchema, readSettings, type AppSettingsInput } from '../app-settings.js';
import { markEventsOn } from '../event/event-gap.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { beginUsage, countSoon, toUsage, USAGE_COUNTS } from '../usage/usage-rows.js';

/** A key may be retired at a time to come. */
const RETIRED = sql<number>`(retired_ms IS NOT NULL AND retired_ms <= ${DATABASE_NOW})`;

export class MysqlAppStore implements AppStore {
  constructor(private readonly context: StoreContext) {}

  async app(appId: AppId): Promise<AppRecord | null> {
    const row = await this.context.kysely
      .selectFrom('apps')
      .leftJoin('app_usage', 'app_usage.app_id', 'apps.app_id')
      .select(['name', 'status', 'settings', 'suspended_ms', ...USAGE_COUNTS])
      .where('apps.app_id', '=', appId)
      .executeTakeFirst();
    if (row === undefined || row.status === 'deleted') return null;
    const { name, status, suspended_ms: suspendedMs } = row;
    const settings = readSettings(row.settings);
    return { appId, name, status, suspendedMs, settings, usage: toUsage(row) };
  }

  async signingKey(appId: AppId, kid: string): Promise<StoredSigningKey | null> {
    const row = await this.context.kysely
      .selectFrom('app_keys')
      .select(['alg', 'material', RETIRED.as('retired')])
      .where('app_id', '=', appId)
      .where('kid', '=', kid)
      .executeTakeFirst();
    if (row === undefined) return null;
    const retired = row.retired === 1;
    const { alg, material } = row;
    if (alg === 'HS256') return { alg, kid, retired, secret: material };
    if (alg === 'derived') return { alg, kid, retired, salt: material };
    return { alg, kid, retired, publicJwk: material.toString('utf8') };
  }

  async credential(appId: AppId, credentialId: string): Promise<AppCredential | null> {
    const row = await this.context.kysely
      .selectFrom('app_credentials')
      .select(['secret_hash', 'revoked_ms', 'scopes'])
      .where('app_id', '=', appId)
      .where('credential_id', '=', credentialId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const { secret_hash: secretHash, revoked_ms: revokedMs, scopes } = row;
    return {
      credentialId,
      secretHash,
      revoked: revokedMs !== null,
      scopes: scopes.split(',').filter(isScope),
    };
  }

  async createApp(appId: AppId, name: string): Promise<boolean> {
    const result = await this.context.kysely
      .insertInto('apps')
      .ignore()
      .values({ app_id: appId, name, status: 'active', settings: '{}', created_ms: DATABASE_NOW })
      .executeTakeFirst();
    const made = result.numInsertedOrUpdatedRows === 1n;
    if (made) await beginUsage(this.context.kysely, appId);
    return made;
  }

  async setStatus(appId: AppId, status: AppRecord['status']): Promise<boolean> {
    const result = await retrying(this.context, () =>
      this.context.kysely
        .updateTable('apps')
        .set({ status })
        .where('app_id', '=', appId)
        .executeTakeFirst(),
    );
    return result.numUpdatedRows === 1n;
  }

  async setSettings(appId: AppId, settings: AppSettingsInput): Promise<boolean> {
    appSettingsSchema.parse(settings);
    const found = await retrying(this.context, () =>
      this.context.kysely.transaction().execute(async (trx) => {
        const app = trx.selectFrom('apps').select('settings').where('app_id', '=', appId);
        const before = await app.forUpdate().executeTakeFirst();
        if (before === undefined) return false;
        await trx
          .updateTable('apps')
          .set({ settings: JSON.stringify(settings) })
          .where('app_id', '=', appId)
          .execute();
        await markEventsOn(trx, appId, before.settings, settings);
        return true;
      }),
    );
    await countSoon(this.context.kysely, appId);
    return found;
  }

  async storedSettings(appId: AppId): Promise<AppSettingsInput | null> {
    const row = await this.context.kysely
      .selectFrom('apps')
      .select('settings')
      .where('app_id', '=', appId)
      .executeTakeFirst();
    return row?.settings ?? null;
  }

  async addKey(appId: AppId, key: NewSigningKey): Promise<boolean> {
    const material = key.alg === 'HS256' ? Buffer.from(key.secret) : Buffer.from(key.publicJwk);
    const result = await this.context.kysely
      .insertInto('app_keys')
      .ignore()
      .values({ app_id: appId, kid: key.kid, alg: key.alg, material, created_ms: DATABASE_NOW })
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }

  async retireKey(appId: AppId, kid: string): Promise<boolean> {
    const result = await this.context.kysely
      .updateTable('app_keys')
      .set({ retired_ms: DATABASE_NOW })
      .where('app_id', '=', appId)
      .where('kid', '=', kid)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  async addCredential(
    appId: AppId,
    credentialId: string,
    secretHash: Uint8Array,
    scopes: readonly Scope[] = SCOPES,
  ): Promise<boolean> {
    const result = await this.context.kysely
      .insertInto('app_credentials')
      .ignore()
      .values({
        app_id: appId,
        credential_id: credentialId,
        secret_hash: Buffer.from(secretHash),
        scopes: scopes.join(),
        created_ms: DATABASE_NOW,
      })
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }

  async revokeCredential(appId: AppId, credentialId: string): Promise<boolean> {
    const result = await this.context.kysely
      .updateTable('app_credentials')
      .set({ revoked_ms: DATABASE_NOW })
      .where('app_id', '=', appId)
      .where('credential_id', '=', credentialId)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }
}
