import type { AppId } from '@queqiao/domain';
import { sql, type Selectable } from 'kysely';
import type { AdminChangeCall } from '../admin-types.js';
import { administer, existing, type AdminTransaction } from '../admin/administer.js';
import type {
  BeforeSendHookInfo,
  BeforeSendHookStatus,
  HookStore,
  NewBeforeSendHook,
  SetBeforeSendHook,
  StoredBeforeSendHook,
} from '../hook-types.js';
import {
  asBytes,
  asText,
  earlierUntilMs,
  replacedSecrets,
  rotated,
  type SecretColumns,
} from '../outbound/signing-secrets.js';
import type { BeforeSendHooksTable } from '../schema/hooks.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';

/** How long a secret signs too after it was replaced: a day. */
export const HOOK_SECRET_OVERLAP_MS = 86_400_000;

type Row = Selectable<BeforeSendHooksTable>;
type Next = Omit<Row, keyof SecretColumns> & SecretColumns;
/** As it is kept; the secret that the call made stays sealed. */
interface SetAnswer {
  readonly hook: BeforeSendHookInfo;
  readonly sealed?: string;
}

export class MysqlHookStore implements HookStore {
  constructor(private readonly context: StoreContext) {}

  async beforeSend(appId: AppId): Promise<StoredBeforeSendHook | null> {
    const row = await this.context.kysely
      .selectFrom('before_send_hooks')
      .selectAll()
      .select(DATABASE_NOW.as('now_ms'))
      .where('app_id', '=', appId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const replaced = replacedSecrets(row, row.now_ms).map(({ sealed }) => sealed);
    return { ...toInfo(row), status: toStatus(row), secrets: [row.secret, ...replaced] };
  }

  async setBeforeSend(
    call: AdminChangeCall,
    appId: AppId,
    hook: NewBeforeSendHook,
  ): Promise<SetBeforeSendHook> {
    const answer = await administer<SetAnswer>(this.context, call, appId, {
      change: async (tx) => {
        existing(tx);
        const before = await locked(tx);
        const row = nextRow(before, appId, hook, tx.nowMs);
        const earlier = JSON.stringify(row.earlier_secrets ?? []);
        await tx.trx
          .replaceInto('before_send_hooks')
          .values({ ...row, earlier_secrets: earlier })
          .execute();
        const isFresh = before === undefined || hook.rotateSecret;
        const secret = isFresh ? { sealed: asText(hook.freshSecret) } : {};
        return { answer: { hook: toInfo(row), ...secret } };
      },
    });
    // Answers that were kept by older versions have less.
    const { earlierSecretsUntilMs = [] } = answer.hook as Partial<BeforeSendHookInfo>;
    const sealedSecret = asBytes(answer.sealed);
    return { hook: { ...answer.hook, earlierSecretsUntilMs }, sealedSecret };
  }

  async note(appId: AppId, note: Parameters<HookStore['note']>[1]): Promise<void> {
    const { updatedMs, failures, lastFailureMs, lastError, lastRecoveryMs } = note;
    await this.context.kysely
      .updateTable('before_send_hooks')
      // In this order: each is set with what those before it have by then.
      .set({
        failures: sql<number>`failures + ${failures}`,
        last_error: sql<string>`IF(${lastFailureMs} >= last_failure_ms, ${lastError}, last_error)`,
        last_failure_ms: sql<number>`GREATEST(last_failure_ms, ${lastFailureMs})`,
        last_recovery_ms: sql<number>`GREATEST(last_recovery_ms, ${lastRecoveryMs})`,
      })
      .where('app_id', '=', appId)
      .where('updated_ms', '=', updatedMs)
      .execute();
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
): Next {
  const untried = { failures: 0, last_failure_ms: 0, last_error: '', last_recovery_ms: 0 };
  const said = { url, timeout_ms: timeoutMs, on_failure: onFailure, updated_ms: nowMs, ...untried };
  const fresh = Buffer.from(freshSecret);
  if (before === undefined) {
    const none = { previous_secret: null, previous_until_ms: 0, earlier_secrets: null };
    return { app_id: appId, ...said, secret: fresh, ...none };
  }
  if (!rotateSecret) return { ...before, ...said };
  const secrets = rotated(before, fresh, { nowMs, overlapMs: HOOK_SECRET_OVERLAP_MS });
  return { ...before, ...said, ...secrets };
}

function toInfo(row: Next): BeforeSendHookInfo {
  return {
    url: row.url,
    timeoutMs: row.timeout_ms,
    onFailure: row.on_failure,
    updatedMs: row.updated_ms,
    previousSecretUntilMs: row.previous_until_ms,
    earlierSecretsUntilMs: earlierUntilMs(row),
  };
}

function toStatus(row: Row): BeforeSendHookStatus {
  return {
    failures: row.failures,
    lastFailureMs: row.last_failure_ms,
    lastError: row.last_error,
    lastRecoveryMs: row.last_recovery_ms,
  };
}
