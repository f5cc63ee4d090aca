import { DomainError, groupConversationId, parseGroupId } from '@queqiao/domain';
import {
  Group,
  GroupApplication_State as Waits,
  GroupInvitation,
  GroupInvitation_State as Asked,
  GroupRole,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinLink,
  JoinMode,
  JoinWay,
  RequestsRead_List as Lists,
  User,
} from '@queqiao/protocol/client';
import type { RequestOf, ResponseOf } from '../../src/connection/typed-call.js';
import { FakeGroups, type FakeGroup } from './fake-groups.js';
import type { FakeServer } from './fake-server.js';

type Name = keyof typeof Groups.methods;
type Handlers = {
  readonly [N in Name]: (
    user: string,
    request: RequestOf<typeof Groups, N>,
  ) => Partial<ResponseOf<typeof Groups, N>>;
};

interface AnyResponse {
  fromPartial(answer: object): unknown;
  encode(message: unknown): { finish(): Uint8Array };
}

interface FaceRoom {
  readonly roomId: string;
  readonly userIds: string[];
  groupId: string;
}

/** GroupService as far as clients see it: by the same table of permissions, with repeated calls answered once. */
export class FakeGroupService {
  readonly groups: FakeGroups;
  readonly #answers = new Map<string, Uint8Array>();
  readonly #rooms = new Map<string, FaceRoom>();
  #count = 0;

  constructor(private readonly server: FakeServer) {
    this.groups = new FakeGroups(server);
  }

  /** Undefined: not a method of GroupService. */
  execute(user: string, method: string, body: Uint8Array): Uint8Array | undefined {
    const found = Object.entries(Groups.methods).find(([, { name }]) => name === method);
    if (found === undefined) return undefined;
    const name = found[0] as Name;
    const { requestType } = found[1];
    const responseType = found[1].responseType as AnyResponse;
    const request = requestType.decode(body) as { clientRequestId?: string };
    const key = `${user} ${request.clientRequestId}`;
    const known = this.#answers.get(key);
    if (request.clientRequestId !== undefined && known !== undefined) return known;
    const answer = this.#handlers[name](user, request as never);
    const bytes = responseType.encode(responseType.fromPartial(answer)).finish();
    this.#answers.set(key, bytes);
    return bytes;
  }

