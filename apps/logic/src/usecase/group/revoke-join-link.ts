import { DomainError } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { demand } from './group-rules.js';
import { checkToken } from './join-by-link.js';

export interface RevokeJoinLinkInput extends GroupChangeInput {
  readonly token: string;
}

/**
 * Nobody comes in by the link from here on. One that was revoked before stays so. Errors: INVALID_ARGUMENT, NOT_FOUND (the
 * group, the link), NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class RevokeJoinLink {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: RevokeJoinLinkInput): Promise<null> {
    const token = checkToken(input.token);
    return changeGroup(this.deps, this.options, context, input, {
      method: 'RevokeJoinLink',
      link: token,
      decide: (facts) => {
        demand('manage-links', context.caller, facts);
        const { link } = facts;
        if (link === null) {
          throw new DomainError('NOT_FOUND', 'there is no such link', { field: 'token' });
        }
        return { answer: null, steps: link.revoked ? [] : [{ op: 'revoke-link', token }] };
      },
    });
  }
}
