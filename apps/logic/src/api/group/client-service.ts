import { GroupServiceDefinition } from '@queqiao/protocol/client';
import { defineService, type ApiService } from '../api-service.js';
import { arrivals } from './arrivals.js';
import { toGroupPatch, toNewProfile, toProtoGroup, toProtoMember, toRole } from './mapper.js';
import type { GroupHandlers, GroupUsecases } from './usecases.js';

export function clientGroupService(usecases: GroupUsecases): ApiService<'user'> {
  return defineService('user', GroupServiceDefinition, {
    ...groups(usecases),
    ...members(usecases),
    ...arrivals(usecases),
  });
}

function groups(usecases: GroupUsecases) {
  return {
    async createGroup(request, context) {
      const profile = toNewProfile(request);
      const ownerId = context.caller.userId;
      return usecases.createGroup.run(context, { ...request, ownerId, profile });
    },
    async getGroups({ groupIds }, context) {
      return { groups: (await usecases.getGroups.run(context, groupIds)).map(toProtoGroup) };
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
    async listMyGroups(request, context) {
      const input = { ...request, role: toRole(request.role) };
      const page = await usecases.listMyGroups.run(context, input);
      return { ...page, groups: page.groups.map(toProtoGroup) };
    },
    async leaveGroup(request, context) {
      await usecases.leaveGroup.run(context, request);
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
    async getMembers(request, context) {
      const found = await usecases.getMembers.run(context, request);
      return { members: found.map(toProtoMember) };
    },
    async addMembers(request, context) {
      return usecases.addMembers.run(context, request);
    },
    async removeMembers(request, context) {
      return usecases.removeMembers.run(context, request);
    },
    async setRole(request, context) {
      await usecases.setRole.run(context, { ...request, role: toRole(request.role) });
      return {};
    },
    async renameMember(request, context) {
      await usecases.renameMember.run(context, request);
      return {};
    },
    async muteMembers(request, context) {
      await usecases.muteMembers.run(context, request);
      return {};
    },
  } satisfies Partial<GroupHandlers>;
}
