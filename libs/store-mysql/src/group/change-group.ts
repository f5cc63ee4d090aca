import { groupConversationId, selfConversationId } from '@queqiao/domain';
import type { DecideGroup, GroupStep, GroupWork } from '../group-types.js';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { StoreContext } from '../store-context.js';
import { GROUP_MAX_MEMBERS } from './create-group.js';
import { readFacts } from './group-facts.js';
import { demandPlaces } from './group-places.js';
import { carryOut } from './group-steps.js';
import { GroupTally } from './group-tally.js';

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
    await tx.lock([...new Set(steps.flatMap(feedsOf))]);
    for (const step of steps) {
      if (step.op !== 'join' || step.maxGroups === undefined) continue;
      await demandPlaces(tx, step.userIds, step.maxGroups);
    }
    const tally = new GroupTally(facts);
    for (const step of steps) await carryOut(tx, conversationId, step, tally);
    tally.write(tx, conversationId);
    return answer;
  });
}

function feedsOf(step: GroupStep) {
  if (step.op === 'feed') return [selfConversationId(step.userId)];
  if (step.op !== 'invitations') return [];
  return step.invitations.map(({ userId }) => selfConversationId(userId));
}

function checkSize(steps: readonly GroupStep[]): void {
  const rows = steps.reduce((sum, step) => sum + ('userIds' in step ? step.userIds.length : 0), 0);
  if (rows > GROUP_MAX_MEMBERS) {
    throw new RangeError(`at most GROUP_MAX_MEMBERS (${GROUP_MAX_MEMBERS}) members`);
  }
}
