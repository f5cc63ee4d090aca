import { DomainError, invalidArgument, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { checkLength } from '../check-fields.js';
import { revokerOf } from '../revoker.js';
import type { Ban, Bans } from './ports.js';

/** Characters of the reason of a ban. */
export const BAN_REASON_MAX_LENGTH = 200;

export interface BanUserInput {
  readonly clientRequestId: string;
  readonly userId: string;
  /** 0: for ever. */
  readonly untilMs: number;
  readonly reason: string;
}

/** Keeps a user of the caller's app out until a time. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE. */
export class BanUser {
  constructor(readonly deps: { readonly bans: Pick<Bans, 'ban'> }) {}

  async run(context: BusinessContext, input: BanUserInput): Promise<Ban> {
    const { bans } = this.deps;
    const { appId } = context;
    const revoker = revokerOf(context, 'BanUser', input.clientRequestId);
    const userId = parseUserId(input.userId, 'user_id');
    const { untilMs, reason } = input;
    if (untilMs < 0) throw invalidArgument('until_ms', 'must be 0 or a time to come');
    checkLength(reason, BAN_REASON_MAX_LENGTH, 'reason');
    const ban = await bans.ban(appId, { userId, untilMs, reason }, revoker);
    if (ban === null) {
      throw new DomainError('NOT_FOUND', 'there is no such user', { field: 'user_id' });
    }
    return ban;
  }
}
