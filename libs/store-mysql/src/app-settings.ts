import { z } from 'zod';

/** How many devices of one user may be online at once; the loser of a sign-in is closed with 4203. */
export const devicePolicySchema = z
  .strictObject({
    mode: z.enum(['unlimited', 'max-per-user', 'one-per-platform']).default('unlimited'),
    /** Devices online at once when mode is max-per-user: 1 to 100. */
    max: z.int().min(1).max(100).default(5),
  })
  .prefault({});

/**
 * Everything that an app can have its own way. The one place where a setting, its default and its bounds are written down;
 * the stored value holds only what was set, so that a default may change later. Unknown names are refused.
 */
export const appSettingsSchema = z.strictObject({
  /** UTF-8 bytes of one text message: 1 to 65,536. */
  maxTextBytes: z.int().min(1).max(65_536).default(8_192),
  /** Bytes of the data of one custom message: 1 to 65,536. */
  maxCustomBytes: z.int().min(1).max(65_536).default(16_384),
  /** Encoded bytes of one message or post with everything in it: 1,024 to 131,072. */
  maxContentBytes: z.int().min(1_024).max(131_072).default(65_536),
  /** For how long a sender may take a message back, in milliseconds: 0 (never) to 365 days. */
  recallWindowMs: z.int().min(0).max(31_536_000_000).default(120_000),
  /** For how long a sender may edit a message, in milliseconds: 0 (never) to 365 days. */
  editWindowMs: z.int().min(0).max(31_536_000_000).default(86_400_000),
  /** Members that a new group may start with, the owner included: 2 to 500. */
  maxGroupCreateMembers: z.int().min(2).max(500).default(500),
  /** Whether users talk directly: always, as friends only, or where the app's back end has allowed it (friends or not). */
  directRule: z.enum(['open', 'friends', 'business']).default('open'),
  /** Members of one group: 2 to 100,000. */
  maxGroupMembers: z.int().min(2).max(100_000).default(500),
  /** Admins of one group, the owner not counted: 0 to 100. */
  maxGroupAdmins: z.int().min(0).max(100).default(20),
  /** Applications to one group that wait for an answer: 0 to 10,000. */
  maxGroupApplications: z.int().min(0).max(10_000).default(1_000),
  /** Groups that a user is in at a time: 1 to 10,000. */
  maxGroupsPerUser: z.int().min(1).max(10_000).default(1_000),
  /** Friends of a user: 0 to 10,000. */
  maxFriends: z.int().min(0).max(10_000).default(5_000),
  /** Users that a user blocks: 0 to 10,000. */
  maxBlocks: z.int().min(0).max(10_000).default(1_000),
  /** Own friend requests of a user that wait for an answer: 0 to 1,000. */
  maxPendingRequests: z.int().min(0).max(1_000).default(100),
  /** A friend request or group invitation that is not answered is over after this, in milliseconds: a minute to 365 days. */
  requestExpiryMs: z.int().min(60_000).max(31_536_000_000).default(604_800_000),
  /** Members above which a group is large, and its messages go to connect nodes instead of sessions: 10 to 5,000. */
  largeGroupMembers: z.int().min(10).max(5_000).default(500),
  /** Whether users learn who is online. */
  presence: z.boolean().default(true),
  /** UTF-8 bytes of the text of one post: 1 to 65,536. */
  maxPostTextBytes: z.int().min(1).max(65_536).default(16_384),
  /** UTF-8 bytes of the text of one comment: 1 to 16,384. */
  maxCommentTextBytes: z.int().min(1).max(16_384).default(4_096),
  /** Comments that are ever written under one post: 0 to 100,000. */
  maxCommentsPerPost: z.int().min(0).max(100_000).default(5_000),
  /** Friends up to whom each gets a reference to every post; posts of users with more are read from the author's side: 0 to 10,000. */
  maxFanOutFriends: z.int().min(0).max(10_000).default(5_000),
  /** Posts of a user in 24 hours: 1 to 10,000. */
  maxPostsPerDay: z.int().min(1).max(10_000).default(1_000),
  /** Changes that a user makes in a second, ten seconds' worth at once: 0 (any number) to 10,000. */
  userWritesPerSecond: z.int().min(0).max(10_000).default(20),
  /** The same for calls that change nothing: 0 (any number) to 10,000. */
  userReadsPerSecond: z.int().min(0).max(10_000).default(50),
  /** Changes of all users and back ends in a second, two seconds' worth at once: 0 (any number) to 1,000,000. */
  appWritesPerSecond: z.int().min(0).max(1_000_000).default(5_000),
  /** The same for calls that change nothing: 0 (any number) to 1,000,000. */
  appReadsPerSecond: z.int().min(0).max(1_000_000).default(10_000),
  /** Calls with one credential in a second, ten seconds' worth at once: 0 (any number) to 100,000. */
  credentialCallsPerSecond: z.int().min(0).max(100_000).default(2_000),
  /** Users of the app: 0 (any number) to 1,000,000,000. So for the next two; what they were lately, see docs/limits.md. */
  maxUsers: z.int().min(0).max(1_000_000_000).default(0),
  /** Groups that have not ended. */
  maxGroups: z.int().min(0).max(1_000_000_000).default(0),
  /** Entries of all logs, those that were recalled or deleted included: 0 (any number) to 1,000,000,000,000. */
  maxEntries: z.int().min(0).max(1_000_000_000_000).default(0),
  /** Whether back ends can subscribe to what happens: what is written while it is off is never told. */
  events: z.boolean().default(false),
  /** The user whose direct chats the system's messages to users arrive in. */
  systemAccount: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/)
    .default('system'),
  devicePolicy: devicePolicySchema,
  /** Origins that browsers may connect from, exact match; empty: any. At most 100. */
  allowedOrigins: z.array(z.string().min(1).max(255)).max(100).default([]),
});

export type AppSettings = z.output<typeof appSettingsSchema>;
/** What is stored and what callers may set: every field is optional. */
export type AppSettingsInput = z.input<typeof appSettingsSchema>;

/** The settings of an app that has set nothing. */
export function defaultAppSettings(): AppSettings {
  return appSettingsSchema.parse({});
}

/**
 * Of what is stored the settings that this version knows: a newer one may have stored more, before it was taken back or while nodes are
 * still renewed. Values are not let off: one that is not understood may be a limit.
 */
export function knownSettings(stored: AppSettingsInput): AppSettingsInput {
  const known = pick(stored, appSettingsSchema.shape);
  const { devicePolicy } = stored;
  if (devicePolicy === undefined) return known;
  return { ...known, devicePolicy: pick(devicePolicy, devicePolicySchema.unwrap().shape) };
}

/** What is stored, with defaults filled in. */
export function readSettings(stored: AppSettingsInput): AppSettings {
  return appSettingsSchema.parse(knownSettings(stored));
}

function pick<T extends object>(given: T, shape: object): T {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in shape)) as T;
}
