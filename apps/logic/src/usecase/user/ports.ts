import type { AppId, UserId } from '@queqiao/domain';

export interface Profile {
  readonly userId: UserId;
  readonly nickname: string;
  readonly avatarUrl: string;
  /** 0: not said; 1: male; 2: female; 3: other. */
  readonly gender: number;
  readonly signature: string;
  readonly extra: string;
  /** Of two copies the one with the later time is newer. */
  readonly updatedMs: number;
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
