import { UserServiceDefinition } from '@queqiao/protocol/client';
import type { GetMe } from '../../usecase/user/get-me.js';
import type { GetUsers } from '../../usecase/user/get-users.js';
import type { SearchUsers } from '../../usecase/user/search-users.js';
import type { UpdateMe } from '../../usecase/user/update-me.js';
import type { UpdateMySettings } from '../../usecase/user/update-my-settings.js';
import { defineService, type ApiService } from '../api-service.js';
import { toProtoFound, toProtoSettings, toProtoUser, toSettingsPatch } from './mapper.js';

export interface UserUsecases {
  readonly getUsers: GetUsers;
  readonly getMe: GetMe;
  readonly updateMe: UpdateMe;
  readonly updateMySettings: UpdateMySettings;
  readonly searchUsers: SearchUsers;
}

export function clientUserService(usecases: UserUsecases): ApiService<'user'> {
  return defineService('user', UserServiceDefinition, {
    getUsers: async ({ userIds }, context) => ({
      users: (await usecases.getUsers.run(context, userIds)).map(toProtoUser),
    }),
    async getMe(_, context) {
      const { profile, settings, handle } = await usecases.getMe.run(context);
      return { user: toProtoUser(profile), settings: toProtoSettings(settings), handle };
    },
    async updateMe(request, context) {
      const { profile, handle } = await usecases.updateMe.run(context, request);
      return { user: toProtoUser(profile), handle };
    },
    async updateMySettings(request, context) {
      const { clientRequestId } = request;
      const patch = toSettingsPatch(request);
      const account = await usecases.updateMySettings.run(context, { clientRequestId, patch });
      return { settings: toProtoSettings(account.settings) };
    },
    async searchUsers(request, context) {
      const { users, nextPageToken } = await usecases.searchUsers.run(context, request);
      return { users: users.map(toProtoFound), nextPageToken };
    },
  });
}
