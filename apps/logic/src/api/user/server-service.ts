import { UserServiceDefinition } from '@queqiao/protocol/server';
import type { BanUser } from '../../usecase/ban/ban-user.js';
import type { ListBans } from '../../usecase/ban/list-bans.js';
import type { UnbanUser } from '../../usecase/ban/unban-user.js';
import type { ListDevicesOf } from '../../usecase/device/list-devices-of.js';
import type { SignOutUser } from '../../usecase/device/sign-out-user.js';
import type { EraseUser } from '../../usecase/erasure/erase-user.js';
import type { GetErasure } from '../../usecase/erasure/get-erasure.js';
import type { GetAccounts } from '../../usecase/user/get-accounts.js';
import type { UpsertUsers } from '../../usecase/user/upsert-users.js';
import { defineService, type ApiService } from '../api-service.js';
import { toProtoErasure, toUserDevice, toUserRecord } from './record-mapper.js';

export interface ServerUserUsecases {
  readonly upsertUsers: UpsertUsers;
  readonly getAccounts: GetAccounts;
  readonly signOutUser: SignOutUser;
  readonly banUser: BanUser;
  readonly unbanUser: UnbanUser;
  readonly listBans: ListBans;
  readonly listDevicesOf: ListDevicesOf;
  readonly eraseUser: EraseUser;
  readonly getErasure: GetErasure;
}

export function serverUserService(usecases: ServerUserUsecases): ApiService<'business'> {
  return defineService('business', UserServiceDefinition, {
    upsertUsers: ({ users, clientRequestId }, context) =>
      usecases.upsertUsers.run(context, users, clientRequestId),
    async signOutUser(request, context) {
      await usecases.signOutUser.run(context, request);
      return {};
    },
    getUsers: async ({ userIds }, context) => ({
      users: (await usecases.getAccounts.run(context, userIds)).map(toUserRecord),
    }),
    banUser: async (request, context) => ({ ban: await usecases.banUser.run(context, request) }),
    async unbanUser(request, context) {
      await usecases.unbanUser.run(context, request);
      return {};
    },
    listBans: (request, context) => usecases.listBans.run(context, request),
    listDevices: async ({ userId }, context) => ({
      devices: (await usecases.listDevicesOf.run(context, userId)).map(toUserDevice),
    }),
    eraseUser: async (request, context) => ({
      erasure: toProtoErasure(await usecases.eraseUser.run(context, request)),
    }),
    getErasure: async ({ userId }, context) => ({
      erasure: toProtoErasure(await usecases.getErasure.run(context, userId)),
    }),
  });
}
