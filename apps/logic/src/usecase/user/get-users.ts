import { DomainError, parseUserId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { Profile, Users } from './ports.js';

export const GET_USERS_MAX = 100;

/** Profiles of users of the caller's app; unknown ids are left out. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export class GetUsers {
  constructor(readonly deps: { readonly users: Pick<Users, 'profiles'> }) {}

  run(context: UserContext, userIds: readonly string[]): Promise<Profile[]> {
    if (userIds.length > GET_USERS_MAX) {
      throw new DomainError('LIMIT_EXCEEDED', `at most ${GET_USERS_MAX} users in one call`, {
        field: 'user_ids',
      });
    }
    const wanted = new Set(userIds.map((id, index) => parseUserId(id, `user_ids[${index}]`)));
    return this.deps.users.profiles(context.appId, [...wanted]);
  }
}
