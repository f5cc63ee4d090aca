import { DomainError, senderKey, type AppId } from '@queqiao/domain';
import { sql, type Kysely } from 'kysely';
import { BROADCASTS_MAX_RUNNING, type BroadcastOrder } from '../broadcast-types.js';
import type { LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import { readBroadcast } from './broadcast-rows.js';

interface Crowd {
  readonly createdMs: number;
  readonly total: number;
}

/** The users are counted before anything is locked: there may be many. Who comes in between is not sent to, or not counted. */
export async function startBroadcast(
  context: StoreContext,
  work: LogWork,
  order: BroadcastOrder,
  refusal: Error | null,
): Promise<LogOutcome<null>> {
  const crowd = await countUsers(context.kysely, work.appId, order);
  return inLog(context, { ...work, heads: [] }, async (tx) => {
    // Answers of requests may be gone by now, and the broadcast still there.
    if ((await readBroadcast(tx.trx, tx.appId, order.broadcastId)) !== undefined) return null;
    if (refusal !== null) throw refusal;
    await demandRoom(tx);
    await insert(tx, order, crowd);
    return null;
  });
}

async function countUsers(
  kysely: Kysely<Schema>,
  appId: AppId,
  { accountId }: BroadcastOrder,
): Promise<Crowd> {
  const { rows } = await sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`.execute(kysely);
  const createdMs = rows[0]?.now_ms ?? 0;
  const counted = await kysely
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('found'))
    .where('app_id', '=', appId)
    .where('created_ms', '<=', createdMs)
    .where('user_id', '<>', accountId)
    .executeTakeFirstOrThrow();
  return { createdMs, total: counted.found };
}

/** The row of the app is what two that start at once wait for. */
async function demandRoom({ trx, appId }: LogTransaction): Promise<void> {
  await trx.selectFrom('apps').select('app_id').where('app_id', '=', appId).forUpdate().execute();
  const { running } = await trx
    .selectFrom('broadcasts')
    .select((eb) => eb.fn.countAll<number>().as('running'))
    .where('app_id', '=', appId)
    .where('ended_ms', 'is', null)
    .executeTakeFirstOrThrow();
  if (running < BROADCASTS_MAX_RUNNING) return;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `${BROADCASTS_MAX_RUNNING} broadcasts have not ended (BROADCASTS_MAX_RUNNING)`,
    { field: 'BROADCASTS_MAX_RUNNING' },
  );
}

async function insert(
  { trx, appId }: LogTransaction,
  order: BroadcastOrder,
  { createdMs, total }: Crowd,
): Promise<void> {
  await trx
    .insertInto('broadcasts')
    .values({
      app_id: appId,
      broadcast_id: order.broadcastId,
      sender: senderKey(order.sender),
      account_id: order.accountId,
      kind: order.kind,
      content: Buffer.from(order.content),
      countable: order.countable ? 1 : 0,
      total,
      created_ms: createdMs,
      due_ms: DATABASE_NOW,
    })
    .execute();
}
