import { UserServiceDefinition } from '@queqiao/protocol/server';
import type { UpsertUsers } from '../../usecase/user/upsert-users.js';
import type { SignOutUser } from '../../usecase/device/sign-out-user.js';
import { defineService, type ApiService } from '../api-service.js';

export function serverUserService(usecases: {
  upsertUsers: UpsertUsers;
  signOutUser: SignOutUser;
}): ApiService<'business'> {
  return defineService('business', UserServiceDefinition, {
    upsertUsers: async ({ users }, context) => usecases.upsertUsers.run(context, users),
    async signOutUser({ userId, deviceId }, context) {
      await usecases.signOutUser.run(context, userId, deviceId);
      return {};
    },
  });
}
