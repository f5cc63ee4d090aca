import { DomainError, invalidArgument, type AppId } from '@queqiao/domain';

import type { MemberChangeResult, StatePusher } from './member-log.js';
import type { Membership } from './ports.js';

/**
 * Shows a change to the devices of all whose state it changed. Errors: NOT_FOUND, INVALID_ARGUMENT for an entry that is not
 * there yet; `fieldOf` says which field of the request named it.
 */
export function settleChange(
  push: StatePusher,
  appId: AppId,
  result: MemberChangeResult,
  fieldOf: (seq: number) => string = () => 'seq',
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
      throw new DomainError('NOT_FOUND', 'there is no such conversation', {
        field: 'conversation_id',
      });
    case 'no-such-seq':
      throw invalidArgument(fieldOf(result.seq), 'there is no such entry yet');
  }
}

export function checkThrough(throughSeq: number): void {
  if (throughSeq < 0) throw invalidArgument('through_seq', 'must not be negative');
}
