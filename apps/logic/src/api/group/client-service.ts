import { GroupServiceDefinition } from '@queqiao/protocol/client';
import type { AddMembers } from '../../usecase/group/add-members.js';
import type { CreateGroup } from '../../usecase/group/create-group.js';
import type { DissolveGroup } from '../../usecase/group/dissolve-group.js';
import type { LeaveGroup } from '../../usecase/group/leave-group.js';
import type { RemoveMembers } from '../../usecase/group/remove-members.js';
import type { UpdateGroup } from '../../usecase/group/update-group.js';
import { defineService, type ApiService } from '../api-service.js';
import { toGroupPatch, toProtoGroup } from './mapper.js';

export interface GroupUsecases {
  readonly createGroup: CreateGroup;
  readonly updateGroup: UpdateGroup;
  readonly dissolveGroup: DissolveGroup;
  readonly addMembers: AddMembers;
  readonly removeMembers: RemoveMembers;
  readonly leaveGroup: LeaveGroup;
}

export function clientGroupService(usecases: GroupUsecases): ApiService<'user'> {
  return defineService('user', GroupServiceDefinition, {
    async createGroup(request, { appId, caller }) {
      return usecases.createGroup.run(appId, { ...request, ownerId: caller.userId });
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
    async addMembers(request, context) {
      return usecases.addMembers.run(context, request);
    },
    async removeMembers(request, context) {
      return usecases.removeMembers.run(context, request);
    },
    async leaveGroup(request, context) {
      await usecases.leaveGroup.run(context, request);
      return {};
    },
  });
}
