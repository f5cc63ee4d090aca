import { judgeGroup, mayActOn, type GroupOperation, type GroupRole } from '@queqiao/domain';

/** What the page shows of groups. */
export interface GroupsState {
  /** The group of the open conversation; undefined: none, or not known yet. */
  readonly open: GroupInfo | undefined;
  /** There is no such group for this person: never in it, or no longer. */
  readonly gone: boolean;
  /** Members that were searched for in the panel; undefined: all are shown. */
  readonly found: MemberSearch | undefined;
  /** Ways into the open group for whoever has them. */
  readonly links: readonly LinkInfo[];
  /** Those who wait to come into groups that this person governs. */
  readonly applications: Requests<ApplicationInfo>;
  /** Groups that this person was asked into. */
  readonly invitations: Requests<InvitationInfo>;
  /** Where the link in the address leads. */
  readonly offer: LinkOffer | undefined;
  readonly faceRoom: FaceRoomInfo | undefined;
}

export interface GroupInfo {
  readonly groupId: string;
  readonly conversationId: string;
  readonly name: string;
  readonly avatarUrl: string;
  readonly introduction: string;
  readonly announcement: string;
  readonly memberCount: number;
  readonly joinMode: 'free' | 'approval' | 'invitation';
  readonly visibility: 'public' | 'private';
  readonly history: 'since-join' | 'all';
  readonly inviteRight: 'everyone' | 'admins';
  readonly allMuted: boolean;
  readonly dissolved: boolean;
  /** Its log tells of nobody who comes or goes. */
  readonly large: boolean;
  /** What this person is in it. */
  readonly self: MemberInfo | undefined;
  /** By user id, as far as they were loaded. */
  readonly members: readonly MemberInfo[];
  readonly complete: boolean;
}

export interface MemberInfo {
  readonly userId: string;
  readonly role: GroupRole;
  /** What the member is called here; empty: the nickname. */
  readonly name: string;
  /** May not speak until then; 0: may. */
  readonly mutedUntilMs: number;
}

export interface MemberSearch {
  readonly query: string;
  readonly role: GroupRole | undefined;
  readonly members: readonly MemberInfo[];
  /** Of the next page; empty: there is none. */
  readonly pageToken: string;
}

export interface LinkInfo {
  readonly token: string;
  readonly uses: number;
}

export interface Requests<Row> {
  readonly rows: readonly Row[];
  /** Those that came since this person looked. */
  readonly unread: number;
}

export interface ApplicationInfo {
  readonly groupId: string;
  readonly groupName: string;
  readonly userId: string;
  readonly text: string;
}

export interface InvitationInfo {
  readonly groupId: string;
  readonly groupName: string;
  readonly inviterId: string;
  readonly text: string;
}

export interface LinkOffer {
  readonly token: string;
  readonly groupName: string;
  readonly memberCount: number;
}

export interface FaceRoomInfo {
  readonly roomId: string;
  readonly code: string;
  readonly userIds: readonly string[];
}

export const NO_GROUPS: GroupsState = {
  open: undefined,
  gone: false,
  found: undefined,
  links: [],
  applications: { rows: [], unread: 0 },
  invitations: { rows: [], unread: 0 },
  offer: undefined,
  faceRoom: undefined,
};

/** Whether this person may do that now, by the one table of who may do what. */
export function mayDo(group: GroupInfo, operation: GroupOperation): boolean {
  return judgeGroup(operation, group.self?.role ?? 'none', group) === 'yes';
}

/** The same of what is done to one member: it reaches down only. */
export function mayDoTo(group: GroupInfo, operation: GroupOperation, member: MemberInfo): boolean {
  return mayDo(group, operation) && mayActOn(group.self?.role ?? 'none', member.role);
}

/** Why this person cannot write here; undefined: may, as far as is known. */
export function whySilent(
  { open, gone }: GroupsState,
  nowMs: number,
): 'groupGone' | 'groupOver' | 'allMutedNow' | 'youAreMuted' | undefined {
  if (gone) return 'groupGone';
  if (open === undefined) return undefined;
  if (open.dissolved) return 'groupOver';
  if (open.self === undefined) return 'groupGone';
  if (!mayDo(open, 'speak')) return 'allMutedNow';
  return open.self.mutedUntilMs > nowMs ? 'youAreMuted' : undefined;
}
