import { DomainError, type AppId } from '@queqiao/domain';
import { sql, type Selectable } from 'kysely';
import { administer, type AdminTransaction } from '../admin/administer.js';
import type { AdminChangeCall } from '../admin-types.js';
import type { WebhookDeadLettersTable } from '../schema/webhooks.js';
import { select, type StoreContext } from '../store-context.js';
import { DEAD_LETTERS_MAX_REPLAY, WEBHOOK_MAX_WAITS, type DeadLetter } from '../webhook-types.js';
import { lockWebhook } from './webhook-changes.js';
import { toDeadLetter } from './webhook-rows.js';

type Row = Selectable<WebhookDeadLettersTable>;

export interface DeadLetterChoice {
  readonly eventIds: readonly string[];
  readonly fromMs: number;
}

/** With the first condition the key is a range; the second is exact within one millisecond. */
export const DEAD_LETTERS_SQL =
  'SELECT * FROM webhook_dead_letters FORCE INDEX (webhook_dead_letters_by_death) ' +
  'WHERE app_id = ? AND webhook_id = ? AND died_ms <= ? AND (died_ms < ? OR event_id < ?) ' +
  'ORDER BY died_ms DESC, event_id DESC LIMIT ?';

export async function listDeadLetters(
  context: StoreContext,
  appId: AppId,
  webhookId: string,
  page: {
    readonly before: Pick<DeadLetter, 'diedMs' | 'eventId'> | null;
    readonly limit: number;
  },
): Promise<DeadLetter[]> {
  const { diedMs, eventId } = page.before ?? { diedMs: Number.MAX_SAFE_INTEGER, eventId: '' };
  const values = [appId, webhookId, diedMs, diedMs, eventId, page.limit];
  return (await select<Row>(context, 'dead letters', DEAD_LETTERS_SQL, values)).map(toDeadLetter);
}

/** Each becomes a wait of its own, before whatever its conversation has: its seq is lower than theirs. */
export function replayDeadLetters(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  webhookId: string,
  which: DeadLetterChoice,
): Promise<{ replayed: number; more: boolean }> {
  return administer(context, call, appId, {
    change: async (tx) => {
      const { revision } = await lockWebhook(tx, webhookId);
      const room = Math.min(DEAD_LETTERS_MAX_REPLAY, await roomFor(tx, webhookId));
      const found = await findLetters(tx, webhookId, which, room + 1);
      if (found.length > 0 && room === 0) throw noRoom();
      const letters = found.slice(0, room);
      if (letters.length > 0) await makeWaits(tx, webhookId, letters);
      await tx.trx
        .updateTable('webhooks')
        .set({ revision: revision + 1 })
        .where('app_id', '=', appId)
        .where('webhook_id', '=', webhookId)
        .execute();
      const answer = { replayed: letters.length, more: found.length > letters.length };
      return { answer, target: webhookId };
    },
  });
}

/** Those given up on first first: what is left for another call is later. */
async function findLetters(
  { trx, appId }: AdminTransaction,
  webhookId: string,
  { eventIds, fromMs }: DeadLetterChoice,
  limit: number,
): Promise<Row[]> {
  const of = trx
    .selectFrom('webhook_dead_letters')
    .selectAll()
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId);
  if (eventIds.length > 0) {
    // Sorted here: in the statement the order could be read by its own index, and that whole.
    const named = await of.where('event_id', 'in', eventIds).execute();
    return named.sort((a, b) => a.died_ms - b.died_ms).slice(0, limit);
  }
  return of
    .where('died_ms', '>=', fromMs)
    .orderBy('died_ms')
    .orderBy('event_id')
    .limit(limit)
    .execute();
}

async function makeWaits(
  { trx, appId, nowMs }: AdminTransaction,
  webhookId: string,
  letters: readonly Row[],
): Promise<void> {
  await trx
    .insertInto('webhook_waits')
    // The conversation may wait at that place already, since another node has read it again: then it is sent from there.
    .ignore()
    .values(
      letters.map(({ conversation_id, seq, event_id }) => ({
        app_id: appId,
        webhook_id: webhookId,
        conversation_id,
        first_seq: seq,
        next_seq: seq,
        last_seq: seq,
        attempts: 0,
        first_attempt_ms: 0,
        due_ms: nowMs,
        last_error: '',
        // It may have been given under another log epoch than that of now.
        event_id,
      })),
    )
    .execute();
  await trx
    .deleteFrom('webhook_dead_letters')
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .where(
      'event_id',
      'in',
      letters.map(({ event_id }) => event_id),
    )
    .execute();
}

async function roomFor({ trx, appId }: AdminTransaction, webhookId: string): Promise<number> {
  const { found } = await trx
    .selectFrom('webhook_waits')
    .select(sql<number>`COUNT(*)`.as('found'))
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .executeTakeFirstOrThrow();
  return Math.max(0, WEBHOOK_MAX_WAITS - found);
}

function noRoom(): DomainError {
  const message = `at most ${WEBHOOK_MAX_WAITS} conversations of a webhook wait for another attempt`;
  return new DomainError('LIMIT_EXCEEDED', message, { field: 'WEBHOOK_MAX_WAITS' });
}
