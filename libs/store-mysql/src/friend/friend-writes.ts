import {
  directConversationId,
  selfConversationId,
  type FriendLabels,
  type FriendRecord,
  type FriendRequestRecord,
  type UserId,
} from '@queqiao/domain';
import { sql } from 'kysely';
import { StoreDefect } from '../errors.js';
import type { FriendStep, FriendWork } from '../friend-types.js';
import type { Query } from '../connection/round-trips.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { incoming } from '../upsert.js';
import { countIn, requestCount } from './friend-counts.js';
import { storedWay } from './friend-rows.js';

type Step<Op extends FriendStep['op']> = Extract<FriendStep, { op: Op }>;

/** The row keeps the seq of the entry that tells of it. */
export function writeFriend(
  tx: LogTransaction,
  { userId, friend, active, entry }: Step<'friend'>,
): FriendRecord {
  const feed = selfConversationId(userId);
  const feedSeq = (tx.head(feed)?.lastSeq ?? 0) + 1;
  const record = { ...friend, feedSeq };
  if (tx.append(feed, entry(record)).seq !== feedSeq) throw new StoreDefect('a feed moved');
  tx.putOff(
    tx.trx
      .insertInto('friends')
      .values({
        app_id: tx.appId,
        user_id: userId,
        friend_id: friend.friendId,
        active: active ? 1 : 0,
        remark: friend.remark,
        tags: JSON.stringify(friend.tags),
        source_way: storedWay(friend.source),
        source_detail: friend.source.detail,
        created_ms: friend.createdMs,
        feed_seq: feedSeq,
        hide_my_posts: friend.hideMyPosts ? 1 : 0,
        hide_their_posts: friend.hideTheirPosts ? 1 : 0,
      })
      .onDuplicateKeyUpdate({
        active: incoming<number>('active'),
        remark: incoming<string>('remark'),
        tags: incoming<string>('tags'),
        source_way: incoming<number>('source_way'),
        source_detail: incoming<string>('source_detail'),
        created_ms: incoming<number>('created_ms'),
        feed_seq: incoming<number>('feed_seq'),
        hide_my_posts: incoming<number>('hide_my_posts'),
        hide_their_posts: incoming<number>('hide_their_posts'),
      }),
  );
  return record;
}

export async function writeRequest(
  tx: LogTransaction,
  { request, entry }: Step<'request'>,
): Promise<void> {
  const { fromId, toId } = request;
  const sides = [fromId, toId];
  const counts = sides.map((userId) => requestCount(tx.appId, userId, 'in'));
  const [, ...counted] = await tx.together(upsertRequest(tx, request), ...counts);
  for (const [at, userId] of sides.entries()) {
    const unread = countIn(counted[at]);
    // Whether it was seen is the business of the one who was asked.
    const seen = { ...request, read: userId === toId && request.read };
    tx.append(selfConversationId(userId), entry(seen, unread));
  }
}

function upsertRequest(tx: LogTransaction, request: FriendRequestRecord & FriendLabels): Query {
  const { fromId, toId, state, text, answer, source } = request;
  const both = {
    app_id: tx.appId,
    state,
    text,
    answer,
    source_way: storedWay(source),
    source_detail: source.detail,
    created_ms: request.createdMs,
    updated_ms: request.updatedMs,
    expires_ms: request.expiresMs,
  };
  const read = request.read ? 1 : 0;
  const labels = { remark: request.remark, tags: JSON.stringify(request.tags) };
  const none = { remark: '', tags: null };
  return tx.trx
    .insertInto('friend_requests')
    .values([
      { ...both, user_id: toId, direction: 'in', peer_id: fromId, is_read: read, ...none },
      { ...both, user_id: fromId, direction: 'out', peer_id: toId, is_read: 0, ...labels },
    ])
    .onDuplicateKeyUpdate({
      state: incoming<FriendRequestRecord['state']>('state'),
      is_read: incoming<number>('is_read'),
      text: incoming<string>('text'),
      answer: incoming<string>('answer'),
      source_way: incoming<number>('source_way'),
      source_detail: incoming<string>('source_detail'),
      remark: incoming<string>('remark'),
      tags: incoming<string>('tags'),
      created_ms: incoming<number>('created_ms'),
      updated_ms: incoming<number>('updated_ms'),
      expires_ms: incoming<number>('expires_ms'),
    });
}

export function writeBlock(
  tx: LogTransaction,
  { userId, peerId }: FriendWork,
  { blocked, entry }: Step<'block'>,
): void {
  if (blocked) {
    const key = { app_id: tx.appId, user_id: userId, blocked_id: peerId };
    tx.putOff(
      tx.trx
        .insertInto('blocks')
        .ignore()
        .values({ ...key, created_ms: tx.nowMs }),
    );
  } else {
    tx.putOff(
      tx.trx
        .deleteFrom('blocks')
        .where('app_id', '=', tx.appId)
        .where('user_id', '=', userId)
        .where('blocked_id', '=', peerId),
    );
  }
  tx.append(selfConversationId(userId), entry);
}

/** Under the lock of the chat's head, as messages are judged: each is before the change or sees it. */
export async function writeFlags(
  tx: LogTransaction,
  { userId, peerId }: FriendWork,
  { userIds, on, off }: Step<'flags'>,
): Promise<void> {
  const conversationId = directConversationId(userId, peerId);
  const rows = await tx.trx
    .selectFrom('members')
    .select(['user_id', 'flags'])
    .where('app_id', '=', tx.appId)
    .where('user_id', 'in', userIds)
    .where('conversation_id', '=', conversationId)
    .execute();
  for (const member of inOrder(userIds)) {
    const before = rows.find((row) => row.user_id === member)?.flags;
    if (before === undefined) throw new StoreDefect('a direct chat lacks a member');
    const flags = (before & ~off) | on;
    if (flags === before) continue;
    await tx.trx
      .updateTable('members')
      .set({ flags, rev: sql<number>`rev + 1` })
      .where('app_id', '=', tx.appId)
      .where('user_id', '=', member)
      .where('conversation_id', '=', conversationId)
      .execute();
    tx.stateChanged(conversationId, member);
  }
}

function inOrder(userIds: readonly UserId[]): UserId[] {
  return [...userIds].sort((a, b) => (a < b ? -1 : 1));
}
