import { fullSettings, type UserSettings } from './user-settings.js';

/** How somebody may be brought into a group by somebody else: at once, after being asked, or not at all. */
export type InviteRule = 'at-once' | 'ask' | 'no';

/** By what the user has decided, and is to who wants to bring the user in. */
export function judgeInvite(user: {
  readonly settings: UserSettings;
  /** With the inviter. */
  readonly friends: boolean;
  /** The user takes nothing from the inviter. */
  readonly blocked: boolean;
}): InviteRule {
  if (user.blocked) return 'no';
  switch (fullSettings(user.settings).invite) {
    case 'anyone':
      return 'at-once';
    case 'friends':
      return user.friends ? 'at-once' : 'ask';
    case 'ask':
      return 'ask';
    case 'nobody':
      return 'no';
  }
}
