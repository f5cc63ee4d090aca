/** Roles that members of a group have. */
export const GROUP_ROLES = ['owner', 'admin', 'member'] as const;
export type GroupRole = (typeof GROUP_ROLES)[number];

/** How strangers come into a group. */
export type JoinMode = 'free' | 'approval' | 'invitation';
/** Whether a group exists for those who are not in it. */
export type GroupVisibility = 'private' | 'public';
/** What newcomers see of what was said before. */
export type HistoryPolicy = 'since-join' | 'all';
/** Which members bring others in. */
export type InviteRight = 'everyone' | 'admins';

/** What a group says about itself. Lengths are characters, of `extra` bytes of UTF-8. */
export interface GroupProfile {
  /** 1 to 100. */
  readonly name: string;
  /** At most 2,000. */
  readonly avatarUrl: string;
  /** At most 500. */
  readonly introduction: string;
  /** At most 2,000. */
  readonly announcement: string;
  /** At most 4,096. */
  readonly extra: string;
  readonly joinMode: JoinMode;
  readonly visibility: GroupVisibility;
  readonly history: HistoryPolicy;
  readonly inviteRight: InviteRight;
}

/** Bits of a conversation's head. */
export const HEAD_FLAGS = {
  /** Only owner and admins may speak. */
  allMuted: 1,
  /** The group has ended: nothing is appended any more. */
  dissolved: 2,
  /** Of a direct chat or a feed of a user who was erased: nobody says anything in it any more, the app included. */
  closed: 4,
} as const;

/** Bits of a member's row; all of them are about the other side of a direct chat. */
export const MEMBER_FLAGS = {
  /** The other side takes nothing from this one. */
  blockedByPeer: 2,
  friends: 4,
  /** The app lets the two talk, whatever they are to each other. */
  allowed: 8,
} as const;

/** For `muted_until_ms`: without end. */
export const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/** Whether two users who are no friends may talk directly: always, never, or where the app has said so. */
export type DirectChatRule = 'open' | 'friends' | 'business';
