import { DomainError, invalidArgument, type AppId } from '@queqiao/domain';

import type { MemberChangeResult, StatePusher } from './member-log.js';
import type { Membership } from './ports.js';

/**
 * Shows a change to the devices of all whose state it changed. Errors: NOT_FOUND, INVALID_ARGUMENT naming `field` for an entry
 * that is not there yet.
 */
export function settleChange(
  push: StatePusher,
  appId: AppId,
  result: MemberChangeResult,
  field = '',
): Membership {
  switch (result.status) {
    case 'changed': {
      const { membership, peer, dispatchId } = result;
      const states = [membership, ...(peer === null ? [] : [peer])].map((each) => {
        return { appId, membership: each };
      });
      push.pushStates({ dispatchId, states });
      return membership;
    }
    case 'unchanged':
      return result.membership;
    case 'not-found':
      throw new DomainError('NOT_FOUND', 'there is no such conversation');
    case 'no-such-seq':
      throw invalidArgument(field, 'there is no such entry yet');
  }
}
