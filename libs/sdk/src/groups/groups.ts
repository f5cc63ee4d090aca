import {
  GroupServiceDefinition as Service,
  type AddMembersResponse,
  type CreateGroupRequest,
  type CreateGroupResponse,
  type Group,
  type GroupMember,
  type GroupRole,
  type JoinGroupResponse,
  type ListMembersResponse,
  type ListMyGroupsResponse,
  type UpdateGroupRequest,
} from '@queqiao/protocol/client';
import { answered } from '../connection/answered.js';
import type { Engine } from '../engine.js';
import { GroupApplications } from './applications.js';
import { FaceRooms } from './face-rooms.js';
import { MAX_IDS_PER_CALL, type GroupCalls, type PageRequest } from './group-calls.js';
import { GroupInvitations } from './invitations.js';
import { JoinLinks } from './join-links.js';
import type { WatchedGroup } from './watched-group.js';
import type { WatchedGroups } from './watched-groups.js';

/** A new group; what is left out has its default. */
export type GroupWish = Pick<CreateGroupRequest, 'name'> &
  Partial<Omit<CreateGroupRequest, 'clientRequestId' | 'name'>>;

export interface GroupStats {
  readonly watchedGroups: number;
  readonly watchedMembers: number;
}

/** What is left out stays. */
export type GroupPatch = Partial<Omit<UpdateGroupRequest, 'clientRequestId' | 'groupId'>>;

/**
 * Groups: what they are, who is in them, and the ways in. Calls reject with a QueqiaoError; those that change something are
 * repeated under one request id until the outcome is known. Who may do what is in docs/groups.md.
 */
export class Groups {
  readonly applications: GroupApplications;
  readonly invitations: GroupInvitations;
  readonly links: JoinLinks;
  readonly faceRooms: FaceRooms;
  readonly #calls: GroupCalls;

  constructor(
    { call, change, syncer }: Pick<Engine, 'call' | 'change' | 'syncer'>,
    private readonly watched: WatchedGroups,
  ) {
    this.#calls = { call, change, onJoined: () => syncer.request() };
    this.applications = new GroupApplications(this.#calls);
    this.invitations = new GroupInvitations(this.#calls);
    this.links = new JoinLinks(this.#calls);
    this.faceRooms = new FaceRooms(this.#calls);
  }

  /** Creates a group that belongs to the user. `invitedIds`: who has to be asked and is not in yet. */
  async create(wish: GroupWish): Promise<CreateGroupResponse> {
    const answer = await this.#calls.change(Service, 'createGroup', wish);
    this.#calls.onJoined();
    return answer;
  }

  /** Undefined: there is none for the user. */
  async get(groupId: string): Promise<Group | undefined> {
    return (await this.getMany([groupId])).get(groupId);
  }

  /** By id; those that do not exist for the user are left out. */
  async getMany(groupIds: readonly string[]): Promise<Map<string, Group>> {
    const found = new Map<string, Group>();
    for (const ids of portions(groupIds)) {
      const { groups } = await this.#calls.call(Service, 'getGroups', { groupIds: ids });
      for (const group of groups) found.set(group.groupId, group);
    }
    return found;
  }

  /** Changes what a group says about itself and how it works; resolves with the group as it is then. */
  async update(groupId: string, patch: GroupPatch): Promise<Group> {
    return answered(
      (await this.#calls.change(Service, 'updateGroup', { groupId, ...patch })).group,
    );
  }

  /** From now on only the owner and admins may speak, or everybody again. */
  muteAll(groupId: string, allMuted: boolean): Promise<Group> {
    return this.update(groupId, { allMuted });
  }

  /** Ends a group for good: its log stays readable. */
  async dissolve(groupId: string): Promise<void> {
    await this.#calls.change(Service, 'dissolveGroup', { groupId });
  }

  /** Groups that the user is in and that go on, by id. */
  listMine(
    options: PageRequest & { readonly role?: GroupRole } = {},
  ): Promise<ListMyGroupsResponse> {
    return this.#calls.call(Service, 'listMyGroups', options);
  }

  /** Comes into a public group, or applies with a text for those who decide: then `application` is set. */
  async join(groupId: string, text = ''): Promise<JoinGroupResponse> {
    const answer = await this.#calls.change(Service, 'joinGroup', { groupId, text });
    if (answer.joined) this.#calls.onJoined();
    return answer;
  }

  /** Owners hand the group on first. */
  async leave(groupId: string): Promise<void> {
    await this.#calls.change(Service, 'leaveGroup', { groupId });
  }

  /**
   * A page of members by user id; of a role, or of those whose name, id or (in groups that are not large) nickname begins with
   * `query`.
   */
  listMembers(
    groupId: string,
    options: PageRequest & { readonly role?: GroupRole; readonly query?: string } = {},
  ): Promise<ListMembersResponse> {
    return this.#calls.call(Service, 'listMembers', { groupId, ...options });
  }

  /** By user id; who is no member is left out. */
  async getMembers(groupId: string, userIds: readonly string[]): Promise<Map<string, GroupMember>> {
    const found = new Map<string, GroupMember>();
    for (const ids of portions(userIds)) {
      const request = { groupId, userIds: ids };
      const { members } = await this.#calls.call(Service, 'getMembers', request);
      for (const member of members) found.set(member.userId, member);
    }
    return found;
  }

  /** Brings up to 500 users in: at once, after asking them, or once an admin has agreed. The text is for those. */
  addMembers(groupId: string, userIds: readonly string[], text = ''): Promise<AddMembersResponse> {
    const request = { groupId, userIds: [...userIds], text };
    return this.#calls.change(Service, 'addMembers', request);
  }

  /** Removes up to 500 members; resolves with those who were there. */
  async removeMembers(groupId: string, userIds: readonly string[]): Promise<readonly string[]> {
    const request = { groupId, userIds: [...userIds] };
    return (await this.#calls.change(Service, 'removeMembers', request)).removedIds;
  }

  /** Makes up to 100 members admins or ordinary members. */
  async setRole(
    groupId: string,
    userIds: readonly string[],
    role: GroupRole.ADMIN | GroupRole.MEMBER,
  ): Promise<void> {
    await this.#calls.change(Service, 'setRole', { groupId, userIds: [...userIds], role });
  }

  async transferOwnership(groupId: string, userId: string): Promise<void> {
    await this.#calls.change(Service, 'transferOwnership', { groupId, userId });
  }

  /** What a member is called in the group; empty: the nickname. */
  async renameMember(groupId: string, userId: string, name: string): Promise<void> {
    await this.#calls.change(Service, 'renameMember', { groupId, userId, name });
  }

  /** Up to 500 members may not speak until then, in milliseconds since the epoch; 0: they may again. */
  async muteMembers(groupId: string, userIds: readonly string[], untilMs: number): Promise<void> {
    await this.#calls.change(Service, 'muteMembers', { groupId, userIds: [...userIds], untilMs });
  }

  /** How many groups are watched, and how many members are kept of them. */
  stats(): GroupStats {
    return { watchedGroups: this.watched.size, watchedMembers: this.watched.members };
  }

  /** A group and its members, kept current until it is closed. Throws LIMIT_EXCEEDED (maxWatchedGroups). */
  watch(groupId: string): WatchedGroup {
    return this.watched.watch(groupId);
  }
}

function portions(ids: readonly string[]): string[][] {
  const all = [...new Set(ids)];
  const count = Math.ceil(all.length / MAX_IDS_PER_CALL);
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * MAX_IDS_PER_CALL, (index + 1) * MAX_IDS_PER_CALL),
  );
}
