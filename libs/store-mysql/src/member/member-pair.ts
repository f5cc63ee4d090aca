import { conversationRef, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { MEMBERSHIP_COLUMNS, toMembership, type MembershipRow } from '../conversation/rows.js';
import type { Membership } from '../conversation-types.js';
import type { Schema } from '../schema/schema.js';

export interface MemberKey {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly conversationId: ConversationId;
}

/** A member's row and, in direct chats, the row of the other side. */
export interface MemberPair {
  readonly own: Membership;
  readonly peer: Membership | null;
}

/** The other user of a direct chat; null elsewhere and for notes to self. */
export function peerOf({ userId, conversationId }: MemberKey): UserId | null {
  const ref = conversationRef(conversationId);
  if (ref.kind !== 'direct' || ref.a === ref.b) return null;
  return ref.a === userId ? ref.b : ref.a;
}

/** Null when the user was never a member. */
export async function readPair(db: Kysely<Schema>, key: MemberKey): Promise<MemberPair | null> {
  const { rows } = await pairOf(key).execute(db);
  return toPair(key, rows);
}

export function pairOf(key: MemberKey): RawBuilder<MembershipRow> {
  const { appId, conversationId } = key;
  const columns = sql.raw(MEMBERSHIP_COLUMNS);
  return sql`
    SELECT STRAIGHT_JOIN ${columns} FROM members m FORCE INDEX (PRIMARY)
    JOIN conversations c FORCE INDEX (PRIMARY)
    ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    WHERE m.app_id = ${appId} AND m.user_id IN (${sql.join(usersOf(key))})
    AND m.conversation_id = ${conversationId}`;
}

/** Of what `pairOf` found; null when the user was never a member. */
export function toPair({ userId }: MemberKey, rows: readonly MembershipRow[]): MemberPair | null {
  const found = rows.map(toMembership);
  const own = found.find(({ member }) => member.userId === userId);
  if (own === undefined) return null;
  return { own, peer: found.find(({ member }) => member.userId !== userId) ?? null };
}

/** In the order of the primary key, as everywhere, so that two devices that write the same rows never wait for each other. */
export function lockingPair(key: MemberKey): RawBuilder<unknown> {
  return sql`
    SELECT user_id FROM members FORCE INDEX (PRIMARY)
    WHERE app_id = ${key.appId} AND user_id IN (${sql.join(usersOf(key))})
    AND conversation_id = ${key.conversationId} ORDER BY user_id FOR UPDATE`;
}

function usersOf(key: MemberKey): UserId[] {
  const peer = peerOf(key);
  return peer === null ? [key.userId] : [key.userId, peer].sort();
}
