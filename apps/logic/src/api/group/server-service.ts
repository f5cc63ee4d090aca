import { parseUserId } from '@queqiao/domain';
import { GroupServiceDefinition } from '@queqiao/protocol/server';
import type { CreateGroup } from '../../usecase/group/create-group.js';
import { defineService, type ApiService } from '../api-service.js';

export function serverGroupService(usecases: { createGroup: CreateGroup }): ApiService<'business'> {
  return defineService('business', GroupServiceDefinition, {
    // Async, so that a malformed owner is a rejection like every other refusal.
    createGroup: async (request, { appId }) =>
      usecases.createGroup.run(appId, {
        ...request,
        ownerId: parseUserId(request.ownerId, 'owner_id'),
      }),
  });
}
