import { fullSettings, type UserSettings } from '@queqiao/domain';
import {
  AddFriendRule,
  FoundUser_By,
  InviteRule,
  PostsRange,
  PresenceRule,
  User,
  type FoundUser,
  type UpdateMySettingsRequest,
  type UserSettings as ProtoSettings,
} from '@queqiao/protocol/client';
import type { FoundUser as Found, Profile } from '../../usecase/user/ports.js';
import type { SettingsPatch } from '../../usecase/user/update-my-settings.js';
import { enumName } from '../enum-name.js';

type Rule<K extends 'addFriend' | 'invite' | 'presence' | 'postsRange'> = NonNullable<
  UserSettings[K]
>;

const ADD_FRIEND = {
  request: AddFriendRule.REQUEST,
  anyone: AddFriendRule.ANYONE,
  nobody: AddFriendRule.NOBODY,
} as const satisfies Record<Rule<'addFriend'>, AddFriendRule>;

const INVITE = {
  anyone: InviteRule.ANYONE,
  friends: InviteRule.FRIENDS,
  ask: InviteRule.ASK,
  nobody: InviteRule.NOBODY,
} as const satisfies Record<Rule<'invite'>, InviteRule>;

const PRESENCE = {
  everyone: PresenceRule.EVERYONE,
  friends: PresenceRule.FRIENDS,
  nobody: PresenceRule.NOBODY,
} as const satisfies Record<Rule<'presence'>, PresenceRule>;

const POSTS_RANGE = {
  all: PostsRange.ALL,
  sixMonths: PostsRange.SIX_MONTHS,
  oneMonth: PostsRange.ONE_MONTH,
  threeDays: PostsRange.THREE_DAYS,
} as const satisfies Record<Rule<'postsRange'>, PostsRange>;

const FOUND_BY = {
  id: FoundUser_By.ID,
  handle: FoundUser_By.HANDLE,
  nickname: FoundUser_By.NICKNAME,
} as const satisfies Record<Found['by'], FoundUser_By>;

export function toProtoUser(profile: Profile): User {
  return User.create({ ...profile });
}

export function toProtoSettings(settings: UserSettings): ProtoSettings {
  const { addFriend, invite, presence, postsRange, ...hidden } = fullSettings(settings);
  return {
    ...hidden,
    addFriend: ADD_FRIEND[addFriend],
    invite: INVITE[invite],
    presence: PRESENCE[presence],
    postsRange: POSTS_RANGE[postsRange],
  };
}

export function toProtoFound({ profile, by }: Found): FoundUser {
  return { user: toProtoUser(profile), by: FOUND_BY[by] };
}

/** What the request sets. Errors: INVALID_ARGUMENT for a value that is not of its enum. */
export function toSettingsPatch(request: UpdateMySettingsRequest): SettingsPatch {
  return {
    addFriend: enumName(ADD_FRIEND, request.addFriend, 'add_friend'),
    invite: enumName(INVITE, request.invite, 'invite'),
    presence: enumName(PRESENCE, request.presence, 'presence'),
    hideFromIdSearch: request.hideFromIdSearch,
    hideFromNicknameSearch: request.hideFromNicknameSearch,
    hideFromHandleSearch: request.hideFromHandleSearch,
    postsRange: enumName(POSTS_RANGE, request.postsRange, 'posts_range'),
  };
}
