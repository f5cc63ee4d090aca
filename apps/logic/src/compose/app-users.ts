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
import { callsOf } from './calls.js';

export interface AppUsersDeps {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly directory: Pick<Directory, 'routesOf'>;
  readonly nodes: Pick<ConnectNodes, 'isAttached'>;
  readonly upsertUsers: UpsertUsers;
  readonly erasureJobs: { readonly nudge: () => void };
}

/** Users for the apps' back ends. */
export function appUserService(deps: AppUsersDeps): AnyService {
  const { upsertUsers, erasureJobs: jobs } = deps;
  const online = onlineDevices(deps);
  const call = callsOf(deps.database);
  return serverUserService({
    upsertUsers,
    signOutUser: call(({ revocations: signOuts }) => new SignOutUser({ signOuts })),
    getAccounts: call(({ bans: records }) => new GetAccounts({ records })),
    banUser: call(({ bans }) => new BanUser({ bans })),
    unbanUser: call(({ bans }) => new UnbanUser({ bans })),
    listBans: call((stores) => new ListBans({ bans: stores.bans })),
    listDevicesOf: call(({ devices, users }) => new ListDevicesOf({ devices, users, online })),
    eraseUser: call(({ erasures }) => new EraseUser({ erasures, jobs })),
    getErasure: call((stores) => new GetErasure({ erasures: stores.erasures })),
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
