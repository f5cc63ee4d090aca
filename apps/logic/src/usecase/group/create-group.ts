import {
  DomainError,
  groupConversationId,
  parseGroupId,
  parseUserId,
  type ConversationId,
  type GroupId,
  type GroupProfile,
  type UserId,
} from '@queqiao/domain';

import { activeState } from '../app/active-app.js';
import type { AppRules, Apps } from '../app/ports.js';
import { overQuota } from '../app/quotas.js';
import type { CallContext } from '../caller.js';
import { changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import { groupIdOf } from './group-id.js';
import { readRules, sortByRule, type SortedByRule } from './invite-rules.js';
import { existOrAnswered, type UserLookup } from '../must-exist.js';
import type { GroupNotices, Groups, InviteRules, NewGroupPlan } from './ports.js';
import { invitationsStep, newInvitations } from './request-steps.js';
import { checkPatch, type GroupPatch } from './update-group.js';

export interface CreateGroupInput {
  readonly ownerId: UserId;
  readonly clientRequestId: string;
  readonly memberIds: readonly string[];
  /** Empty: derived from the request. */
  readonly groupId: string;
  readonly profile: GroupPatch & { readonly name: string };
}

export interface CreateGroupDeps {
  readonly apps: Apps;
  readonly users: UserLookup;
  readonly invites: InviteRules;
  readonly groups: Pick<Groups, 'create' | 'answered'>;
  readonly notices: GroupNotices;
  readonly push: CommitPusher;
}

export interface CreateGroupAnswer {
  readonly conversationId: ConversationId;
  readonly groupId: GroupId;
  /** Who was asked and is not in yet. */
  readonly invitedIds: UserId[];
}

/** What a group has decided that decides nothing. */
export const DEFAULT_PROFILE: GroupProfile = {
  name: '',
  avatarUrl: '',
  introduction: '',
  announcement: '',
  extra: '',
  joinMode: 'invitation',
  visibility: 'private',
  history: 'since-join',
  inviteRight: 'everyone',
};

/**
 * Creates a group with its first members; repeating a request returns the first group. Errors: INVALID_ARGUMENT, NOT_FOUND
 * (a member or the owner), ALREADY_EXISTS (the id is taken), LIMIT_EXCEEDED, PERMISSION_DENIED (a member who may not be
 * brought in).
 */
export class CreateGroup {
  constructor(
    readonly deps: CreateGroupDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: Pick<CallContext, 'appId' | 'caller' | 'signal' | 'requestDigest'>,
    input: CreateGroupInput,
  ): Promise<CreateGroupAnswer> {
    const { apps, users, invites, groups, push } = this.deps;
    const { appId } = context;
    const { ownerId, clientRequestId } = input;
    // Of the owner, whoever asks: of users and back ends that create for one under the same id, the second is refused.
    const asked = changeRequest(context, clientRequestId, 'CreateGroup');
    const request = { ...asked, actor: { kind: 'user', id: ownerId } } as const;
    const profile = profileOf(input.profile);
    const app = await activeState(apps, appId);
    const { settings: rules } = app;
    const memberIds = checkMembers(ownerId, input.memberIds, rules.maxGroupCreateMembers);
    const groupId =
      input.groupId === ''
        ? groupIdOf(appId, ownerId, clientRequestId)
        : parseGroupId(input.groupId);
    const first = await existOrAnswered(
      { users, answers: groups },
      { appId, request },
      [ownerId, ...memberIds],
      (id) => (id === ownerId ? 'owner_id' : `member_ids[${input.memberIds.indexOf(id)}]`),
    );
    if (first !== undefined) return first.answer as CreateGroupAnswer;
    const invited = await readRules(invites, context, memberIds);
    const again = { conversationId: groupConversationId(groupId), groupId, invitedIds: [] };
    const work = { ...this.options, appId, request, groupId, ownerId, again };
    const outcome = await groups.create<CreateGroupAnswer>(work, (nowMs) => {
      const refusal = overQuota(app, 'maxGroups');
      if (refusal) throw refusal;
      const sorted = sortByRule(memberIds, invited, 'member_ids');
      return this.#plan({ nowMs, groupId, ownerId, profile, rules }, sorted);
    });
    return settled(push, outcome);
  }

  #plan(
    group: {
      readonly nowMs: number;
      readonly groupId: GroupId;
      readonly ownerId: UserId;
      readonly profile: GroupProfile;
      readonly rules: AppRules;
    },
    { atOnce, asked }: SortedByRule,
  ): NewGroupPlan<CreateGroupAnswer> {
    const { notices } = this.deps;
    const { nowMs, groupId, ownerId, profile, rules } = group;
    const memberIds = [ownerId, ...atOnce];
    const created = notices.created(profile.name, ownerId, memberIds);
    const asking = { inviterId: ownerId, text: '', expiryMs: rules.requestExpiryMs };
    const facts = { nowMs, group: { groupId, name: profile.name } };
    const invitations = newInvitations(facts, asked, asking);
    const inviter = { kind: 'user', id: ownerId } as const;
    return {
      answer: { conversationId: groupConversationId(groupId), groupId, invitedIds: asked },
      profile,
      memberIds,
      firstEntry: notice({ kind: 'system', id: '' }, created),
      ...(asked.length > 0 ? { invitations: invitationsStep(notices, inviter, invitations) } : {}),
      maxGroups: rules.maxGroupsPerUser,
      large: memberIds.length > rules.largeGroupMembers,
    };
  }
}

function profileOf(patch: CreateGroupInput['profile']): GroupProfile {
  const set = Object.entries(checkPatch(patch)).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_PROFILE, ...(Object.fromEntries(set) as Partial<GroupProfile>) };
}

/** Distinct, and without the owner, who counts. */
function checkMembers(ownerId: UserId, given: readonly string[], limit: number): UserId[] {
  const members = new Set<UserId>();
  for (const [index, id] of given.entries()) {
    members.add(parseUserId(id, `member_ids[${index}]`));
    members.delete(ownerId);
    if (members.size >= limit) {
      throw new DomainError('LIMIT_EXCEEDED', `a group starts with at most ${limit} members`, {
        field: 'maxGroupCreateMembers',
      });
    }
  }
  return [...members];
}
