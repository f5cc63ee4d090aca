import { DomainError, judgeGroup, mayActOn, type GroupOperation } from '@queqiao/domain';
import {
  fromProtoRole,
  Group,
  GroupApplication,
  GroupApplication_State as Waits,
  GroupMember,
  GroupRole,
  GroupVisibility,
  InviteRight,
  JoinMode,
  type Content,
  type GroupInvitation,
  type JoinLink,
  type JoinWay,
} from '@queqiao/protocol/client';
import type { FakeServer } from './fake-server.js';

export interface FakeGroup {
  record: Group;
  readonly members: Map<string, GroupMember>;
  readonly applications: Map<string, GroupApplication>;
  readonly invitations: Map<string, GroupInvitation>;
}

type Body = NonNullable<Content['body']>;

const JOIN_MODES = {
  [JoinMode.FREE]: 'free',
  [JoinMode.APPROVAL]: 'approval',
} as Readonly<Record<number, 'free' | 'approval'>>;

/** The groups of a fake server: who is in them, and what their logs and the self feeds tell of it. */
export class FakeGroups {
  readonly all = new Map<string, FakeGroup>();
  readonly links = new Map<string, JoinLink>();
  /** Users who have to be asked. */
  readonly asked = new Set<string>();
  nowMs = 1_000_000;

  constructor(private readonly server: FakeServer) {}

  get(groupId: string): FakeGroup {
    const group = this.all.get(groupId);
    if (group === undefined) throw new DomainError('NOT_FOUND', 'no such group');
    return group;
  }

  /** The group, for who may do this there by the table of permissions. */
  demand(groupId: string, user: string, operation: GroupOperation): FakeGroup {
    const group = this.get(groupId);
    const { record, members } = group;
    const verdict = judgeGroup(operation, fromProtoRole(members.get(user)?.role ?? 0) ?? 'none', {
      dissolved: record.dissolved,
      allMuted: record.allMuted,
      visibility: record.visibility === GroupVisibility.PUBLIC ? 'public' : 'private',
      joinMode: JOIN_MODES[record.joinMode] ?? 'invitation',
      inviteRight: record.inviteRight === InviteRight.ADMINS ? 'admins' : 'everyone',
    });
    if (verdict !== 'yes') throw new DomainError(verdict, 'refused by the rules');
    return group;
  }

  /** Refuses what reaches up. */
  demandRank({ members }: FakeGroup, user: string, targets: readonly string[]): void {
    const actor = fromProtoRole(members.get(user)?.role ?? 0) ?? 'none';
    const roles = targets.flatMap((id) => fromProtoRole(members.get(id)?.role ?? 0) ?? []);
    if (roles.every((role) => mayActOn(actor, role))) return;
    throw new DomainError('PERMISSION_DENIED', 'refused by the rules');
  }

