import type { AppId, UserId, UserSettings } from '@queqiao/domain';

/** Somebody, and somebody else who wants to know whether the first one is online. */
export interface Sight {
  readonly userId: UserId;
  readonly viewerId: UserId;
}

/** What decides whether the viewer may know. */
export interface SightFacts extends Sight {
  /** What the user has decided; the default when nothing was. */
  readonly rule: NonNullable<UserSettings['presence']>;
  readonly friends: boolean;
  /** The user has blocked the viewer. */
  readonly blocked: boolean;
}

/** Sights of one read. */
export const PRESENCE_MAX_SIGHTS = 500;
/** Users of one read of when they were last seen. */
export const PRESENCE_MAX_USERS = 200;

export interface PresenceStore {
  /** Facts for each sight, in their order; null for users that do not exist. One statement, by primary keys. */
  facts(appId: AppId, sights: readonly Sight[]): Promise<(SightFacts | null)[]>;
  /** When a device of each user was last seen; users without devices are left out. One statement. */
  lastSeenMs(appId: AppId, userIds: readonly UserId[]): Promise<Map<UserId, number>>;
}
