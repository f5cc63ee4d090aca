import { DomainError, senderKey } from '@queqiao/domain';
import { sql } from 'kysely';
import {
  BROADCAST_MAX_COUNTED,
  BROADCASTS_MAX_RUNNING,
  type BroadcastOrder,
} from '../broadcast-types.js';
import type { LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import { readBroadcast, type BroadcastRow } from './broadcast-rows.js';

interface Crowd {
  readonly createdMs: number;
  readonly total: number;
}

/** A repeated request is looked for before anything is counted. */
export async function startBroadcast(
  context: StoreContext,
  work: LogWork,
  order: BroadcastOrder,
  refusal: Error | null,
): Promise<LogOutcome<null>> {
  return inLog(context, { ...work, heads: [] }, async (tx) => {
    // Answers of requests may be gone by now, and the broadcast still there.
    const known = await readBroadcast(tx.trx, tx.appId, order.broadcastId);
    // An order that is refused may have come without its content.
    if (known !== undefined && refusal === null && !isOf(known, order)) throw idTaken();
    if (known !== undefined) return null;
    if (refusal !== null) throw refusal;
    // Before the lock. Who comes in between is not sent to, or not counted.
    const crowd = await countUsers(tx, order);
    await demandRoom(tx);
    await insert(tx, order, crowd);
    return null;
  });
}

/** Whether it says the same, from the same sender; which account the system has is the app's affair. */
function isOf(row: BroadcastRow, { sender, kind, content, countable }: BroadcastOrder): boolean {
  const same = row.sender === senderKey(sender) && row.kind === kind;
  return same && row.countable === Number(countable) && row.content.equals(content);
}

function idTaken(): DomainError {
  const field = 'client_request_id';
  return new DomainError('ALREADY_EXISTS', 'the id was used for another broadcast', { field });
}

interface Counted {
  readonly now_ms: number;
  readonly found: number;
  /** A sum may come as text. */
  readonly has_account: number | string;
  readonly last_count: number | null;
}

/** Reads no more than BROADCAST_MAX_COUNTED users: of an app that has more it is how many it had when it was counted last, if that is more. */
async function countUsers(
  { trx, appId }: LogTransaction,
  { accountId }: BroadcastOrder,
): Promise<Crowd> {
  const { rows } = await sql<Counted>`
    SELECT ${DATABASE_NOW} AS now_ms, COUNT(*) AS found, COALESCE(SUM(user_id = ${accountId}), 0) AS has_account,
      (SELECT g.user_count FROM app_usage g WHERE g.app_id = ${appId}) AS last_count
    FROM (SELECT u.user_id FROM users u FORCE INDEX (PRIMARY) WHERE u.app_id = ${appId}
      ORDER BY u.user_id LIMIT ${sql.lit(BROADCAST_MAX_COUNTED)}) page`.execute(trx);
  const [counted] = rows;
  const { now_ms: createdMs = 0, found = 0, has_account = 0, last_count } = counted ?? {};
  if (found < BROADCAST_MAX_COUNTED) return { createdMs, total: found - Number(has_account) };
  // The account is one of them, wherever its id stands.
  return { createdMs, total: Math.max(found, last_count ?? 0) - 1 };
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
