import type { UserSettings } from '@queqiao/domain';
import type { Selectable } from 'kysely';
import type { AccountPatch, UserAccount, UserProfile } from '../account-types.js';
import type { UsersTable } from '../schema/users.js';

export const PROFILE_COLUMNS = [
  'user_id',
  'nickname',
  'avatar_url',
  'gender',
  'signature',
  'extra',
  'updated_ms',
] as const;
export const ACCOUNT_COLUMNS = [...PROFILE_COLUMNS, 'settings', 'handle'] as const;

export type ProfileRow = Pick<Selectable<UsersTable>, (typeof PROFILE_COLUMNS)[number]>;
export type AccountRow = Pick<Selectable<UsersTable>, (typeof ACCOUNT_COLUMNS)[number]>;

export function toProfile(row: ProfileRow): UserProfile {
  return {
    userId: row.user_id,
    nickname: row.nickname,
    avatarUrl: row.avatar_url,
    gender: row.gender,
    signature: row.signature,
    extra: row.extra,
    updatedMs: row.updated_ms,
  };
}

export function toAccount(row: AccountRow): UserAccount {
  return { profile: toProfile(row), settings: row.settings ?? {}, handle: row.handle ?? '' };
}

/** The account with what the patch sets, or null when all of that is so already. */
export function patched(before: UserAccount, patch: AccountPatch): UserAccount | null {
  const { profile } = before;
  const after: UserAccount = {
    profile: {
      ...profile,
      nickname: patch.nickname ?? profile.nickname,
      avatarUrl: patch.avatarUrl ?? profile.avatarUrl,
      gender: patch.gender ?? profile.gender,
      signature: patch.signature ?? profile.signature,
      extra: patch.extra ?? profile.extra,
    },
    settings: patch.settings ?? before.settings,
    handle: patch.handle ?? before.handle,
  };
  return fingerprint(after) === fingerprint(before) ? null : after;
}

function fingerprint({ profile, settings, handle }: UserAccount): string {
  const { nickname, avatarUrl, gender, signature, extra } = profile;
  const set = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([nickname, avatarUrl, gender, signature, extra, handle, set]);
}

/** What the index of names holds: nothing for those who do not want to be found by theirs. */
export function searchableName(nickname: string, settings: UserSettings): string | null {
  return nickname === '' || settings.hideFromNicknameSearch === true ? null : nickname;
}