  create(record: Group, memberIds: readonly string[]): FakeGroup {
    const { conversationId, ownerId } = record;
    const members = new Map<string, GroupMember>();
    for (const userId of [ownerId, ...memberIds]) members.set(userId, this.#newMember(userId, ''));
    members.set(ownerId, GroupMember.create({ ...members.get(ownerId), role: GroupRole.OWNER }));
    const group = { record, members, applications: new Map(), invitations: new Map() };
    this.all.set(record.groupId, group);
    const joined = Object.fromEntries([...members.keys()].map((userId) => [userId, 0]));
    this.server.log.createConversation(conversationId, joined, record.name);
    const value = this.server.log.announce(conversationId, ownerId);
    this.server.push(conversationId, { $case: 'entry', value });
    return group;
  }

  join(
    group: FakeGroup,
    userIds: readonly string[],
    how: { way: JoinWay; actor: string; inviterId?: string },
  ): void {
    if (userIds.length === 0) return;
    const { conversationId } = group.record;
    const { log } = this.server;
    const entries = log.entries(conversationId);
    const inviterId = how.inviterId ?? '';
    for (const userId of userIds) {
      group.members.set(userId, this.#newMember(userId, inviterId));
      group.applications.delete(userId);
      group.invitations.delete(userId);
      const head = { readSeq: entries.length, readOrdinal: entries.at(-1)?.ordinal ?? 0 };
      log.members(conversationId).join(userId, entries.length, head);
    }
    const value = { userIds: [...userIds], way: how.way, inviterId };
    if (!group.record.large) this.tell(group, how.actor, { $case: 'membersJoined', value });
    this.tellStates(group, userIds);
  }

  leave(group: FakeGroup, userIds: readonly string[], actor: string): void {
    const { conversationId } = group.record;
    const value = { userIds: [...userIds] };
    if (!group.record.large) this.tell(group, actor, { $case: 'membersLeft', value });
    const { log } = this.server;
    for (const userId of userIds) {
      group.members.delete(userId);
      log.members(conversationId).leave(userId, log.entries(conversationId).length);
    }
    this.tellStates(group, userIds);
  }

  patch(
    group: FakeGroup,
    userIds: readonly string[],
    change: Partial<Pick<GroupMember, 'role' | 'name' | 'mutedUntilMs'>>,
  ): void {
    const rows = this.server.log.members(group.record.conversationId);
    const { role, mutedUntilMs } = change;
    for (const userId of userIds) {
      group.members.set(userId, {
        ...this.#newMember(userId, ''),
        ...group.members.get(userId),
        ...change,
      });
      if (role !== undefined) rows.set(userId, { role });
      if (mutedUntilMs !== undefined) rows.set(userId, { mutedUntilMs });
    }
    this.tellStates(group, userIds);
  }

  /** As an entry of the group's log. */
  tell({ record }: FakeGroup, actor: string, body: Body): void {
    this.server.change(record.conversationId, actor, body);
  }

  /** As an entry of a user's self feed. */
  tellUser(userId: string, body: Body): void {
    const feed = `s:${userId}`;
    if (!this.server.log.has(feed)) this.server.log.createConversation(feed, { [userId]: 0 });
    this.server.change(feed, '', body);
  }

  tellStates({ record }: FakeGroup, userIds: readonly string[]): void {
    const { conversationId } = record;
    for (const session of this.server.sessions) {
      if (!userIds.includes(session.user)) continue;
      const value = this.server.log.member(conversationId, session.user);
      this.server.pushTo(session, { $case: 'memberState', value });
    }
  }

  apply(group: FakeGroup, userId: string, inviterId: string, text: string): GroupApplication {
    const known = group.applications.get(userId);
    if (known?.state === Waits.PENDING) return known;
    const { groupId } = group.record;
    const fields = { groupId, userId, inviterId, text, state: Waits.PENDING };
    return this.settle(group, GroupApplication.create(fields));
  }

  /** Keeps an application as it is now, and tells those whom it concerns. */
  settle(group: FakeGroup, application: GroupApplication): GroupApplication {
    group.applications.set(application.userId, application);
    const governors = [...group.members.values()].filter(({ role }) => role >= GroupRole.ADMIN);
    for (const userId of [application.userId, ...governors.map((one) => one.userId)]) {
      this.tellUser(userId, { $case: 'applicationChanged', value: { application } });
    }
    return application;
  }

  invite(group: FakeGroup, invitation: GroupInvitation): void {
    group.invitations.set(invitation.userId, invitation);
    const value = { invitation, unreadCount: invitation.read ? 0 : 1 };
    this.tellUser(invitation.userId, { $case: 'invitationChanged', value });
  }

  view({ record, members }: FakeGroup, user: string): Group {
    const self = members.get(user);
    const announcement = self === undefined ? '' : record.announcement;
    return Group.create({ ...record, announcement, memberCount: members.size, self });
  }

  #newMember(userId: string, inviterId: string): GroupMember {
    return GroupMember.create({ userId, role: GroupRole.MEMBER, inviterId, joinedMs: this.nowMs });
  }
}
