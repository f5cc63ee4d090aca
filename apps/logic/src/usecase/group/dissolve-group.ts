import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { demand } from './group-rules.js';

/**
 * Ends a group: the log stays readable to its members, and nothing is added any more. Errors: NOT_FOUND, NOT_A_MEMBER,
 * PERMISSION_DENIED, DISSOLVED.
 */
export class DissolveGroup {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  run(context: CallContext, input: GroupChangeInput): Promise<null> {
    const { caller } = context;
    return changeGroup(this.deps, this.options, context, input, {
      method: 'DissolveGroup',
      decide: (facts) => {
        demand('dissolve', caller, facts);
        const entry = notice(actorOf(caller), this.deps.notices.dissolved());
        return {
          answer: null,
          steps: [
            { op: 'entry', entry },
            { op: 'flags', dissolved: true },
          ],
        };
      },
    });
  }
}
