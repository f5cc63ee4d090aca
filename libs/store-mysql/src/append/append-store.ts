import type { ResultSetHeader } from 'mysql2';
import type {
  AppendItem,
  AppendStore,
  CommitBatchOptions,
  CommitBatchResult,
} from '../append-types.js';
import type { ConnectionPool } from '../connection/connection-pool.js';
import type { StoreConnection } from '../connection/store-connection.js';
import type { DispatchIds } from '../dispatch-ids.js';
import { PoisonedBatch, StoreDefect } from '../errors.js';
import { findWanting, type EventOutbox, type OutboxRow } from '../event/event-outbox.js';
import * as reads from './append-reads.js';
import { writeBatch, writeSpent } from './append-writes.js';
import { changesOf, readChanges } from './change-reads.js';
import { headKey, headsInOrder, keyedItem, type HeadKey, type KeyedItem } from './batch-keys.js';
import { checkBatch } from './batch-limits.js';
import { numberBatch, type BatchFacts, type NumberedBatch } from './number-batch.js';

/**
 * Two round trips for a batch of any size: the first begins, locks the heads and reads under their locks; the second writes
 * and commits. A batch that changes nothing and stores nothing ends after the first.
 */
export class MysqlAppendStore implements AppendStore {
  constructor(
    private readonly pool: ConnectionPool,
    private readonly dispatchIds: DispatchIds,
    private readonly events: EventOutbox,
  ) {}

  async commitBatch(
    items: readonly AppendItem[],
    options: CommitBatchOptions,
  ): Promise<CommitBatchResult> {
    if (items.length === 0) return { outcomes: [], dispatchId: null, committed: [] };
    checkBatch(items);
    const keyed = items.map(keyedItem);
    const connection = await this.pool.acquire();
    try {
      return await this.#transact(connection, keyed, options);
    } catch (error) {
      // A lock time-out leaves the transaction open; every other error is ended the same way.
      await connection.rollback();
      throw error instanceof StoreDefect ? new PoisonedBatch(error.message, error.errno) : error;
    } finally {
      this.pool.release(connection);
    }
  }

  async #transact(
    connection: StoreConnection,
    keyed: readonly KeyedItem[],
    options: CommitBatchOptions,
  ): Promise<CommitBatchResult> {
    const facts = await readFacts(connection, keyed, options.skipLocked, this.events);
    const batch = numberBatch(keyed, facts, options.judge);
    const { outcomes } = batch;
    if (batch.entries.length === 0) {
      await end(connection, batch);
      return { outcomes, dispatchId: null, committed: [] };
    }
    const dispatchId = this.dispatchIds.next();
    const silent = options.quiet !== undefined && !options.quiet.events;
    const outbox = silent ? [] : outboxOf(batch, this.events);
    await write(connection, batch, { dispatchId, outbox }, options);
    this.events.written(outbox);
    return { outcomes, dispatchId, committed: batch.heads.map((head) => head.committed) };
  }
}

async function readFacts(
  connection: StoreConnection,
  keyed: readonly KeyedItem[],
  skipLocked: boolean,
  events: EventOutbox,
): Promise<BatchFacts> {
  const wanted = headsInOrder(keyed);
  const skips = skipLocked && wanted.length > 1;
  const findStored = reads.findStored(keyed);
  const findMembers = reads.findMembers(keyed);
  const statements = ['START TRANSACTION', reads.lockHeads(wanted, skips)];
  if (findStored !== undefined) statements.push(findStored);
  if (findMembers !== undefined) statements.push(findMembers);
  const changes = changesOf(keyed);
  const changeReads = changes.length === 0 ? undefined : readChanges(changes);
  const firstChange = statements.length;
  if (changeReads !== undefined) statements.push(...changeReads.statements);
  const unknown = events.unknown(keyed.map(({ item }) => item.appId));
  if (unknown.length > 0) statements.push(findWanting(unknown));
  const results = await connection.query<unknown[]>({
    sql: statements.join(';'),
    operation: 'append read',
    rowsAsArray: true,
  });
  if (unknown.length > 0) {
    events.learn(unknown, new Set((results.at(-1) as [string][]).map(([appId]) => appId)));
  }
  const heads = reads.readHeads(results[1] as reads.HeadRow[]);
  const storedRows = findStored === undefined ? [] : (results[2] as reads.StoredRow[]);
  const memberRows =
    findMembers === undefined ? [] : (results[firstChange - 1] as reads.MemberRow[]);
  return {
    heads,
    skipped: skips ? await findSkipped(connection, wanted, heads) : new Set(),
    stored: reads.readStored(storedRows),
    members: reads.readMembers(memberRows),
    changes: changeReads?.read(results.slice(firstChange)),
  };
}

/** Tells heads that somebody else holds from those that do not exist. */
async function findSkipped(
  connection: StoreConnection,
  wanted: readonly HeadKey[],
  locked: BatchFacts['heads'],
): Promise<Set<string>> {
  const missing = wanted.filter(
    ({ appId, conversationId }) => !locked.has(headKey(appId, conversationId)),
  );
  if (missing.length === 0) return new Set();
  const rows = await connection.query<[string, string][]>({
    sql: reads.findHeads(missing),
    operation: 'append skipped heads',
    rowsAsArray: true,
  });
  return new Set(rows.map(([appId, conversationId]) => headKey(appId, conversationId)));
}

/** Of a batch that stored no entry. */
async function end(connection: StoreConnection, { spent }: NumberedBatch): Promise<void> {
  if (spent.length === 0) {
    await connection.query({ sql: 'ROLLBACK', operation: 'append end' });
    return;
  }
  await connection.query<ResultSetHeader[]>({
    sql: writeSpent(spent),
    operation: 'append spent',
    phase: 'commit',
  });
}

async function write(
  connection: StoreConnection,
  batch: NumberedBatch,
  { dispatchId, outbox }: { readonly dispatchId: string; readonly outbox: readonly OutboxRow[] },
  { owner, dispatchDelayMs, quiet }: CommitBatchOptions,
): Promise<void> {
  const nowMs = Math.max(...batch.heads.map((head) => head.nowMs));
  const ranges = batch.heads.map(({ committed }) => ({
    appId: committed.appId,
    conversationId: committed.conversationId,
    fromSeq: committed.firstSeq,
    toSeq: committed.lastSeq,
    ...(quiet === undefined ? {} : { quiet: true }),
  }));
  const payload = { ranges, states: [] };
  const line = { dispatchId, owner, dueMs: nowMs + dispatchDelayMs, payload };
  const sql = writeBatch(batch, line, outbox);
  await connection.query<ResultSetHeader[]>({ sql, operation: 'append write', phase: 'commit' });
}

function outboxOf({ heads }: NumberedBatch, events: EventOutbox): OutboxRow[] {
  return heads
    .filter(({ committed }) => events.wants(committed.appId))
    .map(({ committed, nowMs }) => {
      const { appId, conversationId, firstSeq, lastSeq } = committed;
      return { appId, conversationId, firstSeq, lastSeq, createdMs: nowMs };
    });
}
