import { Platform } from '@queqiao/protocol/client';

const NAMES = {
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

const PLATFORMS = new Map(
  Object.entries(NAMES).map(([platform, name]): [string, Platform] => [name, Number(platform)]),
);

/** Of a device record. */
export function platformOf(name: string): Platform {
  return PLATFORMS.get(name) ?? Platform.OTHER;
}

/** As device records name it; a platform that this build does not know is `other`. */
export function platformName(platform: Platform): string {
  return (NAMES as Partial<Record<Platform, string>>)[platform] ?? 'other';
}
