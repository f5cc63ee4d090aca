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
  /** Encoded bytes of one message with everything in it: 1,024 to 131,072. */
  maxContentBytes: z.int().min(1_024).max(131_072).default(65_536),
  /** For how long a sender may take a message back, in milliseconds: 0 (never) to 365 days. */
  recallWindowMs: z.int().min(0).max(31_536_000_000).default(120_000),
  /** For how long a sender may edit a message, in milliseconds: 0 (never) to 365 days. */
  editWindowMs: z.int().min(0).max(31_536_000_000).default(86_400_000),
  /** Members that a new group may start with, the owner included: 2 to 500. */
  maxGroupCreateMembers: z.int().min(2).max(500).default(500),
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
