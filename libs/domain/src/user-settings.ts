/** What a user has decided about oneself; what is unset has its default. */
export interface UserSettings {
  /** Who may become a friend: after a request (default), at once, or nobody. */
  readonly addFriend?: 'request' | 'anyone' | 'nobody';
  /** Who may bring the user into a group at once: anyone (default), friends, nobody without asking, or nobody at all. */
  readonly invite?: 'anyone' | 'friends' | 'ask' | 'nobody';
  /** Who sees whether the user is online; everyone by default. */
  readonly presence?: 'everyone' | 'friends' | 'nobody';
  /** Strangers do not find the user that way. */
  readonly hideFromIdSearch?: boolean;
  readonly hideFromNicknameSearch?: boolean;
  readonly hideFromHandleSearch?: boolean;
  /** How far back others see the user's posts; all of them by default. */
  readonly postsRange?: 'all' | 'sixMonths' | 'oneMonth' | 'threeDays';
}

/** Settings with their defaults filled in. */
export function fullSettings(settings: UserSettings): Required<UserSettings> {
  return { ...DEFAULTS, ...settings };
}

const DEFAULTS: Required<UserSettings> = {
  addFriend: 'request',
  invite: 'anyone',
  presence: 'everyone',
  hideFromIdSearch: false,
  hideFromNicknameSearch: false,
  hideFromHandleSearch: false,
  postsRange: 'all',
};
