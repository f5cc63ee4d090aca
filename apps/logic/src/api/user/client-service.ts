import { UserServiceDefinition } from '@queqiao/protocol/client';
import type { GetUsers } from '../../usecase/user/get-users.js';
import { defineService, type ApiService } from '../api-service.js';

export function clientUserService(usecases: { getUsers: GetUsers }): ApiService<'user'> {
  return defineService('user', UserServiceDefinition, {
    getUsers: async ({ userIds }, context) => ({
      users: await usecases.getUsers.run(context, userIds),
    }),
  });
}
