import { DomainError, senderKey, type AppId, type Sender } from '@queqiao/domain';
import type {
  InsertQueryBuilder,
  InsertResult,
  Kysely,
  Selectable,
  SelectQueryBuilder,
  Transaction,
} from 'kysely';
import { REQUEST_KEPT_MS, type LogRequest, type RequestStore } from '../log-types.js';
import type { RequestsTable } from '../schema/requests.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { pruneByAge } from './prune-by-age.js';

/** As LogRequest; operators are one caller, whoever of them calls. */
interface AnsweredRequest extends Omit<LogRequest, 'actor'> {
  readonly actor: Sender | 'operator';
}

/** What the same request was answered before. Throws ALREADY_EXISTS for an id that was used for another one. */
export async function findAnswer(
  trx: Kysely<Schema>,
  appId: AppId,
  request: AnsweredRequest,
): Promise<{ readonly answer: unknown } | undefined> {
  return readAnswer(await answerOf(trx, appId, request).executeTakeFirst(), request);
}

export type AnswerRow = Pick<Selectable<RequestsTable>, 'method' | 'digest' | 'answer'>;

export function answerOf(
  trx: Kysely<Schema>,
  appId: AppId,
  { actor, requestId }: AnsweredRequest,
): SelectQueryBuilder<Schema, 'requests', AnswerRow> {
  return trx
    .selectFrom('requests')
    .select(['method', 'digest', 'answer'])
    .where('app_id', '=', appId)
    .where('actor', '=', keyOf(actor))
    .where('request_id', '=', requestId);
}

/** As findAnswer, of what `answerOf` found. */
export function readAnswer(
  row: AnswerRow | undefined,
  request: AnsweredRequest,
): { readonly answer: unknown } | undefined {
  if (row === undefined) return undefined;
  if (!isSame(row, request)) {
    const field = 'client_request_id';
    throw new DomainError('ALREADY_EXISTS', 'the id was used for another call', { field });
  }
  return { answer: JSON.parse(row.answer) as unknown };
}

/** Of two runs of one request that lock different heads, the second fails here with a duplicate key, and runs again. */
export async function storeAnswer(
  trx: Transaction<Schema>,
  appId: AppId,
  request: AnsweredRequest,
  answer: unknown,
): Promise<void> {
  await insertAnswer(trx, appId, request, answer).execute();
}

export function insertAnswer(
  trx: Transaction<Schema>,
  appId: AppId,
  request: AnsweredRequest,
  answer: unknown,
): InsertQueryBuilder<Schema, 'requests', InsertResult> {
  return trx.insertInto('requests').values(rowOf(appId, request, answer));
}

function rowOf(
  appId: AppId,
  { actor, requestId, method, digest }: AnsweredRequest,
  answer: unknown,
) {
  return {
    app_id: appId,
    actor: keyOf(actor),
    request_id: requestId,
    method,
    answer: JSON.stringify(answer ?? null),
    created_ms: DATABASE_NOW,
    digest: digest === undefined ? null : Buffer.from(digest),
  };
}

/** Rows of versions that kept no digest, and requests that have none, are told apart by their methods alone. */
function isSame(
  row: { readonly method: string; readonly digest: Buffer | null },
  { method, digest }: AnsweredRequest,
): boolean {
  if (row.method !== method) return false;
  return row.digest === null || digest === undefined || row.digest.equals(digest);
}

function keyOf(actor: AnsweredRequest['actor']): string {
  return actor === 'operator' ? 'operator:' : senderKey(actor);
}

export class MysqlRequestStore implements RequestStore {
  constructor(private readonly context: StoreContext) {}

  async claim(appId: AppId, request: LogRequest): Promise<void> {
    const row = rowOf(appId, request, null);
    const { kysely } = this.context;
    const { numInsertedOrUpdatedRows: added } = await retrying(this.context, () =>
      kysely.insertInto('requests').ignore().values(row).executeTakeFirstOrThrow(),
    );
    if (added === 0n) await findAnswer(kysely, appId, request);
  }

  async prune(limit: number): Promise<number> {
    let pruned = 0;
    for (const table of ['requests', 'spent_message_ids'] as const) {
      const rows = { table, column: 'created_ms', keptMs: REQUEST_KEPT_MS } as const;
      pruned += await pruneByAge(this.context, rows, limit);
    }
    return pruned;
  }
}
