import { UserServiceDefinition } from '@queqiao/protocol/server';
import type { UpsertUsers } from '../../usecase/user/upsert-users.js';
import { defineService, type ApiService } from '../api-service.js';

export function serverUserService(usecases: { upsertUsers: UpsertUsers }): ApiService<'business'> {
  return defineService('business', UserServiceDefinition, {
    upsertUsers: async ({ users }, context) => usecases.upsertUsers.run(context, users),
  });
}
