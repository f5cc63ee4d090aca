import {
  fromProtoRole,
  Group,
  toProtoRole,
  type GroupMember,
  GroupRole as ProtoGroupRole,
  type GroupVisibility as ProtoVisibility,
  type HistoryPolicy as ProtoHistory,
  type InviteRight as ProtoInviteRight,
  type JoinMode as ProtoJoinMode,
  type UpdateGroupRequest,
} from '@queqiao/protocol/client';
import { invalidArgument, type GroupRole } from '@queqiao/domain';
import type { GroupMemberRecord } from '../../usecase/group/read-ports.js';
import type { GroupView } from '../../usecase/group/view-group.js';
import type { GroupPatch } from '../../usecase/group/update-group.js';
import { HISTORIES, INVITE_RIGHTS, JOIN_MODES, VISIBILITIES } from './group-notices.js';

export function toProtoGroup({ group, self }: GroupView): Group {
  return Group.create({
    groupId: group.groupId,
    conversationId: group.conversationId,
    name: group.name,
    avatarUrl: group.avatarUrl,
    introduction: group.introduction,
    announcement: group.announcement,
    extra: group.extra,
    ownerId: group.ownerId,
    memberCount: group.memberCount,
    joinMode: JOIN_MODES[group.joinMode],
    visibility: VISIBILITIES[group.visibility],
    history: HISTORIES[group.history],
    inviteRight: INVITE_RIGHTS[group.inviteRight],
    allMuted: group.allMuted,
    dissolved: group.dissolved,
    createdMs: group.createdMs,
    self: self === null ? undefined : toProtoMember(self),
    large: group.mode !== 'routed',
  });
}

export function toProtoMember(member: GroupMemberRecord): GroupMember {
  const { userId, role, name, mutedUntilMs, joinedMs, inviterId } = member;
  return { userId, role: toProtoRole(role), name, mutedUntilMs, joinedMs, inviterId };
}

/** Undefined: unspecified. Errors: INVALID_ARGUMENT for a value that is not of its enum. */
export function toRole(role: ProtoGroupRole): GroupRole | undefined {
  if (role === ProtoGroupRole.UNSPECIFIED) return undefined;
  const known = fromProtoRole(role);
  if (known === undefined) throw invalidArgument('role', 'is not a value of its kind');
  return known;
}

/** What a creation says about the new group; empty texts are what unset ones are. */
export function toNewProfile(request: NewProfile): GroupPatch & { readonly name: string } {
  const { name, avatarUrl, introduction, extra } = request;
  return { name, avatarUrl, introduction, extra, ...toGroupRules(request) };
}

interface NewProfile extends ProtoRules {
  readonly name: string;
  readonly avatarUrl: string;
  readonly introduction: string;
  readonly extra: string;
}

/** What the request sets. Errors: INVALID_ARGUMENT for a value that is not of its enum. */
export function toGroupPatch(request: Partial<UpdateGroupRequest>): GroupPatch {
  const { name, avatarUrl, introduction, announcement, extra, allMuted } = request;
  return {
    name,
    avatarUrl,
    introduction,
    announcement,
    extra,
    allMuted,
    ...toGroupRules(request),
  };
}

export interface ProtoRules {
  readonly joinMode?: ProtoJoinMode | undefined;
  readonly visibility?: ProtoVisibility | undefined;
  readonly history?: ProtoHistory | undefined;
  readonly inviteRight?: ProtoInviteRight | undefined;
}

export function toGroupRules(rules: ProtoRules) {
  return {
    joinMode: named(JOIN_MODES, rules.joinMode, 'join_mode'),
    visibility: named(VISIBILITIES, rules.visibility, 'visibility'),
    history: named(HISTORIES, rules.history, 'history'),
    inviteRight: named(INVITE_RIGHTS, rules.inviteRight, 'invite_right'),
  };
}

/** Undefined and unspecified both mean: not set. */
function named<N extends string>(
  names: Readonly<Record<N, number>>,
  value: number | undefined,
  field: string,
): N | undefined {
  if (value === undefined || value === 0) return undefined;
  const found = (Object.keys(names) as N[]).find((name) => names[name] === value);
  if (found === undefined) throw invalidArgument(field, 'is not a value of its kind');
  return found;
}
