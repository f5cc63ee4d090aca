import { HEAD_FLAGS, selfConversationId, type ConversationId, type UserId } from '@queqiao/domain';
import { StoreDefect } from '../errors.js';
import type { GroupStep } from '../group-types.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { settleApplications, writeApplications } from './application-rows.js';
import type { GroupTally } from './group-tally.js';
import { settleInvitations, writeInvitations } from './invitation-writes.js';
import { enlarge, writeLargeJoins, writeLargeLeaves } from './large-writes.js';
import { insertLink, revokeLink, takeLink } from './link-rows.js';
import { writeJoins, writeLeaves, writeMembers } from './membership-writes.js';

/** Carries one step out; what it does to the group's own row is left to the tally. */
export async function carryOut(
  tx: LogTransaction,
  conversationId: ConversationId,
  step: GroupStep,
  tally: GroupTally,
): Promise<void> {
  if (isRequest(step)) return carryOutRequest(tx, step);
  switch (step.op) {
    case 'entry':
      tx.append(conversationId, step.entry);
      return;
    case 'feed':
      tx.append(selfConversationId(step.userId), step.entry);
      return;
    case 'join':
      return join(tx, conversationId, step, tally);
    case 'leave':
      return leave(tx, conversationId, step.userIds, tally);
    case 'role':
      tally.gaveRole(step.userIds, step.role);
      return change(tx, conversationId, step.userIds, { role: step.role });
    case 'rename':
      return change(tx, conversationId, [step.userId], { name: step.name });
    case 'mute':
      return change(tx, conversationId, step.userIds, { muted_until_ms: step.untilMs });
    case 'profile':
      tally.patch(step.patch);
      return;
    case 'owner':
      tally.ownedBy(step.userId);
      return;
    case 'enlarge':
      return enlarge(tx, conversationId);
    case 'flags':
      setFlags(tx, conversationId, step);
      return;
  }
}

const REQUESTS = ['invitations', 'applications', 'link', 'revoke-link', 'use-link'] as const;
type RequestStep = Extract<GroupStep, { readonly op: (typeof REQUESTS)[number] }>;

function isRequest(step: GroupStep): step is RequestStep {
  return REQUESTS.some((op) => op === step.op);
}

/** Ways into the group, which are in tables of their own. */
async function carryOutRequest(tx: LogTransaction, step: RequestStep): Promise<void> {
  switch (step.op) {
    case 'invitations':
      return writeInvitations(tx, step);
    case 'applications':
      return writeApplications(tx, step.applications);
    case 'link':
      return insertLink(tx, step.link);
    case 'revoke-link':
      return revokeLink(tx, step.token);
    case 'use-link':
      return takeLink(tx, step.token);
  }
}

function join(
  tx: LogTransaction,
  conversationId: ConversationId,
  step: Extract<GroupStep, { op: 'join' }>,
  tally: GroupTally,
): void {
  const { userIds, role, inviterId, seesFromStart } = step;
  if (userIds.length === 0) return;
  const { lastSeq, lastOrdinal } = held(tx, conversationId);
  const joinedSeq = seesFromStart ? 0 : lastSeq;
  const seen = { joinedSeq, readSeq: lastSeq, readOrdinal: lastOrdinal };
  settleInvitations(tx, conversationId, userIds);
  settleApplications(tx, conversationId, userIds, inviterId);
  writeJoins(tx, conversationId, { userIds, role, inviterId, ...seen });
  writeLargeJoins(tx, conversationId, userIds, joinedSeq);
  tally.joined(userIds.length);
  tx.membersChanged(conversationId, { left: false });
  for (const userId of userIds) tx.stateChanged(conversationId, userId);
}

function leave(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  tally: GroupTally,
): void {
  if (userIds.length === 0) return;
  const { lastSeq: seq, lastOrdinal: ordinal } = held(tx, conversationId);
  writeLeaves(tx, conversationId, userIds, { seq, ordinal });
  tally.left(userIds);
  tx.membersChanged(conversationId, { left: true });
  writeLargeLeaves(tx, conversationId, userIds);
  for (const userId of userIds) tx.stateChanged(conversationId, userId);
}

function change(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  values: Parameters<typeof writeMembers>[3],
): void {
  if (userIds.length === 0) return;
  writeMembers(tx, conversationId, userIds, values);
  for (const userId of userIds) tx.stateChanged(conversationId, userId);
}

function setFlags(
  tx: LogTransaction,
  conversationId: ConversationId,
  { allMuted, dissolved }: { readonly allMuted?: boolean; readonly dissolved?: boolean },
): void {
  let { flags } = held(tx, conversationId);
  if (allMuted !== undefined) {
    flags = allMuted ? flags | HEAD_FLAGS.allMuted : flags & ~HEAD_FLAGS.allMuted;
  }
  if (dissolved === true) flags |= HEAD_FLAGS.dissolved;
  tx.setFlags(conversationId, flags);
}

function held(tx: LogTransaction, conversationId: ConversationId) {
  const head = tx.head(conversationId);
  if (head === null) throw new StoreDefect('the head is not locked');
  return head;
}
