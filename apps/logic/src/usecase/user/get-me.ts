import { DomainError } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { Account, Users } from './ports.js';

/** The caller's own profile and settings. */
export class GetMe {
  constructor(readonly deps: { readonly users: Pick<Users, 'account'> }) {}

  async run({ appId, caller }: UserContext): Promise<Account> {
    const account = await this.deps.users.account(appId, caller.userId);
    if (account === null) throw new DomainError('NOT_FOUND', 'there is no such user');
    return account;
  }
}
