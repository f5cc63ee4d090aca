import { DomainError, senderKey, type AppId, type Sender } from '@queqiao/domain';
import type { Kysely, Transaction } from 'kysely';
import { REQUEST_KEPT_MS, type LogRequest, type RequestStore } from '../log-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import { pruneByAge } from './prune-by-age.js';

/** As LogRequest; operators are one caller, whoever of them calls. */
interface AnsweredRequest extends Omit<LogRequest, 'actor'> {
  readonly actor: Sender | 'operator';
}

/** What the same request was answered before. Throws ALREADY_EXISTS for an id that another operation used. */
export async function findAnswer(
  trx: Kysely<Schema>,
  appId: AppId,
  { actor, requestId, method }: AnsweredRequest,
): Promise<{ readonly answer: unknown } | undefined> {
  const row = await trx
    .selectFrom('requests')
    .select(['method', 'answer'])
    .where('app_id', '=', appId)
    .where('actor', '=', keyOf(actor))
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
  { actor, requestId, method }: AnsweredRequest,
  answer: unknown,
): Promise<void> {
  await trx
    .insertInto('requests')
    .values({
      app_id: appId,
      actor: keyOf(actor),
      request_id: requestId,
      method,
      answer: JSON.stringify(answer ?? null),
      created_ms: DATABASE_NOW,
    })
    .execute();
}

function keyOf(actor: AnsweredRequest['actor']): string {
  return actor === 'operator' ? 'operator:' : senderKey(actor);
}

export class MysqlRequestStore implements RequestStore {
  constructor(private readonly context: StoreContext) {}

  async prune(limit: number): Promise<number> {
    let pruned = 0;
    for (const table of ['requests', 'spent_message_ids'] as const) {
      const rows = { table, column: 'created_ms', keptMs: REQUEST_KEPT_MS } as const;
      pruned += await pruneByAge(this.context, rows, limit);
    }
    return pruned;
  }
}
