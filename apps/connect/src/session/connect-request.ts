import { invalidArgument, parseDeviceId } from '@queqiao/domain';
import type { Connect, Device } from '@queqiao/protocol/client';
import { Platform } from '@queqiao/protocol/client';
import { MAX_DEVICE_TEXT_BYTES, MAX_TOKEN_BYTES } from './session-limits.js';

/** Lower-case names, the unit of the one-per-platform policy. */
const PLATFORM_NAMES = {
  [Platform.ANDROID]: 'android',
  [Platform.IOS]: 'ios',
  [Platform.WINDOWS]: 'windows',
  [Platform.MACOS]: 'macos',
  [Platform.LINUX]: 'linux',
  [Platform.WEB]: 'web',
  [Platform.MINI_PROGRAM]: 'mini-program',
  [Platform.OTHER]: 'other',
} as const satisfies Record<
  Exclude<Platform, Platform.UNSPECIFIED | Platform.UNRECOGNIZED>,
  string
>;

/** What a platform counts as; one that this build does not know is `other`, so that newer clients can sign in. */
export function platformName(platform: Platform): string {
  return (PLATFORM_NAMES as Partial<Record<Platform, string>>)[platform] ?? 'other';
}

/** Checks a connect item. Throws INVALID_ARGUMENT naming the field. */
export function checkConnect(connect: Connect): Device {
  checkToken(connect.token);
  const { device } = connect;
  if (device === undefined) throw invalidArgument('device', 'is required');
  parseDeviceId(device.id);
  const texts = { brand: device.brand, model: device.model, os_version: device.osVersion };
  for (const [name, text] of Object.entries({ ...texts, app_version: device.appVersion })) {
    if (Buffer.byteLength(text) > MAX_DEVICE_TEXT_BYTES) {
      throw invalidArgument(`device.${name}`, `has more than ${MAX_DEVICE_TEXT_BYTES} bytes`);
    }
  }
  if (connect.generation < 0) throw invalidArgument('generation', 'is negative');
  return device;
}

/** Throws INVALID_ARGUMENT for a token that cannot be one. Whether it is genuine is for logic to say. */
export function checkToken(token: string): void {
  if (token === '') throw invalidArgument('token', 'is required');
  if (Buffer.byteLength(token) > MAX_TOKEN_BYTES) {
    throw invalidArgument('token', `has more than ${MAX_TOKEN_BYTES} bytes`);
  }
}
