import type { GroupVisibility, HistoryPolicy, InviteRight, JoinMode } from '@queqiao/domain';
import {
  ApplicationChanged,
  Content,
  GroupCreated,
  GroupUpdated,
  GroupVisibility as ProtoVisibility,
  HistoryPolicy as ProtoHistory,
  InvitationChanged,
  InviteRight as ProtoInviteRight,
  JoinMode as ProtoJoinMode,
  JoinWay as ProtoJoinWay,
  MembersJoined,
  MembersLeft,
  MembersMuted,
  RequestsRead_List,
  toProtoRole,
} from '@queqiao/protocol/client';
import type { EncodedEntry } from '../../usecase/change/ports.js';
import type { GroupNotices, JoinWay } from '../../usecase/group/ports.js';
import { toProtoApplication, toProtoInvitation } from './request-mapper.js';

export const JOIN_MODES = {
  free: ProtoJoinMode.FREE,
  approval: ProtoJoinMode.APPROVAL,
  invitation: ProtoJoinMode.INVITATION,
} as const satisfies Record<JoinMode, ProtoJoinMode>;

export const VISIBILITIES = {
  private: ProtoVisibility.PRIVATE,
  public: ProtoVisibility.PUBLIC,
} as const satisfies Record<GroupVisibility, ProtoVisibility>;

export const HISTORIES = {
  'since-join': ProtoHistory.SINCE_JOIN,
  all: ProtoHistory.ALL,
} as const satisfies Record<HistoryPolicy, ProtoHistory>;

export const INVITE_RIGHTS = {
  everyone: ProtoInviteRight.EVERYONE,
  admins: ProtoInviteRight.ADMINS,
} as const satisfies Record<InviteRight, ProtoInviteRight>;

const JOIN_WAYS = {
  free: ProtoJoinWay.FREE,
  invited: ProtoJoinWay.INVITED,
  applied: ProtoJoinWay.APPLIED,
  link: ProtoJoinWay.LINK,
  face: ProtoJoinWay.FACE_TO_FACE,
} as const satisfies Record<JoinWay, ProtoJoinWay>;

const LISTS = {
  invitations: RequestsRead_List.GROUP_INVITATIONS,
  applications: RequestsRead_List.GROUP_APPLICATIONS,
} as const;

/** What happened in a group, as its log keeps it: facts, not sentences, so that clients say it in their language. */
export const groupNotices: GroupNotices = {
  created(name, creatorId, memberIds) {
    const value = GroupCreated.create({ name, creatorId, memberIds: [...memberIds] });
    return encoded({ $case: 'groupCreated', value });
  },
  joined(userIds, way, inviterId) {
    const value = MembersJoined.create({ userIds: [...userIds], way: JOIN_WAYS[way], inviterId });
    return encoded({ $case: 'membersJoined', value });
  },
  left(userIds) {
    const value = MembersLeft.create({ userIds: [...userIds] });
    return encoded({ $case: 'membersLeft', value });
  },
  updated({ joinMode, visibility, history, inviteRight, ...texts }) {
    const value: GroupUpdated = GroupUpdated.create({
      ...texts,
      joinMode: joinMode && JOIN_MODES[joinMode],
      visibility: visibility && VISIBILITIES[visibility],
      history: history && HISTORIES[history],
      inviteRight: inviteRight && INVITE_RIGHTS[inviteRight],
    });
    return encoded({ $case: 'groupUpdated', value });
  },
  roleChanged(userIds, role) {
    const value = { userIds: [...userIds], role: toProtoRole(role) };
    return encoded({ $case: 'roleChanged', value });
  },
  ownerChanged: (ownerId, previousOwnerId) =>
    encoded({ $case: 'ownerChanged', value: { ownerId, previousOwnerId } }),
  memberRenamed: (userId, name) => encoded({ $case: 'memberRenamed', value: { userId, name } }),
  membersMuted(userIds, untilMs) {
    const value = MembersMuted.create({ userIds: [...userIds], untilMs });
    return encoded({ $case: 'membersMuted', value });
  },
  dissolved: () => encoded({ $case: 'groupDissolved', value: {} }),
  invitationChanged(invitation, unreadCount) {
    const value = { invitation: toProtoInvitation(invitation), unreadCount };
    return encoded({ $case: 'invitationChanged', value: InvitationChanged.create(value) });
  },
  applicationChanged(application) {
    const value = ApplicationChanged.create({ application: toProtoApplication(application) });
    return encoded({ $case: 'applicationChanged', value });
  },
  requestsRead: (list) => encoded({ $case: 'requestsRead', value: { list: LISTS[list] } }),
};

type Body = NonNullable<Content['body']>;

function encoded(body: Body): EncodedEntry {
  return { kind: body.$case, content: Content.encode(Content.create({ body })).finish() };
}
