import type { AppRules } from '../../src/usecase/app/ports.js';

/** Rules of an app, small where a test has to reach a bound. */
export function appRules(more: Partial<AppRules> = {}): AppRules {
  return {
    maxTextBytes: 10,
    maxCustomBytes: 20,
    maxContentBytes: 2_000,
    recallWindowMs: 120_000,
    editWindowMs: 86_400_000,
    maxGroupCreateMembers: 4,
    directRule: 'open',
    maxGroupMembers: 6,
    maxGroupAdmins: 2,
    maxGroupApplications: 3,
    maxGroupsPerUser: 3,
    maxFriends: 3,
    maxBlocks: 2,
    maxPendingRequests: 2,
    requestExpiryMs: 60_000,
    largeGroupMembers: 500,
    presence: true,
    events: false,
    maxPostTextBytes: 20,
    maxCommentTextBytes: 20,
    maxCommentsPerPost: 3,
    maxFanOutFriends: 5_000,
    maxPostsPerDay: 1_000,
    systemAccount: 'system',
    userWritesPerSecond: 0,
    userReadsPerSecond: 0,
    appWritesPerSecond: 0,
    appReadsPerSecond: 0,
    credentialCallsPerSecond: 0,
    devicePolicy: { mode: 'unlimited', max: 5 },
    allowedOrigins: [],
    ...more,
  };
}
