import { selfConversationId, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import type { ErasedRequest, ErasureJob, ToldPlace } from '../erasure-types.js';
import { readManagers } from '../group/group-rows.js';
import { retrying, type StoreContext } from '../store-context.js';

interface GroupRow {
  readonly conversation_id: ConversationId;
  readonly user_id: UserId;
  readonly inviter_id: UserId | '';
  readonly handled_by: UserId | '';
}

/** One after the other: each is the first one until it is forgotten. */
export async function nextRequest(
  context: StoreContext,
  job: ErasureJob,
): Promise<ErasedRequest | null> {
  return (await friendRequest(context, job)) ?? (await groupRequest(context, job));
}

export const firstFriendRequest = (appId: AppId, userId: UserId) => sql<{ peer_id: UserId }>`
  SELECT peer_id FROM friend_requests FORCE INDEX (PRIMARY) WHERE app_id = ${appId} AND user_id = ${userId} LIMIT 1`;

const firstOf = (table: string, index: string, column: string, more = sql``) => {
  return (appId: AppId, userId: UserId) => sql<GroupRow>`
    SELECT * FROM ${sql.table(table)} FORCE INDEX (${sql.ref(index)}) WHERE app_id = ${appId}
    AND ${sql.ref(column)} = ${userId} ${more} LIMIT 1`;
};

export const firstInvitation = firstOf(
  'group_invitations',
  'group_invitations_by_inviter',
  'inviter_id',
);

/** Of the user, brought by the user, answered by the user. */
export const firstApplications = [
  firstOf('group_applications', 'group_applications_by_user', 'user_id'),
  firstOf('group_applications', 'group_applications_by_inviter', 'inviter_id'),
  firstOf(
    'group_applications',
    'group_applications_by_handler',
    'handled_by',
    sql`AND answer <> ''`,
  ),
];

async function friendRequest(
  context: StoreContext,
  { appId, userId }: ErasureJob,
): Promise<ErasedRequest | null> {
  const { rows } = await firstFriendRequest(appId, userId).execute(context.kysely);
  const peerId = rows[0]?.peer_id;
  if (peerId === undefined) return null;
  const places = placesOf([peerId], [userId, peerId]);
  return { row: { kind: 'friend', userId: peerId, conversationId: null }, places };
}

async function groupRequest(
  context: StoreContext,
  { appId, userId }: ErasureJob,
): Promise<ErasedRequest | null> {
  const [invitation] = (await firstInvitation(appId, userId).execute(context.kysely)).rows;
  if (invitation !== undefined) {
    const { user_id: invited, conversation_id: conversationId } = invitation;
    const places = placesOf([invited], [userId, invited]);
    return { row: { kind: 'invitation', userId: invited, conversationId }, places };
  }
  for (const first of firstApplications) {
    const [application] = (await first(appId, userId).execute(context.kysely)).rows;
    if (application !== undefined) return applicationRequest(context, appId, application);
  }
  return null;
}

async function applicationRequest(
  context: StoreContext,
  appId: AppId,
  application: GroupRow,
): Promise<ErasedRequest> {
  const { conversation_id: conversationId, user_id: applicant } = application;
  const told = [applicant, ...(await readManagers(context.kysely, appId, conversationId))];
  const places = placesOf(told, [applicant, application.inviter_id, application.handled_by]);
  return { row: { kind: 'application', userId: applicant, conversationId }, places };
}

/** Who was told, by whom. */
function placesOf(told: readonly UserId[], senders: readonly (UserId | '')[]): ToldPlace[] {
  const all = [...new Set(senders)].filter((sender): sender is UserId => sender !== '');
  return [...new Set(told)].flatMap((userId) =>
    all.map((sender) => ({ conversationId: selfConversationId(userId), sender })),
  );
}

/** The user's own requests go; an application of somebody else stays, without the user's words. */
export async function forgetRequest(
  context: StoreContext,
  { appId, userId }: ErasureJob,
  { kind, userId: other, conversationId }: ErasedRequest['row'],
): Promise<void> {
  for (const statement of statements()) {
    await retrying(context, () => statement.execute(context.kysely));
  }

  function statements(): RawBuilder<unknown>[] {
    const whose = sql`WHERE app_id = ${appId} AND user_id = ${other} AND conversation_id = ${conversationId}`;
    if (kind === 'friend') {
      // The side of the other one first: the own row says who that is.
      return [
        [other, userId],
        [userId, other],
      ].map(
        ([owner, peer]) => sql`DELETE FROM friend_requests WHERE app_id = ${appId}
          AND user_id = ${owner} AND direction IN ('in', 'out') AND peer_id = ${peer}`,
      );
    }
    if (kind === 'invitation') return [sql`DELETE FROM group_invitations ${whose}`];
    if (other === userId) return [sql`DELETE FROM group_applications ${whose}`];
    return [
      sql`UPDATE group_applications SET answer = '' ${whose} AND handled_by = ${userId}`,
      sql`UPDATE group_applications SET text = '', inviter_id = '' ${whose} AND inviter_id = ${userId}`,
    ];
  }
}