  readonly #handlers: Handlers = {
    createGroup: (user, request) => {
      const groupId = request.groupId || request.clientRequestId;
      if (this.groups.all.has(groupId)) throw new DomainError('ALREADY_EXISTS', 'taken');
      const { clientRequestId: _, memberIds, ...profile } = request;
      const conversationId = groupConversationId(parseGroupId(groupId));
      const record = Group.create({ ...defaults(profile), groupId, conversationId, ownerId: user });
      const others = memberIds.filter((id) => id !== user);
      const invitedIds = others.filter((id) => this.groups.asked.has(id));
      const added = others.filter((id) => !this.groups.asked.has(id));
      const group = this.groups.create(record, added);
      for (const id of invitedIds) this.#invite(group, id, user, '');
      return { conversationId, groupId, invitedIds };
    },
    getGroups: (user, { groupIds }) => {
      const found = groupIds.flatMap((id) => this.groups.all.get(id) ?? []);
      const seen = found.filter(
        ({ record, members }) => members.has(user) || record.visibility === GroupVisibility.PUBLIC,
      );
      return { groups: seen.map((group) => this.groups.view(group, user)) };
    },
    updateGroup: (user, { groupId, ...request }) => {
      const patch: Partial<typeof request> = request;
      delete patch.clientRequestId;
      const group = this.groups.demand(groupId, user, 'update-profile');
      const changed = Object.entries(patch).filter(
        ([field, value]) => value !== undefined && group.record[field as keyof Group] !== value,
      );
      const value = Object.fromEntries(changed);
      group.record = { ...group.record, ...value };
      if (changed.length > 0) this.groups.tell(group, user, { $case: 'groupUpdated', value });
      return { group: this.groups.view(group, user) };
    },
    dissolveGroup: (user, { groupId }) => {
      const group = this.groups.demand(groupId, user, 'dissolve');
      group.record = { ...group.record, dissolved: true };
      this.groups.tell(group, user, { $case: 'groupDissolved', value: {} });
      return {};
    },
    listMyGroups: (user, { role }) => ({
      groups: [...this.groups.all.values()]
        .filter(({ record, members }) => members.has(user) && !record.dissolved)
        .filter(({ members }) => role === GroupRole.UNSPECIFIED || members.get(user)?.role === role)
        .map((group) => this.groups.view(group, user)),
    }),
    listMembers: (user, { groupId, role, query, pageToken, limit }) => {
      const { members } = this.groups.demand(groupId, user, 'see');
      const found = [...members.values()]
        .filter(
          (one) => one.userId > pageToken && (role === GroupRole.UNSPECIFIED || one.role === role),
        )
        .filter((one) => one.name.startsWith(query) || one.userId.startsWith(query))
        .sort((a, b) => (a.userId < b.userId ? -1 : 1));
      const page = found.slice(0, limit || 100);
      const more = found.length > page.length;
      return { members: page, nextPageToken: more ? (page.at(-1)?.userId ?? '') : '' };
    },
    getMembers: (user, { groupId, userIds }) => {
      const { members } = this.groups.demand(groupId, user, 'see');
      return { members: userIds.flatMap((id) => members.get(id) ?? []) };
    },
    joinGroup: (user, { groupId, text }) => {
      const group = this.groups.demand(groupId, user, 'join');
      const { conversationId, joinMode } = group.record;
      if (group.members.has(user)) return { joined: true, conversationId };
      if (joinMode !== JoinMode.FREE) {
        const application = this.groups.apply(group, user, '', text);
        return { joined: false, conversationId, application };
      }
      this.groups.join(group, [user], { way: JoinWay.FREE, actor: user });
      return { joined: true, conversationId };
    },
    addMembers: (user, { groupId, userIds, text }) => {
      const group = this.groups.demand(groupId, user, 'add-members');
      const others = userIds.filter((id) => !group.members.has(id));
      const invitedIds = others.filter((id) => this.groups.asked.has(id));
      const addedIds = others.filter((id) => !this.groups.asked.has(id));
      for (const id of invitedIds) this.#invite(group, id, user, text);
      const how = { way: JoinWay.INVITED, actor: user, inviterId: user };
      this.groups.join(group, addedIds, how);
      return { addedIds, invitedIds, appliedIds: [] };
    },
    leaveGroup: (user, { groupId }) => {
      this.groups.leave(this.groups.demand(groupId, user, 'leave'), [user], user);
      return {};
    },
    removeMembers: (user, { groupId, userIds }) => {
      const group = this.groups.demand(groupId, user, 'remove-member');
      const removedIds = userIds.filter((id) => group.members.has(id));
      this.groups.demandRank(group, user, removedIds);
      this.groups.leave(group, removedIds, user);
      return { removedIds };
    },
    setRole: (user, { groupId, userIds, role }) => {
      const group = this.groups.demand(groupId, user, 'set-role');
      this.groups.tell(group, user, { $case: 'roleChanged', value: { userIds, role } });
      this.groups.patch(group, userIds, { role });
      return {};
    },
    transferOwnership: (user, { groupId, userId }) => {
      const group = this.groups.demand(groupId, user, 'transfer');
      if (!group.members.has(userId)) throw new DomainError('NOT_FOUND', 'not a member');
      const value = { ownerId: userId, previousOwnerId: user };
      this.groups.tell(group, user, { $case: 'ownerChanged', value });
      this.groups.patch(group, [user], { role: GroupRole.MEMBER });
      this.groups.patch(group, [userId], { role: GroupRole.OWNER, mutedUntilMs: 0 });
      group.record = { ...group.record, ownerId: userId };
      return {};
    },
    renameMember: (user, { groupId, userId, name }) => {
      const own = user === userId;
      const group = this.groups.demand(groupId, user, own ? 'rename-self' : 'rename-member');
      if (!own) this.groups.demandRank(group, user, [userId]);
      this.groups.tell(group, user, { $case: 'memberRenamed', value: { userId, name } });
      this.groups.patch(group, [userId], { name });
      return {};
    },
    muteMembers: (user, { groupId, userIds, untilMs }) => {
      const group = this.groups.demand(groupId, user, 'mute-member');
      this.groups.demandRank(group, user, userIds);
      this.groups.tell(group, user, { $case: 'membersMuted', value: { userIds, untilMs } });
      this.groups.patch(group, userIds, { mutedUntilMs: untilMs });
      return {};
    },
    listApplications: (user, { groupId }) => {
      const governed = [...this.groups.all.values()].filter(
        ({ record, members }) =>
          (groupId === '' || record.groupId === groupId) &&
          (members.get(user)?.role ?? 0) >= GroupRole.ADMIN,
      );
      const applications = governed.flatMap((group) => [...group.applications.values()]);
      const unreadCount = applications.filter(({ state }) => state === Waits.PENDING).length;
      return { applications, unreadCount };
    },
    listMyApplications: (user) => ({
      applications: [...this.groups.all.values()].flatMap(
        (group) => group.applications.get(user) ?? [],
      ),
    }),
    handleApplication: (user, { groupId, userId, accept, answer }) => {
      const group = this.groups.demand(groupId, user, 'handle-application');
      const pending = pendingIn(group.applications, userId, Waits.PENDING);
      const state = accept ? Waits.ACCEPTED : Waits.REJECTED;
      const application = { ...pending, state, answer, handledBy: user };
      this.groups.settle(group, application);
      const how = { way: JoinWay.APPLIED, actor: user, inviterId: pending.inviterId };
      if (accept) this.groups.join(group, [userId], how);
      return { application };
    },
    cancelApplication: (user, { groupId }) => {
      const group = this.groups.get(groupId);
      const pending = pendingIn(group.applications, user, Waits.PENDING);
      return { application: this.groups.settle(group, { ...pending, state: Waits.CANCELLED }) };
    },
    markApplicationsRead: (user) => {
      const value = { list: Lists.GROUP_APPLICATIONS };
      this.groups.tellUser(user, { $case: 'requestsRead', value });
      return {};
    },
    listInvitations: (user) => {
      const all = [...this.groups.all.values()].flatMap(
        ({ invitations }) => invitations.get(user) ?? [],
      );
      const unread = all.filter(({ state, read }) => state === Asked.PENDING && !read);
      return { invitations: all, unreadCount: unread.length };
    },
    answerInvitation: (user, { groupId, accept }) => {
      const group = this.groups.get(groupId);
      const pending = pendingIn(group.invitations, user, Asked.PENDING);
      const state = accept ? Asked.ACCEPTED : Asked.REJECTED;
      const invitation = { ...pending, state, read: true };
      this.groups.invite(group, invitation);
      const how = { way: JoinWay.INVITED, actor: user, inviterId: pending.inviterId };
      if (accept) this.groups.join(group, [user], how);
      return { invitation, joined: accept };
    },
    markInvitationsRead: (user) => {
      const value = { list: Lists.GROUP_INVITATIONS };
      this.groups.tellUser(user, { $case: 'requestsRead', value });
      return {};
    },
    createJoinLink: (user, { groupId, maxUses }) => {
      this.groups.demand(groupId, user, 'manage-links');
      this.#count += 1;
      const token = `link-${this.#count}`;
      const link = JoinLink.create({ token, groupId, creatorId: user, maxUses });
      this.groups.links.set(token, link);
      return { link };
    },
    revokeJoinLink: (user, { groupId, token }) => {
      this.groups.demand(groupId, user, 'manage-links');
      this.groups.links.delete(token);
      return {};
    },
    listJoinLinks: (user, { groupId }) => {
      this.groups.demand(groupId, user, 'manage-links');
      const links = [...this.groups.links.values()].filter((link) => link.groupId === groupId);
      return { links: links.reverse() };
    },
    getJoinLink: (user, { token }) => {
      const link = this.#link(token);
      return { link, group: this.groups.view(this.groups.get(link.groupId), user) };
    },
    joinByLink: (user, { token }) => {
      const { groupId } = this.#link(token);
      const group = this.groups.demand(groupId, user, 'enter');
      const { conversationId } = group.record;
      if (!group.members.has(user)) {
        this.groups.join(group, [user], { way: JoinWay.LINK, actor: user });
      }
      return { groupId, conversationId };
    },
    enterFaceRoom: (user, { code }) => {
      const room = this.#rooms.get(code) ?? { roomId: `${code}-0`, userIds: [], groupId: '' };
      this.#rooms.set(code, room);
      if (!room.userIds.includes(user)) room.userIds.push(user);
      this.#tellRoom(room);
      const users = room.userIds.map((userId) => User.create({ userId }));
      return { roomId: room.roomId, users, expiresMs: 1, groupId: room.groupId };
    },
    joinFaceRoom: (user, { clientRequestId, roomId, name }) => {
      const room = [...this.#rooms.values()].find((one) => one.roomId === roomId);
      if (!room?.userIds.includes(user)) throw new DomainError('NOT_FOUND', 'in no such room');
      const [ownerId = user] = room.userIds;
      if (room.groupId === '') {
        const request = { clientRequestId, name: name || room.userIds.join(', ') };
        room.groupId =
          this.#handlers.createGroup(ownerId, CREATE.fromPartial(request)).groupId ?? '';
      }
      const group = this.groups.get(room.groupId);
      const how = { way: JoinWay.FACE_TO_FACE, actor: user };
      if (!group.members.has(user)) this.groups.join(group, [user], how);
      this.#tellRoom(room);
      return { groupId: room.groupId, conversationId: group.record.conversationId };
    },
  };

