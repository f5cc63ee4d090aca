import { parseUserId } from '@queqiao/domain';
import { GroupServiceDefinition } from '@queqiao/protocol/server';
import { defineService, type ApiService } from '../api-service.js';
import type { GroupUsecases } from './client-service.js';

export function serverGroupService(
  usecases: Pick<GroupUsecases, 'createGroup' | 'addMembers' | 'removeMembers'>,
): ApiService<'business'> {
  return defineService('business', GroupServiceDefinition, {
    // Async, so that a malformed owner is a rejection like every other refusal.
    createGroup: async (request, { appId }) =>
      usecases.createGroup.run(appId, {
        ...request,
        ownerId: parseUserId(request.ownerId, 'owner_id'),
      }),
    addMembers: async (request, context) => usecases.addMembers.run(context, request),
    removeMembers: async (request, context) => usecases.removeMembers.run(context, request),
  });
}
