import type { Directory } from '@queqiao/directory';
import type { DeviceId } from '@queqiao/domain';
import type { Database } from '@queqiao/store-mysql';
import { serverUserService, type AnyService } from '../api/index.js';
import { BanUser } from '../usecase/ban/ban-user.js';
import { ListBans } from '../usecase/ban/list-bans.js';
import { UnbanUser } from '../usecase/ban/unban-user.js';
import { ListDevicesOf, type OnlineDevices } from '../usecase/device/list-devices-of.js';
import { SignOutUser } from '../usecase/device/sign-out-user.js';
import { EraseUser } from '../usecase/erasure/erase-user.js';
import { GetErasure } from '../usecase/erasure/get-erasure.js';
import type { ConnectNodes } from '../usecase/session/ports.js';
import { GetAccounts } from '../usecase/user/get-accounts.js';
import type { UpsertUsers } from '../usecase/user/upsert-users.js';
import { readsOf } from './reads.js';

export interface AppUsersDeps {
  readonly database: Pick<Database, 'bans' | 'revocations' | 'erasures' | 'whileWanted'>;
  readonly directory: Pick<Directory, 'routesOf'>;
  readonly nodes: Pick<ConnectNodes, 'isAttached'>;
  readonly upsertUsers: UpsertUsers;
  readonly erasureJobs: { readonly nudge: () => void };
}

/** Users for the apps' back ends. */
export function appUserService(deps: AppUsersDeps): AnyService {
  const { upsertUsers, erasureJobs: jobs } = deps;
  const { bans, revocations, erasures } = deps.database;
  const online = onlineDevices(deps);
  const read = readsOf(deps.database);
  return serverUserService({
    upsertUsers,
    signOutUser: new SignOutUser({ signOuts: revocations }),
    getAccounts: read(({ bans: records }) => new GetAccounts({ records })),
    banUser: new BanUser({ bans }),
    unbanUser: new UnbanUser({ bans }),
    listBans: read((stores) => new ListBans({ bans: stores.bans })),
    listDevicesOf: read(({ devices, users }) => new ListDevicesOf({ devices, users, online })),
    eraseUser: new EraseUser({ erasures, jobs }),
    getErasure: read((stores) => new GetErasure({ erasures: stores.erasures })),
  });
}

/** Lines of nodes that are gone are no sockets. */
function onlineDevices({ directory, nodes }: AppUsersDeps): OnlineDevices {
  return {
    async devicesOf(appId, userId) {
      const [routes = []] = await directory.routesOf([{ appId, userId }]);
      const there = routes.filter((route) => nodes.isAttached(route));
      return new Set(there.map(({ deviceId }) => deviceId as DeviceId));
    },
  };
}