  #invite(group: FakeGroup, userId: string, inviterId: string, text: string): void {
    const { groupId, name: groupName } = group.record;
    const fields = { groupId, groupName, userId, inviterId, text, state: Asked.PENDING };
    this.groups.invite(group, GroupInvitation.create(fields));
  }

  #link(token: string): JoinLink {
    const link = this.groups.links.get(token);
    if (link === undefined) throw new DomainError('NOT_FOUND', 'the link leads nowhere');
    return link;
  }

  #tellRoom({ roomId, userIds, groupId }: FaceRoom): void {
    for (const session of this.server.sessions) {
      if (!userIds.includes(session.user)) continue;
      const event = { $case: 'faceRoom' as const, value: { roomId, userIds, groupId } };
      const conversationId = `s:${session.user}`;
      const value = { conversationId, sender: undefined, createdMs: 1, event };
      this.server.pushTo(session, { $case: 'transient', value });
    }
  }
}

const CREATE = Groups.methods.createGroup.requestType;

function defaults(profile: Partial<Group>): Partial<Group> {
  return {
    ...profile,
    joinMode: profile.joinMode || JoinMode.INVITATION,
    visibility: profile.visibility || GroupVisibility.PRIVATE,
  };
}

function pendingIn<Row extends { readonly state: number }>(
  rows: ReadonlyMap<string, Row>,
  userId: string,
  pending: number,
): Row {
  const row = rows.get(userId);
  if (row === undefined) throw new DomainError('NOT_FOUND', 'no such request');
  if (row.state !== pending) throw new DomainError('CONFLICT', 'it does not wait any more');
  return row;
}
