import {
  DomainError,
  groupConversationId,
  selfConversationId,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';
import type { NewGroupPlan, NewGroupWork } from '../group-types.js';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { StoreContext } from '../store-context.js';
import { demandPlaces } from './group-places.js';
import { writeInvitations } from './invitation-writes.js';
import { enlarge } from './large-writes.js';

/** Member rows of one transaction. */
export const GROUP_MAX_MEMBERS = 500;

/** One transaction. Of two creations at once the second waits for the head of the first, and then finds the group. */
export function createGroup<T>(
  context: StoreContext,
  input: NewGroupWork<T>,
  plan: (nowMs: number) => NewGroupPlan<T>,
): Promise<LogOutcome<T>> {
  const conversationId = groupConversationId(input.groupId);
  return inLog(context, { ...input, heads: [conversationId] }, async (tx) => {
    if (tx.head(conversationId) !== null) return answerAgain(tx, conversationId, input);
    await tx.open(conversationId);
    const planned = plan(tx.nowMs);
    const members = membersOf(input.ownerId, planned.memberIds);
    const invited = planned.invitations?.invitations ?? [];
    await tx.lock(invited.map(({ userId }) => selfConversationId(userId)));
    await demandPlaces(tx, members, planned.maxGroups);
    insertGroup(tx, conversationId, input, { ...planned, memberCount: members.length });
    if (planned.invitations) await writeInvitations(tx, planned.invitations);
    insertMembers(tx, conversationId, input.ownerId, members);
    tx.append(conversationId, planned.firstEntry);
    tx.membersChanged(conversationId, { left: false });
    if (planned.large === true) enlarge(tx, conversationId);
    return planned.answer;
  });
}

function membersOf(ownerId: UserId, memberIds: readonly UserId[]): UserId[] {
  const members = [...new Set([ownerId, ...memberIds])].sort();
  if (members.length > GROUP_MAX_MEMBERS) {
    throw new RangeError(`at most GROUP_MAX_MEMBERS (${GROUP_MAX_MEMBERS}) members`);
  }
  return members;
}

/** Whoever made the group with this very request gets its answer, however long ago that was. */
async function answerAgain<T>(
  { trx, appId }: LogTransaction,
  conversationId: ConversationId,
  { ownerId, request, again }: NewGroupWork<T>,
): Promise<T> {
  const row = await trx
    .selectFrom('group_info')
    .select(['creator_id', 'client_request_id'])
    .where('app_id', '=', appId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  if (row?.creator_id === ownerId && row.client_request_id === request.requestId) return again;
  throw new DomainError('ALREADY_EXISTS', 'the group id is taken', { field: 'group_id' });
}

function insertGroup(
  tx: LogTransaction,
  conversationId: ConversationId,
  { ownerId, request }: NewGroupWork<unknown>,
  { profile, memberCount }: Pick<NewGroupPlan<unknown>, 'profile'> & { memberCount: number },
): void {
  const { appId, nowMs } = tx;
  tx.putOff(
    tx.trx.insertInto('group_info').values({
      app_id: appId,
      conversation_id: conversationId,
      name: profile.name,
      owner_id: ownerId,
      creator_id: ownerId,
      client_request_id: request.requestId,
      created_ms: nowMs,
      avatar_url: profile.avatarUrl,
      introduction: profile.introduction,
      announcement: profile.announcement,
      extra: profile.extra,
      join_mode: profile.joinMode,
      visibility: profile.visibility,
      history: profile.history,
      invite_right: profile.inviteRight,
      member_count: memberCount,
    }),
  );
}

function insertMembers(
  tx: LogTransaction,
  conversationId: ConversationId,
  ownerId: UserId,
  userIds: readonly UserId[],
): void {
  const { appId, nowMs } = tx;
  tx.putOff(
    tx.trx.insertInto('members').values(
      userIds.map((userId) => ({
        app_id: appId,
        user_id: userId,
        conversation_id: conversationId,
        role: userId === ownerId ? ('owner' as const) : ('member' as const),
        joined_seq: 0,
        joined_ms: nowMs,
        inviter_id: userId === ownerId ? '' : ownerId,
      })),
    ),
  );
}
