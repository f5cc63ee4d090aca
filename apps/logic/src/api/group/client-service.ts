import { GroupServiceDefinition } from '@queqiao/protocol/client';
import type { CreateGroup } from '../../usecase/group/create-group.js';
import { defineService, type ApiService } from '../api-service.js';

export function clientGroupService(usecases: { createGroup: CreateGroup }): ApiService<'user'> {
  return defineService('user', GroupServiceDefinition, {
    createGroup: (request, { appId, caller }) =>
      usecases.createGroup.run(appId, { ...request, ownerId: caller.userId }),
  });
}
