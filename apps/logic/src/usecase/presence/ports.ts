import type { AppId, UserId, UserSettings } from '@queqiao/domain';

/** What a viewer is told of a user; of somebody that may not be seen the same as of somebody who is not there. */
export interface UserPresence {
  readonly userId: UserId;
  /** Names as in device records, each once; empty: offline. */
  readonly platforms: readonly string[];
  /** 0: not known, or online now. */
  readonly lastSeenMs: number;
}

export interface UserKey {
  readonly appId: string;
  readonly userId: string;
}

/** Who is online. Rejects when it does not know. */
export interface OnlineUsers {
  /** The platforms of each user in the order asked for; empty: offline. */
  platformsOf(users: readonly UserKey[]): Promise<readonly (readonly string[])[]>;
}

/** Who is told of whom. Everything in it may be lost at any moment. */
export interface Subscriptions {
  /** Notes whom somebody watches, all or none. False: they would be too many. */
  noteWatched(viewer: UserKey, userIds: readonly UserId[], lastsMs: number): Promise<boolean>;
  /** In the order asked for, read in the moment from which on changes are told. `watching` false: too many watch already. */
  addWatcher(
    viewer: UserKey,
    userIds: readonly UserId[],
    lastsMs: number,
  ): Promise<readonly { readonly watching: boolean; readonly platforms: readonly string[] }[]>;
  /** Of all users when none are named. */
  removeWatcher(viewer: UserKey, userIds: readonly UserId[]): Promise<void>;
  /** Those that are online elsewhere than their watchers were told; each counts as told then. */
  takeChanges(users: readonly UserKey[]): Promise<
    readonly {
      readonly userId: string;
      readonly platforms: readonly string[];
      readonly watchers: readonly string[];
    }[]
  >;
}

export interface Sight {
  readonly userId: UserId;
  readonly viewerId: UserId;
}

/** What the user thinks of being seen by the viewer. */
export interface SightFacts extends Sight {
  readonly rule: NonNullable<UserSettings['presence']>;
  readonly friends: boolean;
  /** The user has blocked the viewer. */
  readonly blocked: boolean;
}

export interface PresenceRows {
  /** In the order asked for; null for users that do not exist. At most SIGHTS_PER_READ. */
  facts(appId: AppId, sights: readonly Sight[]): Promise<readonly (SightFacts | null)[]>;
  /** Users that were never seen are left out. */
  lastSeenMs(appId: AppId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
}

/** One thing to tell one viewer. */
export interface Telling {
  readonly viewerId: UserId;
  readonly presence: UserPresence;
}

/** Shows changes to the devices of viewers that are online. Returns at once, never throws; may lose them. */
export interface PresencePusher {
  pushPresences(appId: AppId, tellings: readonly Telling[]): void;
}
