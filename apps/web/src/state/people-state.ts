/** What the page knows of people: friends, requests, blocks, who is online, and the person's own profile. */
export interface PeopleState {
  /** By user id; empty until they were loaded. */
  readonly friends: ReadonlyMap<string, Friend>;
  readonly loaded: boolean;
  /** Newest change first, those that wait and those that are settled. */
  readonly requests: readonly FriendRequest[];
  /** Incoming ones that were not seen. */
  readonly unreadRequests: number;
  readonly blocked: ReadonlySet<string>;
  /** Of those who are watched. */
  readonly presences: ReadonlyMap<string, Presence>;
  /** Undefined until it was asked for. */
  readonly profile: Profile | undefined;
  /** What the last search has found; undefined: nothing was searched for. */
  readonly found: Found | undefined;
}

export interface Friend {
  readonly userId: string;
  /** The person's own name for the friend; empty: none. */
  readonly remark: string;
  readonly tags: readonly string[];
  /** The friend sees none of the person's posts. */
  readonly hideMine: boolean;
  /** The person's timeline has none of the friend's posts. */
  readonly hideTheirs: boolean;
}

/** What the person decides about a friend. */
export type FriendWish = Omit<Friend, 'userId'>;

export interface FriendRequest {
  readonly fromId: string;
  readonly toId: string;
  readonly text: string;
  readonly waiting: boolean;
  readonly updatedMs: number;
}

export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  /** 0: not known. */
  readonly lastSeenMs: number;
}

export interface Found {
  readonly query: string;
  readonly people: readonly { readonly userId: string; readonly nickname: string }[];
}

export const ADD_RULES = ['request', 'anyone', 'nobody'] as const;
export const INVITE_RULES = ['anyone', 'friends', 'ask', 'nobody'] as const;
export const POSTS_RANGES = ['all', 'sixMonths', 'oneMonth', 'threeDays'] as const;
export const PRESENCE_RULES = ['everyone', 'friends', 'nobody'] as const;

/** What a person can change about oneself. */
export interface Profile {
  readonly nickname: string;
  readonly avatarUrl: string;
  readonly signature: string;
  /** What others may find one by; empty: none. */
  readonly handle: string;
  readonly addFriend: (typeof ADD_RULES)[number];
  readonly invite: (typeof INVITE_RULES)[number];
  readonly presence: (typeof PRESENCE_RULES)[number];
  /** How far back others see the person's posts. */
  readonly postsRange: (typeof POSTS_RANGES)[number];
}

export type PeopleChange =
  | { readonly kind: 'friends'; readonly friends: readonly Friend[] }
  /** Newer copies replace older ones of the same two people. */
  | { readonly kind: 'requests'; readonly requests: readonly FriendRequest[] }
  | { readonly kind: 'unread-requests'; readonly count: number }
  | { readonly kind: 'blocked'; readonly userId: string; readonly blocked: boolean }
  | { readonly kind: 'presences'; readonly presences: readonly Presence[] }
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'found'; readonly found: Found | undefined };

export const NO_PEOPLE: PeopleState = {
  friends: new Map(),
  loaded: false,
  requests: [],
  unreadRequests: 0,
  blocked: new Set(),
  presences: new Map(),
  profile: undefined,
  found: undefined,
};

export function reducePeople(state: PeopleState, change: PeopleChange): PeopleState {
  switch (change.kind) {
    case 'friends': {
      const friends = new Map(change.friends.map((friend) => [friend.userId, friend]));
      return { ...state, friends, loaded: true };
    }
    case 'requests':
      return { ...state, requests: withRequests(state.requests, change.requests) };
    case 'unread-requests':
      return { ...state, unreadRequests: change.count };
    case 'blocked': {
      const blocked = new Set(state.blocked);
      if (change.blocked) blocked.add(change.userId);
      else blocked.delete(change.userId);
      return { ...state, blocked };
    }
    case 'presences': {
      const fresh = change.presences.map((presence) => [presence.userId, presence] as const);
      return { ...state, presences: new Map([...state.presences, ...fresh]) };
    }
    case 'profile':
      return { ...state, profile: change.profile };
    case 'found':
      return { ...state, found: change.found };
  }
}

function withRequests(
  known: readonly FriendRequest[],
  fresh: readonly FriendRequest[],
): readonly FriendRequest[] {
  const byPair = new Map(known.map((request) => [pairOf(request), request]));
  for (const request of fresh) {
    const before = byPair.get(pairOf(request));
    if ((before?.updatedMs ?? 0) <= request.updatedMs) byPair.set(pairOf(request), request);
  }
  return [...byPair.values()].sort((a, b) => b.updatedMs - a.updatedMs);
}

function pairOf({ fromId, toId }: FriendRequest): string {
  return `${fromId} ${toId}`;
}

/** Requests that wait, to this person or by this person. */
export function waitingRequests(
  { requests }: PeopleState,
  meId: string,
  direction: 'incoming' | 'outgoing',
): readonly FriendRequest[] {
  return requests.filter(
    ({ waiting, toId, fromId }) => waiting && (direction === 'incoming' ? toId : fromId) === meId,
  );
}
