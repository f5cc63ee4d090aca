import { visibleLastSeq, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import {
  askAll,
  BEGIN,
  COMMIT,
  onConnection,
  statementOf,
  type OwnTransaction,
  type Query,
} from '../connection/round-trips.js';
import { MEMBERSHIP_COLUMNS, toMembership, type MembershipRow } from '../conversation/rows.js';
import { dispatchValues } from '../dispatch-store.js';
import { ACK_MAX_ITEMS, type AckDeliveredResult, type DeliveredAck } from '../member-types.js';
import type { Schema } from '../schema/schema.js';
import { retrying, select, type StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';
import { peerOf, type MemberKey } from './member-pair.js';

/** Looks up many members at once, each by primary key. The list comes as JSON: see the statements of the append. */
const KEYS =
  "(SELECT app_id, user_id, conversation_id FROM JSON_TABLE(?, '$[*]' COLUMNS (" +
  ['app_id', 'user_id', 'conversation_id']
    .map(
      (name, index) =>
        `${name} VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[${index}]'`,
    )
    .join(', ') +
  ')) k) k';
const MEMBERS_BY_KEYS =
  `FROM ${KEYS} JOIN members m FORCE INDEX (PRIMARY) ON m.app_id = k.app_id ` +
  'AND m.user_id = k.user_id AND m.conversation_id = k.conversation_id ' +
  'JOIN conversations c FORCE INDEX (PRIMARY) ' +
  'ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id';

export const ACKED_MEMBERS_SQL =
  'SELECT STRAIGHT_JOIN m.app_id, m.user_id, m.conversation_id, m.joined_seq, m.left_seq, m.delivered_seq, c.last_seq ' +
  MEMBERS_BY_KEYS;
export const STATES_BY_KEYS_SQL = `SELECT STRAIGHT_JOIN m.app_id, ${MEMBERSHIP_COLUMNS} ${MEMBERS_BY_KEYS}`;

interface AckedRow {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  joined_seq: number;
  left_seq: number | null;
  delivered_seq: number;
  last_seq: number;
}

interface Dispatching {
  readonly owner: string;
  readonly dispatchDelayMs: number;
}

/** One member row to be moved. */
interface Move extends MemberKey {
  readonly deliveredSeq: number;
  readonly peerDeliveredSeq: number;
}

/**
 * One read finds what moves at all; then one statement moves every row, greatest wins, locking them in the order of their
 * keys. Member rows are never deleted and were read before, so that it only ever updates.
 */
export async function ackDelivered(
  context: StoreContext,
  acks: readonly DeliveredAck[],
  dispatch: Dispatching,
): Promise<AckDeliveredResult> {
  if (acks.length > ACK_MAX_ITEMS) throw new RangeError(`at most ACK_MAX_ITEMS (${ACK_MAX_ITEMS})`);
  const highest = new Map<string, DeliveredAck>();
  for (const ack of acks) {
    if (ack.seq > (highest.get(keyOf(ack))?.seq ?? 0)) highest.set(keyOf(ack), ack);
  }
  const rows = await select<AckedRow>(context, 'acked members', ACKED_MEMBERS_SQL, [
    keysJson([...highest.values()]),
  ]);
  const own = rows.flatMap((row) => ownMove(row, highest));
  if (own.length === 0) return { dispatchId: null, changed: [] };
  const peers = own.flatMap(peerMove);
  const moves = [...own, ...peers].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return retrying(context, () =>
    onConnection(context, (transaction) =>
      moveAll(transaction, { moves, peers }, { ...dispatch, context }),
    ),
  );
}

/** All of it in one round trip. */
async function moveAll(
  { connection, trx }: OwnTransaction,
  { moves, peers }: { readonly moves: readonly Move[]; readonly peers: readonly Move[] },
  { context, owner, dispatchDelayMs }: Dispatching & { readonly context: StoreContext },
): Promise<AckDeliveredResult> {
  const dispatchId = peers.length === 0 ? null : context.dispatchIds.next();
  const states = peers.map(({ appId, userId, conversationId }) => {
    return { appId, userId, conversationId };
  });
  const line = (id: string) =>
    trx
      .insertInto('dispatch')
      .values(dispatchValues(id, owner, dispatchDelayMs, { ranges: [], states }));
  const found = await askAll(
    connection,
    'acks',
    {
      begin: BEGIN,
      moved: statementOf(trx, writing(trx, moves)),
      states: dispatchId === null ? null : { sql: STATES_BY_KEYS_SQL, values: [keysJson(peers)] },
      dispatch: dispatchId === null ? null : statementOf(trx, line(dispatchId)),
      commit: COMMIT,
    },
    'commit',
  );
  const rows = (found.states ?? []) as (MembershipRow & { app_id: AppId })[];
  const changed = rows.map((row) => ({ appId: row.app_id, membership: toMembership(row) }));
  return { dispatchId, changed };
}

/** Nothing is delivered that is not there. */
function ownMove(row: AckedRow, highest: ReadonlyMap<string, DeliveredAck>): Move[] {
  const key = { appId: row.app_id, userId: row.user_id, conversationId: row.conversation_id };
  const stint = { joinedSeq: row.joined_seq, leftSeq: row.left_seq };
  const asked = highest.get(keyOf(key))?.seq ?? 0;
  const seq = Math.min(asked, visibleLastSeq(stint, row.last_seq));
  return seq > row.delivered_seq ? [{ ...key, deliveredSeq: seq, peerDeliveredSeq: 0 }] : [];
}

function peerMove(move: Move): Move[] {
  const peer = peerOf(move);
  const seq = move.deliveredSeq;
  return peer === null ? [] : [{ ...move, userId: peer, deliveredSeq: 0, peerDeliveredSeq: seq }];
}

function writing(trx: Transaction<Schema>, moves: readonly Move[]): Query {
  const theirs = incoming<number>('peer_delivered_seq');
  return trx
    .insertInto('members')
    .values(
      moves.map((move) => ({
        app_id: move.appId,
        user_id: move.userId,
        conversation_id: move.conversationId,
        delivered_seq: move.deliveredSeq,
        peer_delivered_seq: move.peerDeliveredSeq,
      })),
    )
    .onDuplicateKeyUpdate({
      // Before the cursor itself: assignments work from left to right, on what the ones before them wrote.
      rev: sql<number>`rev + (${theirs} > peer_delivered_seq)`,
      delivered_seq: sql<number>`GREATEST(delivered_seq, ${incoming<number>('delivered_seq')})`,
      peer_delivered_seq: sql<number>`GREATEST(peer_delivered_seq, ${theirs})`,
    });
}

function keysJson(keys: readonly MemberKey[]): string {
  return JSON.stringify(
    keys.map(({ appId, userId, conversationId }) => [appId, userId, conversationId]),
  );
}

function keyOf({ appId, userId, conversationId }: MemberKey): string {
  return `${appId}\n${userId}\n${conversationId}`;
}
