import type { UserId } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkGroupUsers } from './check-group.js';
import { currentMembers, demand, demandRank } from './group-rules.js';
import { leaveSteps } from './member-steps.js';

export interface RemoveMembersInput extends GroupChangeInput {
  readonly userIds: readonly string[];
}

/**
 * Removes members that are below the caller; who is none is passed over. Answers who was removed. Errors: INVALID_ARGUMENT,
 * NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class RemoveMembers {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  run(context: CallContext, input: RemoveMembersInput): Promise<{ removedIds: UserId[] }> {
    const { caller } = context;
    const userIds = checkGroupUsers(input.userIds);
    return changeGroup(this.deps, this.options, context, input, {
      method: 'RemoveMembers',
      userIds,
      decide: (facts) => {
        const actor = demand('remove-member', caller, facts);
        const members = currentMembers(facts, userIds);
        demandRank(actor, members, 'user_ids');
        const removedIds = members.map(({ userId }) => userId);
        const entry = notice(actorOf(caller), this.deps.notices.left(removedIds));
        return { answer: { removedIds }, steps: leaveSteps(facts, removedIds, entry) };
      },
    });
  }
}
