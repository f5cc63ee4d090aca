import { DomainError, type UserId } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkUserIds } from './check-group.js';
import { currentMembers, demand } from './group-rules.js';
import { growthSteps, joinSteps } from './member-steps.js';
import { mustExist } from './must-exist.js';
import type { UserLookup } from './ports.js';

export interface AddMembersInput extends GroupChangeInput {
  readonly userIds: readonly string[];
}

/**
 * Brings users in; who is in already is passed over. Answers who came in. Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER,
 * PERMISSION_DENIED, LIMIT_EXCEEDED (maxGroupMembers), DISSOLVED.
 */
export class AddMembers {
  constructor(
    readonly deps: GroupChangeDeps & { readonly users: UserLookup },
    readonly options: ChangeOptions,
  ) {}

  async run(context: CallContext, input: AddMembersInput): Promise<{ addedIds: UserId[] }> {
    const { appId, caller } = context;
    const userIds = checkUserIds(input.userIds);
    await mustExist(
      this.deps.users,
      appId,
      userIds,
      (id) => `user_ids[${input.userIds.indexOf(id)}]`,
    );
    return changeGroup(this.deps, this.options, context, input, {
      method: 'AddMembers',
      userIds,
      decide: (facts, { maxGroupMembers, largeGroupMembers }) => {
        demand('add-members', caller, facts);
        const present = new Set(currentMembers(facts, userIds).map(({ userId }) => userId));
        const addedIds = userIds.filter((id) => !present.has(id));
        if (facts.group.memberCount + addedIds.length > maxGroupMembers) {
          throw new DomainError(
            'LIMIT_EXCEEDED',
            `a group has at most ${maxGroupMembers} members`,
            {
              field: 'maxGroupMembers',
            },
          );
        }
        const inviterId = caller.kind === 'user' ? caller.userId : '';
        const words = this.deps.notices.joined(addedIds, 'invited', inviterId);
        const entry = notice(actorOf(caller), words);
        const joins = joinSteps(facts, addedIds, { inviterId, entry });
        const growth = growthSteps(facts, addedIds.length, largeGroupMembers);
        return { answer: { addedIds }, steps: [...joins, ...growth] };
      },
    });
  }
}
