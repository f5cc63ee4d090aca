import type { UserContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { demand } from './group-rules.js';
import { leaveSteps } from './member-steps.js';

/**
 * The caller leaves; what was said until then stays readable. Errors: NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED (the owner),
 * DISSOLVED.
 */
export class LeaveGroup {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  run(context: UserContext, input: GroupChangeInput): Promise<null> {
    const { caller } = context;
    return changeGroup(this.deps, this.options, context, input, {
      method: 'LeaveGroup',
      decide: (facts) => {
        demand('leave', caller, facts);
        const userIds = [caller.userId];
        const entry = notice(actorOf(caller), this.deps.notices.left(userIds));
        return { answer: null, steps: leaveSteps(facts, userIds, entry) };
      },
    });
  }
}
