import type { ConversationId } from '@queqiao/domain';
import type { DispatchPayload } from '../append-types.js';
import { demandWanted, whileWanted } from '../abandoned.js';
import { onConnection, type OwnTransaction } from '../connection/round-trips.js';
import { StoreError } from '../errors.js';
import type { OutboxRow } from '../event/event-outbox.js';
import { ensureDirect } from '../conversation/ensure-direct.js';
import type { Membership } from '../conversation-types.js';
import type { LogCommit, LogOutcome, LogWork } from '../log-types.js';
import { retrying, type StoreContext } from '../store-context.js';
import { beginLog, endLog } from './log-round-trips.js';
import { LogTransaction, MissingHeads } from './log-transaction.js';

/** Times that missing heads are made: one round makes all that are known, a second those that the work found. */
const MAX_ROUNDS = 4;
const DUPLICATE_KEY = 1062;

interface HeadedWork extends LogWork {
  /** That are locked before the work begins. */
  readonly heads: readonly ConversationId[];
}

/**
 * Runs `work` with the heads locked, in one transaction with the entries, the dispatch row and the answer of the request.
 * The work must do the same when it is run again: a deadlock, a lost connection and a commit in doubt are answered by
 * running it again, and the stored answer tells whether the first run was committed. What it throws undoes everything.
 */
export async function inLog<T>(
  store: StoreContext,
  input: HeadedWork,
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
  input: HeadedWork,
  work: (tx: LogTransaction) => Promise<T>,
): Promise<LogOutcome<T>> {
  return onConnection(context, (own) => transact(context, own, input, work));
}

async function transact<T>(
  { dispatchIds, events }: StoreContext,
  own: OwnTransaction,
  { appId, request, heads, owner, dispatchDelayMs }: HeadedWork,
  work: (tx: LogTransaction) => Promise<T>,
): Promise<LogOutcome<T>> {
  const { connection } = own;
  const tx = new LogTransaction(own, appId);
  const first = await beginLog(connection, tx, heads, { request, events });
  if (first !== undefined) {
    await connection.rollback();
    return { answer: first.answer as T, commit: null };
  }
  const value = await work(tx);
  demandWanted(request?.signal);
  const dispatch = tx.written
    ? { id: dispatchIds.next(), owner, delayMs: dispatchDelayMs, payload: payloadOf(tx) }
    : undefined;
  const outbox = events.wants(appId) ? outboxOf(tx) : [];
  const answer = request === null ? null : { of: request, value };
  const states = await endLog(connection, tx, { dispatch, outbox, answer });
  events.written(outbox);
  return {
    answer: value,
    commit: dispatch === undefined ? null : commitOf(tx, dispatch.id, states),
  };
}

function payloadOf(tx: LogTransaction): DispatchPayload {
  const { appId } = tx;
  const ranges = outboxOf(tx).map(({ conversationId, firstSeq, lastSeq }) => {
    return { appId, conversationId, fromSeq: firstSeq, toSeq: lastSeq };
  });
  return { ranges, states: tx.states.map((key) => ({ appId, ...key })) };
}

function commitOf(tx: LogTransaction, dispatchId: string, states: Membership[]): LogCommit {
  const { appId, entries, hasJobs } = tx;
  return { appId, dispatchId, entries, heads: tx.moved(), states, hasJobs };
}

function outboxOf(tx: LogTransaction): OutboxRow[] {
  return tx.moved().map(({ conversationId, lastSeq, nowMs }) => {
    const own = tx.entries.filter((entry) => entry.conversationId === conversationId);
    const firstSeq = own[0]?.seq ?? lastSeq;
    return { appId: tx.appId, conversationId, firstSeq, lastSeq, createdMs: nowMs };
  });
}
