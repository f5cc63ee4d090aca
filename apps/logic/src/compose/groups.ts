import { randomBytes } from 'node:crypto';
import { judgeInvite, selfConversationId, type GroupId, type UserId } from '@queqiao/domain';
import type { Directory } from '@queqiao/directory';
import type { Clock, Registry } from '@queqiao/runtime';
import type { Database, Stores } from '@queqiao/store-mysql';
import { groupNotices, type GroupUsecases } from '../api/index.js';
import type { Delivery } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { AddMembers } from '../usecase/group/add-members.js';
import { AnswerInvitation } from '../usecase/group/answer-invitation.js';
import { CancelApplication } from '../usecase/group/cancel-application.js';
import type { GroupChangeDeps } from '../usecase/group/change-deps.js';
import { CreateGroup } from '../usecase/group/create-group.js';
import { CreateJoinLink } from '../usecase/group/create-join-link.js';
import { DissolveGroup } from '../usecase/group/dissolve-group.js';
import { EnterFaceRoom } from '../usecase/group/enter-face-room.js';
import type { FaceRoom, FaceRoomEvents, FaceRooms } from '../usecase/group/face-ports.js';
import { GetGroups } from '../usecase/group/get-groups.js';
import { GetJoinLink } from '../usecase/group/get-join-link.js';
import { GetMembers } from '../usecase/group/get-members.js';
import { HandleApplication } from '../usecase/group/handle-application.js';
import { JoinByLink } from '../usecase/group/join-by-link.js';
import { JoinFaceRoom } from '../usecase/group/join-face-room.js';
import { JoinGroup } from '../usecase/group/join-group.js';
import { LeaveGroup } from '../usecase/group/leave-group.js';
import { ListApplications } from '../usecase/group/list-applications.js';
import { ListInvitations } from '../usecase/group/list-invitations.js';
import { ListJoinLinks } from '../usecase/group/list-join-links.js';
import { ListMembers } from '../usecase/group/list-members.js';
import { ListMyGroups } from '../usecase/group/list-my-groups.js';
import { MarkRequestsRead } from '../usecase/group/mark-requests-read.js';
import { MuteMembers } from '../usecase/group/mute-members.js';
import type { InviteRules } from '../usecase/group/ports.js';
import { RemoveMembers } from '../usecase/group/remove-members.js';
import { RenameMember } from '../usecase/group/rename-member.js';
import { RevokeJoinLink } from '../usecase/group/revoke-join-link.js';
import { SetRole } from '../usecase/group/set-role.js';
import { TransferOwnership } from '../usecase/group/transfer-ownership.js';
import { UpdateGroup } from '../usecase/group/update-group.js';
import { GroupTurns } from './group-turns.js';
import { commitPusher } from './pushers.js';
import { callsOf, type Calls } from './calls.js';

export interface GroupsDeps {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly directory: Pick<Directory, 'faceRooms'>;
  readonly delivery: Pick<Delivery, 'pushChange' | 'pushTransient'>;
  readonly apps: Apps;
  readonly clock: Clock;
  readonly metrics: Registry;
}

export function groupUsecases(
  { database, directory, delivery, apps, clock, metrics }: GroupsDeps,
  options: ChangeOptions,
): GroupUsecases {
  const call = callsOf(database);
  const turns = new GroupTurns(metrics);
  const rooms = faceRooms(directory);
  const events = faceRoomEvents(delivery, clock);
  const shared = { apps, turns, notices: groupNotices, push: commitPusher(delivery) };
  const change: Change = (Made) =>
    call((stores) => {
      const { groups, users, relations } = stores;
      const given = { ...shared, rooms, events, groups, users, invites: inviteRules(relations) };
      return new Made({ ...given, links: groups, newToken }, options);
    });
  return {
    createGroup: change(CreateGroup),
    getGroups: call((stores) => new GetGroups({ groups: stores.groups })),
    updateGroup: change(UpdateGroup),
    dissolveGroup: change(DissolveGroup),
    listMyGroups: call((stores) => new ListMyGroups({ groups: stores.groups })),
    listMembers: call((stores) => new ListMembers({ groups: stores.groups })),
    getMembers: call((stores) => new GetMembers({ groups: stores.groups })),
    addMembers: change(AddMembers),
    leaveGroup: change(LeaveGroup),
    removeMembers: change(RemoveMembers),
    setRole: change(SetRole),
    transferOwnership: change(TransferOwnership),
    renameMember: change(RenameMember),
    muteMembers: change(MuteMembers),
    ...requestUsecases(call, change),
    enterFaceRoom: change(EnterFaceRoom),
    joinFaceRoom: change(JoinFaceRoom),
  };
}

