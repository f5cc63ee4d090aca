import type { Database } from '@queqiao/store-mysql';
import { profileNotices, type UserUsecases } from '../api/index.js';
import type { Delivery } from '../delivery/index.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { GetMe } from '../usecase/user/get-me.js';
import { GetUsers } from '../usecase/user/get-users.js';
import { SearchUsers } from '../usecase/user/search-users.js';
import { UpdateMe } from '../usecase/user/update-me.js';
import { UpdateMySettings } from '../usecase/user/update-my-settings.js';
import { UpsertUsers } from '../usecase/user/upsert-users.js';
import { commitPusher } from './pushers.js';

export interface PeopleDeps {
  readonly database: Pick<Database, 'users'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
}

export interface PeopleUsecases {
  readonly users: UserUsecases;
  readonly upsertUsers: UpsertUsers;
}

/** Every operation on users. */
export function peopleUsecases(
  { database, delivery }: PeopleDeps,
  options: ChangeOptions,
): PeopleUsecases {
  const { users } = database;
  const push = commitPusher(delivery);
  const account = { users, notices: profileNotices, push };
  return {
    users: {
      getUsers: new GetUsers({ users }),
      getMe: new GetMe({ users }),
      updateMe: new UpdateMe(account, options),
      updateMySettings: new UpdateMySettings(account, options),
      searchUsers: new SearchUsers({ users }),
    },
    upsertUsers: new UpsertUsers(account, options),
  };
}
