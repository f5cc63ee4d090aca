import { randomBytes } from 'node:crypto';
import { judgeInvite, selfConversationId, type GroupId, type UserId } from '@queqiao/domain';
import type { Directory } from '@queqiao/directory';
import type { Clock, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
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
import { readsOf, type Reads } from './reads.js';

export interface GroupsDeps {
  readonly database: Pick<Database, 'groups' | 'users' | 'relations' | 'whileWanted'>;
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
  const { groups, users, relations } = database;
  const read = readsOf(database);
  const turns = new GroupTurns(metrics);
  const deps = { apps, groups, turns, notices: groupNotices, push: commitPusher(delivery) };
  const inviting = { ...deps, users, invites: inviteRules(relations) };
  const events = faceRoomEvents(delivery, clock);
  const facing = { ...deps, users, rooms: faceRooms(directory), events };
  return {
    createGroup: new CreateGroup(inviting, options),
    getGroups: read((stores) => new GetGroups({ groups: stores.groups })),
    updateGroup: new UpdateGroup(deps, options),
    dissolveGroup: new DissolveGroup(deps, options),
    listMyGroups: read((stores) => new ListMyGroups({ groups: stores.groups })),
    listMembers: read((stores) => new ListMembers({ groups: stores.groups })),
    getMembers: read((stores) => new GetMembers({ groups: stores.groups })),
    addMembers: new AddMembers(inviting, options),
    leaveGroup: new LeaveGroup(deps, options),
    removeMembers: new RemoveMembers(deps, options),
    setRole: new SetRole(deps, options),
    transferOwnership: new TransferOwnership(deps, options),
    renameMember: new RenameMember(deps, options),
    muteMembers: new MuteMembers(deps, options),
    ...requestUsecases({ ...deps, links: groups, newToken }, options, read),
    enterFaceRoom: new EnterFaceRoom(facing),
    joinFaceRoom: new JoinFaceRoom(facing, options),
  };
}

type RequestDeps = GroupChangeDeps & {
  readonly groups: Database['groups'];
  readonly links: Database['groups'];
  readonly newToken: () => string;
};

/** Applications, invitations and links. */
function requestUsecases(deps: RequestDeps, options: ChangeOptions, read: Reads) {
  return {
    joinGroup: new JoinGroup(deps, options),
    listApplications: read(({ groups }) => new ListApplications({ groups })),
    handleApplication: new HandleApplication(deps, options),
    cancelApplication: new CancelApplication(deps, options),
    listInvitations: read(({ groups }) => new ListInvitations({ groups })),
    answerInvitation: new AnswerInvitation(deps, options),
    markRequestsRead: new MarkRequestsRead(deps, options),
    createJoinLink: new CreateJoinLink(deps, options),
    revokeJoinLink: new RevokeJoinLink(deps, options),
    listJoinLinks: read(({ groups }) => new ListJoinLinks({ groups, links: groups })),
    getJoinLink: read(({ groups }) => new GetJoinLink({ groups, links: groups })),
    joinByLink: new JoinByLink(deps, options),
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
