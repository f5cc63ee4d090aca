import { DomainError, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { revokerOf } from '../revoker.js';
import type { Erasure, Erasures } from './ports.js';

export interface EraseUserInput {
  readonly clientRequestId: string;
  readonly userId: string;
  readonly keepMessages: boolean;
}

/**
 * Erases a user of the caller's app, step by step: the user is out when it has answered. Errors: INVALID_ARGUMENT, NOT_FOUND,
 * UNAVAILABLE.
 */
export class EraseUser {
  constructor(
    readonly deps: {
      readonly erasures: Pick<Erasures, 'begin'>;
      readonly jobs: { readonly nudge: () => void };
    },
  ) {}

  async run(context: BusinessContext, input: EraseUserInput): Promise<Erasure> {
    const { erasures, jobs } = this.deps;
    const { appId } = context;
    const revoker = revokerOf(context, 'EraseUser', input.clientRequestId);
    const userId = parseUserId(input.userId, 'user_id');
    const { keepMessages } = input;
    const erasure = await erasures.begin(appId, { userId, keepMessages }, revoker);
    if (erasure === null) {
      throw new DomainError('NOT_FOUND', 'there is no such user', { field: 'user_id' });
    }
    jobs.nudge();
    return erasure;
  }
}
