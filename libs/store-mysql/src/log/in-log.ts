import type { ConversationId } from '@queqiao/domain';
import { sql } from 'kysely';
import { demandWanted, whileWanted } from '../abandoned.js';
import { StoreError } from '../errors.js';
import type { OutboxRow } from '../event/event-outbox.js';
import { ensureDirect } from '../conversation/ensure-direct.js';
import { MEMBERSHIP_COLUMNS, toMembership, type MembershipRow } from '../conversation/rows.js';
import type { Membership } from '../conversation-types.js';
import { dispatchValues } from '../dispatch-store.js';
import type { LogCommit, LogOutcome, LogWork } from '../log-types.js';
import { retrying, type StoreContext } from '../store-context.js';
import { LogTransaction, MissingHeads } from './log-transaction.js';
import { findAnswer, storeAnswer } from './requests.js';

/** Times that missing heads are made: one round makes all that are known, a second those that the work found. */
const MAX_ROUNDS = 4;
const DUPLICATE_KEY = 1062;

/**
 * Runs `work` with the heads locked, in one transaction with the entries, the dispatch row and the answer of the request.
 * The work must do the same when it is run again: a deadlock, a lost connection and a commit in doubt are answered by
 * running it again, and the stored answer tells whether the first run was committed. What it throws undoes everything.
 */
export async function inLog<T>(
  store: StoreContext,
  input: LogWork & { readonly heads: readonly ConversationId[] },
  work: (tx: LogTransaction) => Promise<T>,
): Promise<LogOutcome<T>> {
  const { appId, request } = input;
  const context = whileWanted(store, request?.signal);
  for (let round = 1; ; round += 1) {
    try {
      return await retrying(context, () => attempt(context, input, work));
    } catch (error) {
      if (round === MAX_ROUNDS) throw error;
      // Somebody else wrote a row that this run did not see: now it does.
      if (error instanceof StoreError && error.errno === DUPLICATE_KEY) continue;
      if (!(error instanceof MissingHeads)) throw error;
      const wanted = error.conversationIds.map((conversationId) => ({ appId, conversationId }));
      await ensureDirect(context, wanted);
    }
  }
}

async function attempt<T>(
  context: StoreContext,
  input: LogWork & { readonly heads: readonly ConversationId[] },
  work: (tx: LogTransaction) => Promise<T>,
): Promise<LogOutcome<T>> {
  const { appId, request } = input;
  demandWanted(request?.signal);
  const outcome = await context.kysely.transaction().execute(async (trx) => {
    const tx = new LogTransaction(trx, appId);
    await tx.lock(input.heads);
    // Under the locks, which a first run that is still committing holds.
    const first = request === null ? undefined : await findAnswer(trx, appId, request);
    if (first !== undefined) return { answer: first.answer as T, commit: null, outbox: [] };
    const answer = await work(tx);
    await tx.flush();
    const commit = tx.written ? await finish(context, tx, input) : null;
    const outbox = await context.events.insert(trx, appId, outboxOf(tx));
    if (request !== null) await storeAnswer(trx, appId, request, answer);
    return { answer, commit, outbox };
  });
  context.events.written(outcome.outbox);
  return { answer: outcome.answer, commit: outcome.commit };
}

async function finish(
  context: StoreContext,
  tx: LogTransaction,
  { appId, owner, dispatchDelayMs }: LogWork,
): Promise<LogCommit> {
  const dispatchId = context.dispatchIds.next();
  const heads = tx.moved();
  const ranges = heads.map(({ conversationId, lastSeq }) => {
    const own = tx.entries.filter((entry) => entry.conversationId === conversationId);
    return { appId, conversationId, fromSeq: own[0]?.seq ?? lastSeq, toSeq: lastSeq };
  });
  const states = await readStates(tx);
  const named = tx.states.map((key) => ({ appId, ...key }));
  await tx.trx
    .insertInto('dispatch')
    .values(dispatchValues(dispatchId, owner, dispatchDelayMs, { ranges, states: named }))
    .execute();
  const { entries, hasJobs } = tx;
  return { appId, dispatchId, entries, heads, states, hasJobs };
}

function outboxOf(tx: LogTransaction): OutboxRow[] {
  return tx.moved().map(({ conversationId, lastSeq, nowMs }) => {
    const own = tx.entries.filter((entry) => entry.conversationId === conversationId);
    const firstSeq = own[0]?.seq ?? lastSeq;
    return { appId: tx.appId, conversationId, firstSeq, lastSeq, createdMs: nowMs };
  });
}

/** As they are in this transaction. */
async function readStates(tx: LogTransaction): Promise<Membership[]> {
  if (tx.states.length === 0) return [];
  const keys = JSON.stringify(tx.states.map((key) => [key.userId, key.conversationId]));
  const columns = sql.raw(MEMBERSHIP_COLUMNS);
  const { rows } = await sql<MembershipRow>`
    SELECT STRAIGHT_JOIN ${columns} FROM (SELECT user_id, conversation_id FROM JSON_TABLE(${keys}, '$[*]' COLUMNS (
      user_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
      conversation_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[1]')) k) k
    JOIN members m FORCE INDEX (PRIMARY)
      ON m.app_id = ${tx.appId} AND m.user_id = k.user_id AND m.conversation_id = k.conversation_id
    JOIN conversations c FORCE INDEX (PRIMARY)
      ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id`.execute(tx.trx);
  return rows.map(toMembership);
}
