import {
  AddFriendRule,
  FriendRequest_State,
  InviteRule,
  PostsRange,
  PresenceRule,
  type Friend as SdkFriend,
  type FriendPatch,
  type FriendRequest as SdkRequest,
  type Me,
  type Presence as SdkPresence,
  type ProfilePatch,
  type UserSettingsPatch,
} from '@queqiao/sdk';
import type {
  Friend,
  FriendRequest,
  FriendWish,
  Presence,
  Profile,
} from '../state/people-state.js';

/** What the client library says of people, in the page's own terms. */
export function toFriend(friend: SdkFriend): Friend {
  const { userId, remark, tags, hideMyPosts, hideTheirPosts } = friend;
  return { userId, remark, tags, hideMine: hideMyPosts, hideTheirs: hideTheirPosts };
}

export function toProtoWish({ remark, tags, hideMine, hideTheirs }: FriendWish): FriendPatch {
  return { remark, tags, hideMyPosts: hideMine, hideTheirPosts: hideTheirs };
}

export function toRequest(request: SdkRequest): FriendRequest {
  const { fromUserId: fromId, toUserId: toId, text, state, updatedMs } = request;
  return { fromId, toId, text, updatedMs, waiting: state === FriendRequest_State.PENDING };
}

export function toPresence({ userId, online, lastSeenMs }: SdkPresence): Presence {
  return { userId, online, lastSeenMs };
}

const ADD_FRIEND: Record<Profile['addFriend'], AddFriendRule> = {
  request: AddFriendRule.REQUEST,
  anyone: AddFriendRule.ANYONE,
  nobody: AddFriendRule.NOBODY,
};
const INVITE: Record<Profile['invite'], InviteRule> = {
  anyone: InviteRule.ANYONE,
  friends: InviteRule.FRIENDS,
  ask: InviteRule.ASK,
  nobody: InviteRule.NOBODY,
};
const PRESENCE: Record<Profile['presence'], PresenceRule> = {
  everyone: PresenceRule.EVERYONE,
  friends: PresenceRule.FRIENDS,
  nobody: PresenceRule.NOBODY,
};

const POSTS_RANGE: Record<Profile['postsRange'], PostsRange> = {
  all: PostsRange.ALL,
  sixMonths: PostsRange.SIX_MONTHS,
  oneMonth: PostsRange.ONE_MONTH,
  threeDays: PostsRange.THREE_DAYS,
};

export function toProfile({ user, settings, handle }: Me): Profile {
  const { nickname, avatarUrl, signature } = user;
  return {
    nickname,
    avatarUrl,
    signature,
    handle,
    addFriend: nameOf(ADD_FRIEND, settings.addFriend, 'request'),
    invite: nameOf(INVITE, settings.invite, 'anyone'),
    presence: nameOf(PRESENCE, settings.presence, 'everyone'),
    postsRange: nameOf(POSTS_RANGE, settings.postsRange, 'all'),
  };
}

/** Only what differs: another device may have changed the rest. */
export function changedProfile(before: Profile, after: Profile): ProfilePatch {
  return changed(before, after, ['nickname', 'avatarUrl', 'signature', 'handle']);
}

export function changedSettings(before: Profile, after: Profile): UserSettingsPatch {
  const rules = changed(before, after, ['addFriend', 'invite', 'presence', 'postsRange']);
  const { addFriend, invite, presence, postsRange } = rules;
  return {
    ...(addFriend && { addFriend: ADD_FRIEND[addFriend] }),
    ...(invite && { invite: INVITE[invite] }),
    ...(presence && { presence: PRESENCE[presence] }),
    ...(postsRange && { postsRange: POSTS_RANGE[postsRange] }),
  };
}

function changed<Key extends keyof Profile>(
  before: Profile,
  after: Profile,
  keys: readonly Key[],
): Partial<Pick<Profile, Key>> {
  const different = keys.filter((key) => before[key] !== after[key]);
  return Object.fromEntries(different.map((key) => [key, after[key]])) as Partial<
    Pick<Profile, Key>
  >;
}

/** Rules of a newer server count as the default. */
function nameOf<Name extends string, Rule>(
  rules: Record<Name, Rule>,
  rule: Rule,
  byDefault: Name,
): Name {
  const names = Object.keys(rules) as Name[];
  return names.find((name) => rules[name] === rule) ?? byDefault;
}
