import { parseUserId } from '@queqiao/domain';
import { GroupServiceDefinition } from '@queqiao/protocol/server';
import { defineService, type ApiService, type Handlers } from '../api-service.js';
import { toGroupPatch, toNewProfile, toProtoGroup, toProtoMember, toRole } from './mapper.js';
import type { GroupUsecases } from './usecases.js';

/** What the app's back ends do to groups: the same use cases, for a caller who needs no role. */
export function serverGroupService(usecases: GroupUsecases): ApiService<'business'> {
  return defineService('business', GroupServiceDefinition, {
    ...groups(usecases),
    ...members(usecases),
  });
}

type GroupHandlers = Handlers<typeof GroupServiceDefinition, 'business'>;

function groups(usecases: GroupUsecases) {
  return {
    async createGroup(request, context) {
      const ownerId = parseUserId(request.ownerId, 'owner_id');
      const input = { ...request, ownerId, profile: toNewProfile(request) };
      const { conversationId, groupId } = await usecases.createGroup.run(context, input);
      return { conversationId, groupId };
    },
    async getGroup({ groupId }, context) {
      return { group: toProtoGroup(await usecases.getGroups.one(context, groupId)) };
    },
    async updateGroup(request, context) {
      const patch = toGroupPatch(request);
      const group = await usecases.updateGroup.run(context, { ...request, patch });
      return { group: toProtoGroup(group) };
    },
    async dissolveGroup(request, context) {
      await usecases.dissolveGroup.run(context, request);
      return {};
    },
    async transferOwnership(request, context) {
      await usecases.transferOwnership.run(context, request);
      return {};
    },
  } satisfies Partial<GroupHandlers>;
}

function members(usecases: GroupUsecases) {
  return {
    async listMembers(request, context) {
      const input = { ...request, role: toRole(request.role) };
      const page = await usecases.listMembers.run(context, input);
      return { ...page, members: page.members.map(toProtoMember) };
    },
    async addMembers(request, context) {
      const { addedIds } = await usecases.addMembers.run(context, request);
      return { addedIds };
    },
    removeMembers: async (request, context) => usecases.removeMembers.run(context, request),
    async setRole(request, context) {
      await usecases.setRole.run(context, { ...request, role: toRole(request.role) });
      return {};
    },
    async muteMembers(request, context) {
      await usecases.muteMembers.run(context, request);
      return {};
    },
  } satisfies Partial<GroupHandlers>;
}
