import {
  DomainError,
  groupConversationId,
  HEAD_FLAGS,
  selfConversationId,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';
import { GROUP_MAX_MEMBERS } from '../conversation/create-group.js';
import { StoreDefect } from '../errors.js';
import type { DecideGroup, GroupFacts, GroupStep, GroupWork } from '../group-types.js';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { StoreContext } from '../store-context.js';
import { readGroupMembers, readGroupRows, readManagers, toGroup } from './group-rows.js';
import { GroupTally } from './group-tally.js';
import { enlarge, writeLargeJoins, writeLargeLeaves } from './large-writes.js';
import { writeJoins, writeLeaves, writeMembers } from './membership-writes.js';

/** One transaction: the head is locked, facts are read, the plan is made and carried out. */
export function changeGroup<T>(
  context: StoreContext,
  input: GroupWork,
  decide: DecideGroup<T>,
): Promise<LogOutcome<T>> {
  const conversationId = groupConversationId(input.groupId);
  return inLog(context, { ...input, heads: [conversationId] }, async (tx) => {
    const facts = await readFacts(tx, conversationId, input);
    const { answer, steps } = decide(facts);
    checkSize(steps);
    const feeds = steps.flatMap((step) =>
      step.op === 'feed' ? [selfConversationId(step.userId)] : [],
    );
    await tx.lock([...new Set(feeds)]);
    const tally = new GroupTally(facts);
    for (const step of steps) await carryOut(tx, conversationId, step, tally);
    await tally.write(tx, conversationId);
    return answer;
  });
}

async function readFacts(
  tx: LogTransaction,
  conversationId: ConversationId,
  input: GroupWork,
): Promise<GroupFacts> {
  const [row] = await readGroupRows(tx.trx, tx.appId, [input.groupId]);
  if (tx.head(conversationId) === null || row === undefined) {
    throw new DomainError('NOT_FOUND', 'there is no such group', { field: 'group_id' });
  }
  const members = await readGroupMembers(tx.trx, tx.appId, conversationId, input.userIds);
  return {
    nowMs: tx.nowMs,
    group: toGroup(row),
    members: new Map(members.map((member) => [member.userId, member])),
    managers:
      input.withManagers === true ? await readManagers(tx.trx, tx.appId, conversationId) : [],
  };
}

function checkSize(steps: readonly GroupStep[]): void {
  const rows = steps.reduce((sum, step) => sum + ('userIds' in step ? step.userIds.length : 0), 0);
  if (rows > GROUP_MAX_MEMBERS) {
    throw new RangeError(`at most GROUP_MAX_MEMBERS (${GROUP_MAX_MEMBERS}) members`);
  }
}

async function carryOut(
  tx: LogTransaction,
  conversationId: ConversationId,
  step: GroupStep,
  tally: GroupTally,
): Promise<void> {
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
  }
}

async function join(
  tx: LogTransaction,
  conversationId: ConversationId,
  step: Extract<GroupStep, { op: 'join' }>,
  tally: GroupTally,
): Promise<void> {
  const { userIds, role, inviterId, seesFromStart } = step;
  if (userIds.length === 0) return;
  const { lastSeq, lastOrdinal } = held(tx, conversationId);
  const joinedSeq = seesFromStart ? 0 : lastSeq;
  const seen = { joinedSeq, readSeq: lastSeq, readOrdinal: lastOrdinal };
  await writeJoins(tx, conversationId, { userIds, role, inviterId, ...seen });
  await writeLargeJoins(tx, conversationId, userIds, joinedSeq);
  tally.joined(userIds.length);
  tx.membersChanged(conversationId, { left: false });
  for (const userId of userIds) tx.stateChanged(conversationId, userId);
}

async function leave(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  tally: GroupTally,
): Promise<void> {
  if (userIds.length === 0) return;
  const { lastSeq: seq, lastOrdinal: ordinal } = held(tx, conversationId);
  await writeLeaves(tx, conversationId, userIds, { seq, ordinal });
  tally.left(userIds);
  tx.membersChanged(conversationId, { left: true });
  await writeLargeLeaves(tx, conversationId, userIds);
  for (const userId of userIds) tx.stateChanged(conversationId, userId);
}

async function change(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  values: Parameters<typeof writeMembers>[3],
): Promise<void> {
  if (userIds.length === 0) return;
  await writeMembers(tx, conversationId, userIds, values);
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
