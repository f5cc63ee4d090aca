import { DomainError, invalidArgument, type GroupRole } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkUserIds } from '../check-fields.js';
import { demand, demandMember } from './group-rules.js';

/** Members whose role one call sets. */
export const SET_ROLE_MAX_USERS = 100;

export interface SetRoleInput extends GroupChangeInput {
  readonly userIds: readonly string[];
  readonly role: GroupRole | undefined;
}

/**
 * Makes members admins or ordinary members; who is so already stays. Errors: INVALID_ARGUMENT, NOT_FOUND (the group, a member),
 * NOT_A_MEMBER, PERMISSION_DENIED (the owner's own role, too), LIMIT_EXCEEDED (maxGroupAdmins), DISSOLVED.
 */
export class SetRole {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: CallContext, input: SetRoleInput): Promise<null> {
    const { caller } = context;
    const { role } = input;
    const userIds = checkUserIds(input.userIds, 'user_ids', SET_ROLE_MAX_USERS);
    if (role !== 'admin' && role !== 'member') throw invalidArgument('role', 'is MEMBER or ADMIN');
    return changeGroup(this.deps, this.options, context, input, {
      method: 'SetRole',
      userIds,
      decide: (facts, { maxGroupAdmins }) => {
        demand('set-role', caller, facts);
        const members = userIds.map((id) => demandMember(facts, id, 'user_ids'));
        if (members.some((member) => member.role === 'owner')) {
          const message = 'the owner stays the owner until another one is named';
          throw new DomainError('PERMISSION_DENIED', message, { field: 'user_ids' });
        }
        const changed = members.filter((member) => member.role !== role).map((one) => one.userId);
        if (changed.length === 0) return { answer: null, steps: [] };
        if (role === 'admin' && facts.group.adminCount + changed.length > maxGroupAdmins) {
          throw new DomainError('LIMIT_EXCEEDED', `a group has at most ${maxGroupAdmins} admins`, {
            field: 'maxGroupAdmins',
          });
        }
        const entry = notice(actorOf(caller), this.deps.notices.roleChanged(changed, role));
        return {
          answer: null,
          steps: [
            { op: 'entry', entry },
            { op: 'role', userIds: changed, role },
          ],
        };
      },
    });
  }
}
