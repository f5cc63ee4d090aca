import {
  DomainError,
  groupConversationId,
  invalidArgument,
  isId,
  parseGroupId,
  parseUserId,
  type AppId,
  type ConversationId,
  type GroupId,
  type UserId,
} from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import { groupIdOf } from './group-id.js';
import { mustExist } from './must-exist.js';
import { checkLength } from './check-group.js';
import { GROUP_NAME_MAX_LENGTH } from './update-group.js';
import type { GroupAnnouncer, GroupEntries, GroupLog, UserLookup } from './ports.js';

export interface CreateGroupInput {
  readonly ownerId: UserId;
  readonly clientRequestId: string;
  readonly name: string;
  readonly memberIds: readonly string[];
  /** Empty: derived from the request. */
  readonly groupId: string;
}

export interface CreateGroupDeps {
  readonly apps: Apps;
  readonly users: UserLookup;
  readonly groups: GroupLog;
  readonly entries: GroupEntries;
  readonly announcer: GroupAnnouncer;
}

export interface CreateGroupAnswer {
  readonly conversationId: ConversationId;
  readonly groupId: GroupId;
}

/**
 * Creates a group with its first members; repeating a request returns the first group. Errors: INVALID_ARGUMENT, NOT_FOUND
 * (a member or the owner), ALREADY_EXISTS (the id is taken), LIMIT_EXCEEDED.
 */
export class CreateGroup {
  constructor(
    readonly deps: CreateGroupDeps,
    readonly options: { readonly owner: string; readonly dispatchDelayMs: number },
  ) {}

  async run(appId: AppId, input: CreateGroupInput): Promise<CreateGroupAnswer> {
    const { apps, users, groups, entries, announcer } = this.deps;
    const { ownerId, clientRequestId } = input;
    if (!isId(clientRequestId)) {
      throw invalidArgument('client_request_id', 'must match [A-Za-z0-9_.-]{1,64}');
    }
    const name = checkLength(input.name, GROUP_NAME_MAX_LENGTH, 'name', 1);
    const { maxGroupCreateMembers } = await activeApp(apps, appId);
    const memberIds = checkMembers(ownerId, input.memberIds, maxGroupCreateMembers);
    const groupId =
      input.groupId === ''
        ? groupIdOf(appId, ownerId, clientRequestId)
        : parseGroupId(input.groupId);
    await mustExist(users, appId, memberIds, (id) =>
      id === ownerId ? 'owner_id' : `member_ids[${input.memberIds.indexOf(id)}]`,
    );
    const firstEntry = entries.groupCreated({ name, creatorId: ownerId, memberIds });
    const group = { appId, groupId, ownerId, clientRequestId, name, memberIds, firstEntry };
    const result = await groups.createGroup({ ...group, ...this.options });
    if (result.status === 'taken') {
      throw new DomainError('ALREADY_EXISTS', 'the group id is taken', { field: 'group_id' });
    }
    if (result.status === 'created') announcer.announce({ ...result, appId, firstEntry });
    return { conversationId: groupConversationId(groupId), groupId };
  }
}

function checkMembers(ownerId: UserId, given: readonly string[], limit: number): UserId[] {
  const members = new Set<UserId>([ownerId]);
  for (const [index, id] of given.entries()) {
    members.add(parseUserId(id, `member_ids[${index}]`));
    if (members.size > limit) {
      throw new DomainError('LIMIT_EXCEEDED', `a group starts with at most ${limit} members`, {
        field: 'maxGroupCreateMembers',
      });
    }
  }
  return [...members];
}
