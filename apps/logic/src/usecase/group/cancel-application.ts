import type { UserContext } from '../caller.js';
import { actorOf } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { noSuchGroup } from './group-rules.js';
import { pendingApplication } from './handle-application.js';
import type { Application } from './request-ports.js';
import { applicationSteps } from './request-steps.js';

/** Takes an own application back, whatever has become of the group. Errors: INVALID_ARGUMENT, NOT_FOUND, CONFLICT. */
export class CancelApplication {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: GroupChangeInput): Promise<Application> {
    const { caller } = context;
    return changeGroup(this.deps, this.options, context, input, {
      method: 'CancelApplication',
      withManagers: true,
      withRequests: true,
      decide: (facts) => {
        const pending = pendingApplication(facts, caller.userId, 'group_id', noSuchGroup);
        const answer = { ...pending, state: 'cancelled', updatedMs: facts.nowMs } as const;
        const told = applicationSteps(this.deps.notices, actorOf(caller), facts, [answer]);
        return { answer, steps: told };
      },
    });
  }
}
