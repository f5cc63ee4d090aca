import { DomainError, parseUserId, type AppId, type UserId } from '@queqiao/domain';

import type { Ban } from '../ban/ports.js';
import type { BusinessContext } from '../caller.js';
import type { Account } from './ports.js';

/** Users of one call. */
export const GET_ACCOUNTS_MAX = 200;

export interface AccountRecord {
  readonly account: Account;
  readonly createdMs: number;
  /** Null: may act. */
  readonly ban: Ban | null;
}

export interface AccountRecords {
  /** Unknown ids are left out. */
  accounts(appId: AppId, userIds: readonly UserId[]): Promise<AccountRecord[]>;
}

/** All that is known of users of the caller's app; unknown ids are left out. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export class GetAccounts {
  constructor(readonly deps: { readonly records: AccountRecords }) {}

  run({ appId }: BusinessContext, userIds: readonly string[]): Promise<AccountRecord[]> {
    if (userIds.length > GET_ACCOUNTS_MAX) {
      throw new DomainError('LIMIT_EXCEEDED', `at most ${GET_ACCOUNTS_MAX} users in one call`, {
        field: 'user_ids',
      });
    }
    const wanted = new Set(userIds.map((id, index) => parseUserId(id, `user_ids[${index}]`)));
    return this.deps.records.accounts(appId, [...wanted]);
  }
}
