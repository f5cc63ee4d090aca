import type { Database } from '@queqiao/store-mysql';
import { serverUserService, type AnyService } from '../api/index.js';
import { BanUser } from '../usecase/ban/ban-user.js';
import { ListBans } from '../usecase/ban/list-bans.js';
import { UnbanUser } from '../usecase/ban/unban-user.js';
import { SignOutUser } from '../usecase/device/sign-out-user.js';
import type { ToldStandings } from '../usecase/token/ports.js';
import { GetAccounts } from '../usecase/user/get-accounts.js';
import type { UpsertUsers } from '../usecase/user/upsert-users.js';

/** Users for the apps' back ends. */
export function appUserService(deps: {
  readonly database: Pick<Database, 'bans' | 'revocations'>;
  readonly upsertUsers: UpsertUsers;
  readonly told: ToldStandings;
}): AnyService {
  const { upsertUsers, told } = deps;
  const { bans, revocations } = deps.database;
  return serverUserService({
    upsertUsers,
    signOutUser: new SignOutUser({ signOuts: revocations, told }),
    getAccounts: new GetAccounts({ records: bans }),
    banUser: new BanUser({ bans, told }),
    unbanUser: new UnbanUser({ bans, told }),
    listBans: new ListBans({ bans }),
  });
}
