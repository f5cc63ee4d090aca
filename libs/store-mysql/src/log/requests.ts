import { DomainError, senderKey, type AppId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import { REQUEST_KEPT_MS, type LogRequest, type RequestStore } from '../log-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

/** What the same request was answered before. Throws ALREADY_EXISTS for an id that another operation used. */
export async function findAnswer(
  trx: Transaction<Schema>,
  appId: AppId,
  { actor, requestId, method }: LogRequest,
): Promise<{ readonly answer: unknown } | undefined> {
  const row = await trx
    .selectFrom('requests')
    .select(['method', 'answer'])
    .where('app_id', '=', appId)
    .where('actor', '=', senderKey(actor))
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.method !== method) {
    const field = 'client_request_id';
    throw new DomainError('ALREADY_EXISTS', 'the id was used for another call', { field });
  }
  return { answer: JSON.parse(row.answer) as unknown };
}

/** Of two runs of one request that lock different heads, the second fails here with a duplicate key, and runs again. */
export async function storeAnswer(
  trx: Transaction<Schema>,
  appId: AppId,
  { actor, requestId, method }: LogRequest,
  answer: unknown,
): Promise<void> {
  await trx
    .insertInto('requests')
    .values({
      app_id: appId,
      actor: senderKey(actor),
      request_id: requestId,
      method,
      answer: JSON.stringify(answer ?? null),
      created_ms: DATABASE_NOW,
    })
    .execute();
}

export class MysqlRequestStore implements RequestStore {
  constructor(private readonly context: StoreContext) {}

  /** App by app, because every statement on a tenant's table names its app. */
  async prune(limit: number): Promise<number> {
    const { kysely } = this.context;
    // The condition says for the tenant guard that all apps are meant.
    const all = sql<{ app_id: AppId }>`SELECT app_id FROM apps WHERE app_id = app_id`;
    const apps = await all.execute(kysely);
    let pruned = 0;
    for (const { app_id: appId } of apps.rows) pruned += await this.#pruneApp(appId, limit);
    return pruned;
  }

  #pruneApp(appId: AppId, limit: number): Promise<number> {
    return retrying(this.context, async () => {
      const result = await this.context.kysely
        .deleteFrom('requests')
        .where('app_id', '=', appId)
        .where('created_ms', '<', sql<number>`${DATABASE_NOW} - ${REQUEST_KEPT_MS}`)
        .orderBy('created_ms')
        .limit(limit)
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    });
  }
}
