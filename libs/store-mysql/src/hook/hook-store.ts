import type { AppId } from '@queqiao/domain';
import { sql, type Selectable } from 'kysely';
import type { AdminChangeCall } from '../admin-types.js';
import { administer, existing, type AdminTransaction } from '../admin/administer.js';
import type {
  BeforeSendHookInfo,
  HookStore,
  NewBeforeSendHook,
  SetBeforeSendHook,
  StoredBeforeSendHook,
} from '../hook-types.js';
import type { BeforeSendHooksTable } from '../schema/hooks.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';

/** How long the secret before the present one signs too: a day. */
export const HOOK_SECRET_OVERLAP_MS = 86_400_000;

type Row = Selectable<BeforeSendHooksTable>;

export class MysqlHookStore implements HookStore {
  constructor(private readonly context: StoreContext) {}

  async beforeSend(appId: AppId): Promise<StoredBeforeSendHook | null> {
    const row = await this.context.kysely
      .selectFrom('before_send_hooks')
      .selectAll()
      .select(sql<number>`(previous_until_ms > ${DATABASE_NOW})`.as('both'))
      .where('app_id', '=', appId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const { secret, previous_secret: previous, both } = row;
    const secrets = previous !== null && both === 1 ? [secret, previous] : [secret];
    return { ...toInfo(row), secrets };
  }

  setBeforeSend(
    call: AdminChangeCall,
    appId: AppId,
    hook: NewBeforeSendHook,
  ): Promise<SetBeforeSendHook> {
    return administer(this.context, call, appId, {
      change: async (tx) => {
        existing(tx);
        const before = await locked(tx);
        const row = nextRow(before, appId, hook, tx.nowMs);
        await tx.trx.replaceInto('before_send_hooks').values(row).execute();
        const secretOf = before === undefined || hook.rotateSecret ? hook.run : null;
        return { answer: { hook: toInfo(row), secretOf } };
      },
    });
  }

  async deleteBeforeSend(call: AdminChangeCall, appId: AppId): Promise<void> {
    await administer(this.context, call, appId, {
      change: async (tx) => {
        existing(tx);
        await tx.trx.deleteFrom('before_send_hooks').where('app_id', '=', appId).execute();
        return { answer: null };
      },
    });
  }
}

function locked({ trx, appId }: AdminTransaction): Promise<Row | undefined> {
  return trx
    .selectFrom('before_send_hooks')
    .selectAll()
    .where('app_id', '=', appId)
    .forUpdate()
    .executeTakeFirst();
}

function nextRow(
  before: Row | undefined,
  appId: AppId,
  { url, timeoutMs, onFailure, freshSecret, rotateSecret }: NewBeforeSendHook,
  nowMs: number,
): Row {
  const said = { url, timeout_ms: timeoutMs, on_failure: onFailure, updated_ms: nowMs };
  const fresh = Buffer.from(freshSecret);
  if (before === undefined) {
    return { app_id: appId, ...said, secret: fresh, previous_secret: null, previous_until_ms: 0 };
  }
  if (!rotateSecret) return { ...before, ...said };
  const until = nowMs + HOOK_SECRET_OVERLAP_MS;
  return {
    ...before,
    ...said,
    secret: fresh,
    previous_secret: before.secret,
    previous_until_ms: until,
  };
}

function toInfo(row: Row): BeforeSendHookInfo {
  return {
    url: row.url,
    timeoutMs: row.timeout_ms,
    onFailure: row.on_failure,
    updatedMs: row.updated_ms,
    previousSecretUntilMs: row.previous_until_ms,
  };
}
