import { FOREVER_MS, type GroupRole } from '@queqiao/domain';
import {
  GroupRole as Roles,
  GroupVisibility,
  HistoryPolicy,
  InviteRight,
  JoinMode,
  JoinWay,
  type Content,
  type GroupMember,
  type GroupPatch as SdkGroupPatch,
  type WatchedGroup,
} from '@queqiao/sdk';
import type { GroupNotice, GroupPatch } from '../state/group-notice.js';
import type { GroupInfo, MemberInfo } from '../state/group-state.js';

type Body = NonNullable<Content['body']>;

const ROLES = { owner: Roles.OWNER, admin: Roles.ADMIN, member: Roles.MEMBER } as const;
const JOIN_MODES = {
  free: JoinMode.FREE,
  approval: JoinMode.APPROVAL,
  invitation: JoinMode.INVITATION,
} as const;
const VISIBILITIES = { public: GroupVisibility.PUBLIC, private: GroupVisibility.PRIVATE } as const;
const HISTORIES = { 'since-join': HistoryPolicy.SINCE_JOIN, all: HistoryPolicy.ALL } as const;
const INVITE_RIGHTS = { everyone: InviteRight.EVERYONE, admins: InviteRight.ADMINS } as const;
const WAYS = {
  free: JoinWay.FREE,
  invited: JoinWay.INVITED,
  applied: JoinWay.APPLIED,
  link: JoinWay.LINK,
  face: JoinWay.FACE_TO_FACE,
} as const;

/** The page's word for a value of the protocol; for one that the page does not know, the last resort. */
function named<Name extends string>(
  names: Readonly<Record<Name, number>>,
  value: number,
  otherwise: Name,
): Name {
  return (Object.keys(names) as Name[]).find((name) => names[name] === value) ?? otherwise;
}

export function toProtoRole<Role extends GroupRole>(role: Role): (typeof ROLES)[Role] {
  return ROLES[role];
}

export function toMember({ userId, role, name, mutedUntilMs }: GroupMember): MemberInfo {
  return { userId, role: named(ROLES, role, 'member'), name, mutedUntilMs };
}

/** Undefined: not known yet, or there is none for the user. */
export function toGroup({ group, members, complete }: WatchedGroup): GroupInfo | undefined {
  if (group === undefined) return undefined;
  const { groupId, conversationId, name, avatarUrl, introduction, announcement } = group;
  const { memberCount, allMuted, dissolved, large, self } = group;
  return {
    groupId,
    conversationId,
    name,
    avatarUrl,
    introduction,
    announcement,
    memberCount,
    joinMode: named(JOIN_MODES, group.joinMode, 'invitation'),
    visibility: named(VISIBILITIES, group.visibility, 'private'),
    history: named(HISTORIES, group.history, 'since-join'),
    inviteRight: named(INVITE_RIGHTS, group.inviteRight, 'admins'),
    allMuted,
    dissolved,
    large,
    self: self && toMember(self),
    members: members.map(toMember),
    complete,
  };
}

export function toProtoPatch(patch: GroupPatch): SdkGroupPatch {
  const { joinMode, visibility, history, inviteRight, ...texts } = patch;
  return {
    ...texts,
    ...(joinMode && { joinMode: JOIN_MODES[joinMode] }),
    ...(visibility && { visibility: VISIBILITIES[visibility] }),
    ...(history && { history: HISTORIES[history] }),
    ...(inviteRight && { inviteRight: INVITE_RIGHTS[inviteRight] }),
  };
}

/** Undefined for what does not tell of a group. */
export function toNotice(body: Body): GroupNotice | undefined {
  if (body.$case === 'membersJoined') {
    const { userIds, way, inviterId } = body.value;
    return { what: 'joined', userIds, way: named(WAYS, way, 'free'), inviterId };
  }
  if (body.$case === 'roleChanged') {
    const { userIds, role } = body.value;
    return { what: 'role', userIds, role: named(ROLES, role, 'member') };
  }
  if (body.$case === 'membersLeft') return { what: 'left', userIds: body.value.userIds };
  if (body.$case === 'ownerChanged') return { what: 'owner', ownerId: body.value.ownerId };
  if (body.$case === 'groupUpdated') return { what: 'updated', patch: updatedPart(body.value) };
  if (body.$case === 'membersMuted') return { what: 'muted', ...body.value };
  if (body.$case === 'memberRenamed') return { what: 'renamed', ...body.value };
  return body.$case === 'groupDissolved' ? { what: 'dissolved' } : undefined;
}

function updatedPart(value: Extract<Body, { $case: 'groupUpdated' }>['value']): GroupPatch {
  const { name, avatarUrl, introduction, announcement, allMuted } = value;
  const { joinMode, visibility, history, inviteRight } = value;
  const patch = {
    name,
    avatarUrl,
    introduction,
    announcement,
    allMuted,
    joinMode: joinMode && named(JOIN_MODES, joinMode, 'invitation'),
    visibility: visibility && named(VISIBILITIES, visibility, 'private'),
    history: history && named(HISTORIES, history, 'since-join'),
    inviteRight: inviteRight && named(INVITE_RIGHTS, inviteRight, 'admins'),
  };
  const set = Object.entries(patch).filter(([, each]) => each !== undefined);
  return Object.fromEntries(set);
}

/** When a mute ends that is to last so long; undefined: it does not end. */
export function muteEnd(nowMs: number, lastsMs: number | undefined): number {
  return lastsMs === undefined ? FOREVER_MS : nowMs + lastsMs;
}
