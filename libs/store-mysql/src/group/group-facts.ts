import { DomainError, type ConversationId, type UserId } from '@queqiao/domain';
import type { GroupFacts, GroupWork } from '../group-types.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { countPendingApplications, readApplications } from './application-rows.js';
import { readGroupMembers, readGroupRows, readManagers, toGroup } from './group-rows.js';
import { readInvitations } from './invitation-rows.js';
import { countGoodLinks, readLink } from './link-rows.js';

/** What a change is decided on, as it is under the lock of the head. Errors: NOT_FOUND. */
export async function readFacts(
  tx: LogTransaction,
  conversationId: ConversationId,
  input: GroupWork,
): Promise<GroupFacts> {
  const { trx, appId } = tx;
  const [row] = await readGroupRows(trx, appId, [input.groupId]);
  if (tx.head(conversationId) === null || row === undefined) {
    throw new DomainError('NOT_FOUND', 'there is no such group', { field: 'group_id' });
  }
  const { nowMs } = tx;
  const { userIds, withManagers = false, withRequests = false } = input;
  const { withPending = false, withGoodLinks = false } = input;
  const asked = withRequests ? userIds : [];
  const invitations = await readInvitations(trx, appId, conversationId, asked);
  const rows = [...userIds, ...invitations.map(({ inviterId }) => inviterId)];
  const link = input.link === undefined ? null : await readLink(trx, appId, input.link);
  return {
    nowMs,
    group: toGroup(row),
    members: byUser(await readGroupMembers(trx, appId, conversationId, rows)),
    managers: withManagers ? await readManagers(trx, appId, conversationId) : [],
    invitations: byUser(invitations),
    applications: byUser(await readApplications(trx, appId, conversationId, asked)),
    pendingApplications: withPending
      ? await countPendingApplications(trx, appId, conversationId)
      : 0,
    link: link?.groupId === input.groupId ? link : null,
    goodLinks: withGoodLinks ? await countGoodLinks(trx, appId, conversationId, nowMs) : 0,
  };
}

function byUser<T extends { readonly userId: UserId }>(records: readonly T[]): Map<UserId, T> {
  return new Map(records.map((record) => [record.userId, record]));
}
