import { parseUserId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkLength } from '../check-fields.js';
import { demand, demandMember, demandRank } from './group-rules.js';

export const MEMBER_NAME_MAX_LENGTH = 100;

export interface RenameMemberInput extends GroupChangeInput {
  readonly userId: string;
  /** Empty: none. */
  readonly name: string;
}

/**
 * Sets what a member is called in the group: the caller, or somebody below. Errors: INVALID_ARGUMENT, NOT_FOUND (the group, the
 * member), NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class RenameMember {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: RenameMemberInput): Promise<null> {
    const { caller } = context;
    const userId = parseUserId(input.userId);
    const name = checkLength(input.name, MEMBER_NAME_MAX_LENGTH, 'name');
    return changeGroup(this.deps, this.options, context, input, {
      method: 'RenameMember',
      userIds: [userId],
      decide: (facts) => {
        const own = userId === caller.userId;
        const actor = demand(own ? 'rename-self' : 'rename-member', caller, facts);
        const member = demandMember(facts, userId, 'user_id');
        if (!own) demandRank(actor, [member], 'user_id');
        if (member.name === name) return { answer: null, steps: [] };
        const entry = notice(actorOf(caller), this.deps.notices.memberRenamed(userId, name));
        return {
          answer: null,
          steps: [
            { op: 'entry', entry },
            { op: 'rename', userId, name },
          ],
        };
      },
    });
  }
}
