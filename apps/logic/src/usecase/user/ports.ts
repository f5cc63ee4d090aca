import type { AppId, UserId } from '@queqiao/domain';

export interface Profile {
  readonly userId: UserId;
  readonly nickname: string;
  readonly avatarUrl: string;
}

/** Fields left undefined are not changed. */
export interface ProfileChange {
  readonly userId: UserId;
  readonly nickname?: string | undefined;
  readonly avatarUrl?: string | undefined;
}

export interface Users {
  /** One transaction. */
  upsert(
    appId: AppId,
    users: readonly ProfileChange[],
  ): Promise<{ created: number; updated: number }>;
  /** Unknown ids are left out. */
  profiles(appId: AppId, userIds: readonly UserId[]): Promise<Profile[]>;
}
