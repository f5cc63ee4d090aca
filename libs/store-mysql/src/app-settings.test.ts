import { expect, it } from 'vitest';
import { appSettingsSchema, defaultAppSettings, readSettings } from './app-settings.js';

it('fills in every default, and checks what is set', () => {
  expect(defaultAppSettings()).toEqual({
    maxTextBytes: 8_192,
    maxCustomBytes: 16_384,
    maxContentBytes: 65_536,
    recallWindowMs: 120_000,
    editWindowMs: 86_400_000,
    maxGroupCreateMembers: 500,
    directRule: 'open',
    maxGroupMembers: 500,
    maxGroupAdmins: 20,
    maxGroupApplications: 1_000,
    maxGroupsPerUser: 1_000,
    maxFriends: 5_000,
    maxBlocks: 1_000,
    maxPendingRequests: 100,
    requestExpiryMs: 604_800_000,
    largeGroupMembers: 500,
    presence: true,
    events: false,
    maxPostTextBytes: 16_384,
    maxCommentTextBytes: 4_096,
    maxCommentsPerPost: 5_000,
    maxFanOutFriends: 5_000,
    maxPostsPerDay: 1_000,
    userWritesPerSecond: 20,
    userReadsPerSecond: 50,
    appWritesPerSecond: 5_000,
    appReadsPerSecond: 10_000,
    credentialCallsPerSecond: 2_000,
    maxUsers: 0,
    maxGroups: 0,
    maxEntries: 0,
    systemAccount: 'system',
    devicePolicy: { mode: 'unlimited', max: 5 },
    allowedOrigins: [],
  });
  const partly = appSettingsSchema.parse({ devicePolicy: { mode: 'max-per-user' } });
  expect(partly.devicePolicy).toEqual({ mode: 'max-per-user', max: 5 });
});

it.each([
  { maxTextBytes: 0 },
  { maxTextBytes: 70_000 },
  { maxGroupCreateMembers: 501 },
  { devicePolicy: { mode: 'some' } },
  { unheardOf: 1 },
])('refuses %j', (settings) => {
  expect(appSettingsSchema.safeParse(settings).success).toBe(false);
});

it('reads what a newer version has stored without what it does not know, and takes no value for granted', () => {
  const devicePolicy = { mode: 'max-per-user', max: 3, newer: 1 } as const;
  const stored = { maxTextBytes: 100, devicePolicy, unheardOf: { of: 1 } };
  expect(readSettings(stored)).toEqual({
    ...defaultAppSettings(),
    maxTextBytes: 100,
    devicePolicy: { mode: 'max-per-user', max: 3 },
  });
  expect(() => readSettings({ ...stored, maxTextBytes: 1e9 })).toThrow(/maxTextBytes/);
});