/** What all changes together are made with. */
type Given = GroupChangeDeps &
  Pick<Stores, 'groups' | 'users'> & {
    readonly invites: InviteRules;
    readonly rooms: FaceRooms;
    readonly events: FaceRoomEvents;
    readonly links: Stores['groups'];
    readonly newToken: () => string;
  };
type Change = <T extends object>(Made: new (deps: Given, options: ChangeOptions) => T) => T;

/** Applications, invitations and links. */
function requestUsecases(call: Calls, change: Change) {
  return {
    joinGroup: change(JoinGroup),
    listApplications: call(({ groups }) => new ListApplications({ groups })),
    handleApplication: change(HandleApplication),
    cancelApplication: change(CancelApplication),
    listInvitations: call(({ groups }) => new ListInvitations({ groups })),
    answerInvitation: change(AnswerInvitation),
    markRequestsRead: change(MarkRequestsRead),
    createJoinLink: change(CreateJoinLink),
    revokeJoinLink: change(RevokeJoinLink),
    listJoinLinks: call(({ groups }) => new ListJoinLinks({ groups, links: groups })),
    getJoinLink: call(({ groups }) => new GetJoinLink({ groups, links: groups })),
    joinByLink: change(JoinByLink),
  };
}

/** 128 bits: nobody guesses one. */
function newToken(): string {
  return randomBytes(16).toString('base64url');
}

function inviteRules(relations: Database['relations']): InviteRules {
  return {
    async of(appId, inviterId, userIds) {
      if (inviterId === null) return new Map(userIds.map((id) => [id, 'at-once']));
      const found = await relations.between(appId, inviterId, userIds);
      return new Map([...found].map(([id, relation]) => [id, judgeInvite(relation)]));
    },
  };
}

function faceRooms({ faceRooms: rooms }: Pick<Directory, 'faceRooms'>): FaceRooms {
  type Found = Awaited<ReturnType<typeof rooms.room>>;
  const toRoom = (room: NonNullable<Found>): FaceRoom => ({
    ...room,
    userIds: room.userIds as readonly UserId[],
    groupId: room.groupId === '' ? null : (room.groupId as GroupId),
  });
  return {
    async enter(input) {
      const result = await rooms.enter(input);
      return result.status === 'in' ? { ...result, room: toRoom(result.room) } : result;
    },
    async room(appId, roomId) {
      const room = await rooms.room(appId, roomId);
      return room === null ? null : toRoom(room);
    },
    mark: (appId, roomId, groupId) => rooms.mark(appId, roomId, groupId),
  };
}

/** One push for each who is there, because the event stands in everybody's own feed. */
function faceRoomEvents(delivery: Pick<Delivery, 'pushTransient'>, clock: Clock): FaceRoomEvents {
  return {
    tell(appId, { roomId, userIds, groupId }) {
      const event = { kind: 'face-room', roomId, userIds, groupId: groupId ?? '' } as const;
      const createdMs = clock.now();
      const sender = { kind: 'system', id: '' } as const;
      for (const userId of userIds) {
        const conversationId = selfConversationId(userId);
        delivery.pushTransient({
          appId,
          conversationId,
          sender,
          createdMs,
          event,
          userIds: [userId],
        });
      }
    },
  };
}
