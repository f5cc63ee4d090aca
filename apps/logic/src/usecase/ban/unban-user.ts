import { DomainError, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { revokerOf } from '../revoker.js';
import type { Bans } from './ports.js';

/** Ends a ban before its time. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE. */
export class UnbanUser {
  constructor(readonly deps: { readonly bans: Pick<Bans, 'unban'> }) {}

  async run(
    context: BusinessContext,
    input: { readonly clientRequestId: string; readonly userId: string },
  ): Promise<void> {
    const { bans } = this.deps;
    const { appId } = context;
    const revoker = revokerOf(context, 'UnbanUser', input.clientRequestId);
    const userId = parseUserId(input.userId, 'user_id');
    if (!(await bans.unban(appId, userId, revoker))) {
      throw new DomainError('NOT_FOUND', 'there is no such user', { field: 'user_id' });
    }
  }
}
