import type { AppId, UserId, UserSettings } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, EncodedEntry, NewEntry } from '../change/ports.js';

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

/** All that is kept of a user. */
export interface Account {
  readonly profile: Profile;
  /** Only what was set. */
  readonly settings: UserSettings;
  /** Unique in the app; empty: none. */
  readonly handle: string;
}

/** Fields left undefined are not changed. */
export interface ProfilePatch {
  readonly nickname?: string | undefined;
  readonly avatarUrl?: string | undefined;
  readonly gender?: number | undefined;
  readonly signature?: string | undefined;
  readonly extra?: string | undefined;
  /** Empty: none. */
  readonly handle?: string | undefined;
}

export interface ProfileChange extends ProfilePatch {
  readonly userId: UserId;
  /** What stands before the name of a field in an error. */
  readonly field: string;
}

/** What becomes of an account. Both functions are given the account as it is then. */
export interface AccountPlan<T> {
  readonly patch: ProfilePatch & {
    /** All of them: what is not in it is unset. */
    readonly settings?: UserSettings | undefined;
  };
  readonly entry: (account: Account) => NewEntry;
  readonly answer: (account: Account) => T;
}

export interface FoundUser {
  readonly profile: Profile;
  readonly by: 'id' | 'handle' | 'nickname';
}

export interface Users {
  /** One transaction; users that existed and change are told. Errors: ALREADY_EXISTS (a handle of somebody else). */
  upsert(
    work: Omit<ChangeWork, 'request'> & {
      readonly request: ChangeWork['request'] | null;
      /** Told how many users would be new, unless there is none; what it throws refuses all. */
      readonly admit?: (newUsers: number) => void;
    },
    users: readonly ProfileChange[],
    entryOf: (account: Account) => NewEntry,
  ): Promise<ChangeOutcome<{ readonly created: number; readonly updated: number }>>;
  /** One change, told in the user's self feed. Errors: NOT_FOUND, ALREADY_EXISTS (handle, client_request_id). */
  change<T>(
    work: ChangeWork & { readonly userId: UserId },
    decide: (account: Account) => AccountPlan<T>,
  ): Promise<ChangeOutcome<T>>;
  /** Unknown ids are left out. */
  profiles(appId: AppId, userIds: readonly UserId[]): Promise<Profile[]>;
  /** Null for an unknown user. */
  account(appId: AppId, userId: UserId): Promise<Account | null>;
  /** Whoever has this id or this handle, can be found by it, and has not blocked the searcher. */
  findExactly(appId: AppId, searcher: UserId, query: string): Promise<FoundUser[]>;
  /** The same by the beginning of nicknames, in their order. `next` is null after the last. */
  findByName(
    appId: AppId,
    search: {
      readonly searcher: UserId;
      readonly prefix: string;
      readonly after: { readonly name: string; readonly userId: string } | null;
      readonly limit: number;
    },
  ): Promise<{
    users: FoundUser[];
    next: { readonly name: string; readonly userId: string } | null;
  }>;
}

/** Words of self feeds about the user, encoded. */
export interface ProfileNotices {
  profileChanged(account: Account): EncodedEntry;
}
