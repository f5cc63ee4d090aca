import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeAccount, type AccountChangeDeps } from './change-account.js';
import { checkProfile } from './check-profile.js';
import type { Account, ProfilePatch } from './ports.js';

export interface UpdateMeInput extends ProfilePatch {
  readonly clientRequestId: string;
}

/** Changes the caller's profile. Errors: INVALID_ARGUMENT, ALREADY_EXISTS (handle). */
export class UpdateMe {
  constructor(
    readonly deps: AccountChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  // Async, so that what is malformed is a rejection like every other refusal.
  async run(context: UserContext, input: UpdateMeInput): Promise<Account> {
    const { clientRequestId } = input;
    const patch = checkProfile(input);
    const change = { clientRequestId, method: 'UpdateMe', patch: () => patch };
    return changeAccount(this.deps, this.options, context, change);
  }
}
