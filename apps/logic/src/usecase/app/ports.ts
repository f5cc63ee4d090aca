import type { AppId, DirectChatRule } from '@queqiao/domain';

/** How many devices of one user may be online at once. */
export interface DevicePolicy {
  readonly mode: 'unlimited' | 'max-per-user' | 'one-per-platform';
  /** Only for max-per-user. */
  readonly max: number;
}

/** What an app may set for itself, with defaults filled in. */
export interface AppRules {
  /** UTF-8 bytes of one text message. */
  readonly maxTextBytes: number;
  /** Bytes of the data of one custom message. */
  readonly maxCustomBytes: number;
  /** Encoded bytes of one message or post with everything in it. */
  readonly maxContentBytes: number;
  /** For how long a sender may take a message back. */
  readonly recallWindowMs: number;
  /** For how long a sender may edit a message. */
  readonly editWindowMs: number;
  /** Members that a new group may start with, its owner included. */
  readonly maxGroupCreateMembers: number;
  /** What the app asks of those who talk directly. */
  readonly directRule: DirectChatRule;
  /** Members of one group. */
  readonly maxGroupMembers: number;
  /** Admins of one group, the owner not counted. */
  readonly maxGroupAdmins: number;
  /** Applications to one group that wait for an answer. */
  readonly maxGroupApplications: number;
  /** Groups that a user is in at a time. */
  readonly maxGroupsPerUser: number;
  readonly maxFriends: number;
  readonly maxBlocks: number;
  /** Own friend requests that wait for an answer. */
  readonly maxPendingRequests: number;
  /** A friend request or group invitation that is not answered is over after this. */
  readonly requestExpiryMs: number;
  /** Members above which a group is large. */
  readonly largeGroupMembers: number;
  /** Off: everybody is offline to everybody. */
  readonly presence: boolean;
  /** UTF-8 bytes of the text of one post. */
  readonly maxPostTextBytes: number;
  /** UTF-8 bytes of the text of one comment. */
  readonly maxCommentTextBytes: number;
  /** Comments that are ever written under one post. */
  readonly maxCommentsPerPost: number;
  /** Friends up to whom each gets a reference to every post. */
  readonly maxFanOutFriends: number;
  /** Posts of a user in 24 hours. */
  readonly maxPostsPerDay: number;
  /** Changes that a user makes in a second, over a while; 0: any number. So for the next four. */
  readonly userWritesPerSecond: number;
  readonly userReadsPerSecond: number;
  /** Of all users and back ends together. */
  readonly appWritesPerSecond: number;
  readonly appReadsPerSecond: number;
  /** Calls with one credential of a back end. */
  readonly credentialCallsPerSecond: number;
  /** Users of the app; 0: any number. So for the next two. */
  readonly maxUsers: number;
  /** Groups that have not ended. */
  readonly maxGroups: number;
  /** Entries of all logs. */
  readonly maxEntries: number;
  /** Whether back ends can subscribe to what happens. */
  readonly events: boolean;
  /** The user whose direct chats the system's messages to users arrive in. */
  readonly systemAccount: string;
  readonly devicePolicy: DevicePolicy;
  /** Origins that browsers may connect from, exact match; empty: any. */
  readonly allowedOrigins: readonly string[];
}

/** What an app had when it was counted last. */
export interface AppUsage {
  readonly users: number;
  readonly groups: number;
  readonly entries: number;
  /** 0: never. */
  readonly countedMs: number;
}

export interface AppState {
  readonly status: 'active' | 'suspended';
  readonly settings: AppRules;
  /** Left out: not counted yet. */
  readonly usage?: AppUsage | undefined;
}

/** May answer from a cache that is a few seconds old. */
export interface Apps {
  /** Null for an unknown app. */
  app(appId: AppId): Promise<AppState | null>;
}
