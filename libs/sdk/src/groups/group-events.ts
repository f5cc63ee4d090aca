import { describeConversation } from '@queqiao/domain';
import {
  RequestsRead_List,
  type Content,
  type Entry,
  type FaceRoomEvent,
  type GroupApplication,
  type GroupInvitation,
  type MemberState,
  type TransientEvent,
} from '@queqiao/protocol/client';
import type { WatchedGroup } from './watched-group.js';

type Body = NonNullable<Content['body']>;

/** Kinds of entries that tell of a group. */
export const GROUP_ENTRY_KINDS = [
  'groupCreated',
  'membersJoined',
  'membersLeft',
  'roleChanged',
  'ownerChanged',
  'groupUpdated',
  'membersMuted',
  'memberRenamed',
  'groupDissolved',
] as const;
export type GroupEntryKind = (typeof GROUP_ENTRY_KINDS)[number];

/** What an entry of a group's log tells, who did it and where it stands. */
export type GroupEntry<Kind extends GroupEntryKind> = Extract<Body, { $case: Kind }>['value'] & {
  readonly conversationId: string;
  readonly groupId: string;
  readonly seq: number;
  readonly createdMs: number;
  /** Empty: the app's back end. */
  readonly actorId: string;
};

export interface GroupPlace {
  readonly conversationId: string;
  readonly groupId: string;
}

type GroupEntryEvents = { readonly [Kind in GroupEntryKind]: GroupEntry<Kind> };

/** Events about groups. Those named as kinds of entries come with the entry: in order, each once, also when catching up. */
export interface GroupEvents extends GroupEntryEvents {
  /** The user is in a group, by whatever way; not told of those that a new device learns of at first. */
  joinedGroup: GroupPlace;
  /** The user is in it no more. */
  leftGroup: GroupPlace;
  /** Of the user: came, was answered, expired. */
  invitationChanged: { readonly invitation: GroupInvitation; readonly unreadCount: number };
  /** The user's own, or one to a group of which the user is the owner or an admin. */
  applicationChanged: { readonly application: GroupApplication };
  /** The user has seen the invitations on some device. */
  invitationsRead: object;
  /** The same of the applications that the user may handle. */
  applicationsRead: object;
  /** Who is in a face room now that the user is in. */
  faceRoom: FaceRoomEvent;
  /** A group that is watched, or its members, changed. */
  watchedGroup: WatchedGroup;
}

/** Where they are told. */
export interface GroupEmitter {
  emit<Name extends keyof GroupEvents>(name: Name, event: GroupEvents[Name]): void;
}

/** The group of a conversation; undefined for others. */
export function groupIdOf(conversationId: string): string | undefined {
  const ref = describeConversation(conversationId);
  return ref?.kind === 'group' ? ref.group : undefined;
}

/** What an entry tells about groups, of a group's log or the self feed. */
export function tellEntry(events: GroupEmitter, entry: Entry): void {
  const body = entry.content?.body;
  if (body === undefined) return;
  const { conversationId, seq, createdMs } = entry;
  const groupId = groupIdOf(conversationId);
  if (groupId === undefined) tellFeed(events, body);
  else if (isGroupKind(body.$case)) {
    const place = { conversationId, groupId, seq, createdMs, actorId: entry.sender?.id ?? '' };
    events.emit(body.$case, { ...body.value, ...place });
  }
}

export function tellTransient(events: GroupEmitter, { event }: TransientEvent): void {
  if (event?.$case === 'faceRoom') events.emit('faceRoom', event.value);
}

/**
 * @param wasIn undefined: nothing was known of the conversation.
 * @param learning this device learns what its user has: that is no news.
 */
export function tellMembership(
  events: GroupEmitter,
  member: MemberState,
  wasIn: boolean | undefined,
  learning: boolean,
): void {
  const { conversationId } = member;
  const groupId = groupIdOf(conversationId);
  if (groupId === undefined) return;
  const isIn = member.leftSeq === undefined;
  if (isIn && !(wasIn ?? learning)) events.emit('joinedGroup', { conversationId, groupId });
  else if (wasIn === true && !isIn) events.emit('leftGroup', { conversationId, groupId });
}

function tellFeed(events: GroupEmitter, body: Body): void {
  if (body.$case === 'invitationChanged' && body.value.invitation !== undefined) {
    const { invitation, unreadCount } = body.value;
    events.emit('invitationChanged', { invitation, unreadCount });
  } else if (body.$case === 'applicationChanged' && body.value.application !== undefined) {
    events.emit('applicationChanged', { application: body.value.application });
  } else if (body.$case === 'requestsRead') {
    const { list } = body.value;
    if (list === RequestsRead_List.GROUP_INVITATIONS) events.emit('invitationsRead', {});
    if (list === RequestsRead_List.GROUP_APPLICATIONS) events.emit('applicationsRead', {});
  }
}

function isGroupKind(kind: string): kind is GroupEntryKind {
  return (GROUP_ENTRY_KINDS as readonly string[]).includes(kind);
}
