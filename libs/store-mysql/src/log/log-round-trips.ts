import { sql, type RawBuilder } from 'kysely';
import type { LentConnection } from '../connection/kysely-pool.js';
import { askAll, BEGIN, COMMIT, type Query } from '../connection/round-trips.js';
import { MEMBERSHIP_COLUMNS, toMembership, type MembershipRow } from '../conversation/rows.js';
import type { Membership } from '../conversation-types.js';
import { dispatchValues } from '../dispatch-store.js';
import {
  findWanting,
  insertOutbox,
  type EventOutbox,
  type OutboxRow,
} from '../event/event-outbox.js';
import type { LogRequest } from '../log-types.js';
import type { DispatchPayload } from '../append-types.js';
import type { HeadRow } from './log-heads.js';
import type { LogTransaction } from './log-transaction.js';
import { answerOf, insertAnswer, readAnswer, type AnswerRow } from './requests.js';

/**
 * The first and the last round trip of a change of logs, as an append has them. One for each of their statements cost a change more than
 * all that it is about, and held its locks for as long (ADR 31).
 */

/** Begins, locks the heads, and reads under the locks, which a first run that is still committing holds. What that was answered. */
export async function beginLog(
  connection: LentConnection,
  tx: LogTransaction,
  heads: Parameters<LogTransaction['lock']>[0],
  { request, events }: { readonly request: LogRequest | null; readonly events: EventOutbox },
): Promise<{ readonly answer: unknown } | undefined> {
  const { trx, appId } = tx;
  const unknown = events.unknown([appId]);
  const locking = tx.locking(heads);
  const asked = {
    begin: BEGIN,
    heads: locking === undefined ? undefined : { sql: locking },
    answer: request === null ? undefined : tx.statementOf(answerOf(trx, appId, request)),
    wanting: unknown.length === 0 ? undefined : { sql: findWanting(unknown) },
  };
  const found = await askAll(connection, 'log begin', asked);
  if (unknown.length > 0) {
    events.learn(unknown, new Set((found.wanting as AppRow[]).map((row) => row.app_id)));
  }
  if (locking !== undefined) tx.hold(heads, found.heads as HeadRow[]);
  if (request === null) return undefined;
  return readAnswer((found.answer as AnswerRow[])[0], request);
}

interface AppRow {
  readonly app_id: string;
}

export interface LogEnd {
  readonly dispatch:
    | {
        readonly id: string;
        readonly owner: string;
        readonly delayMs: number;
        readonly payload: DispatchPayload;
      }
    | undefined;
  readonly outbox: readonly OutboxRow[];
  /** Null: it is not kept. */
  readonly answer: { readonly of: LogRequest; readonly value: unknown } | null;
}

/** Writes what was put off and what is kept of the change, and commits; the states that changed, as they are in the transaction. */
export async function endLog(
  connection: LentConnection,
  tx: LogTransaction,
  { dispatch, outbox, answer }: LogEnd,
): Promise<Membership[]> {
  const { trx, appId } = tx;
  const found = await askAll(
    connection,
    'log end',
    {
      ...Object.fromEntries(tx.writes().map((write, at) => [`write ${at}`, tx.statementOf(write)])),
      states: tx.states.length === 0 ? undefined : tx.statementOf(readingStates(tx)),
      dispatch: dispatch && tx.statementOf(insertDispatch(tx, dispatch)),
      outbox: outbox.length === 0 ? undefined : { sql: insertOutbox(outbox) },
      answer: answer && tx.statementOf(insertAnswer(trx, appId, answer.of, answer.value)),
      commit: COMMIT,
    },
    'commit',
  );
  return ((found['states'] ?? []) as MembershipRow[]).map(toMembership);
}

function insertDispatch({ trx }: LogTransaction, line: NonNullable<LogEnd['dispatch']>): Query {
  const { id, owner, delayMs, payload } = line;
  return trx.insertInto('dispatch').values(dispatchValues(id, owner, delayMs, payload));
}

function readingStates({ states, appId }: LogTransaction): RawBuilder<MembershipRow> {
  const keys = JSON.stringify(states.map((key) => [key.userId, key.conversationId]));
  const columns = sql.raw(MEMBERSHIP_COLUMNS);
  return sql`
    SELECT STRAIGHT_JOIN ${columns} FROM (SELECT user_id, conversation_id FROM JSON_TABLE(${keys}, '$[*]' COLUMNS (
      user_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
      conversation_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[1]')) k) k
    JOIN members m FORCE INDEX (PRIMARY)
      ON m.app_id = ${appId} AND m.user_id = k.user_id AND m.conversation_id = k.conversation_id
    JOIN conversations c FORCE INDEX (PRIMARY)
      ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id`;
}
