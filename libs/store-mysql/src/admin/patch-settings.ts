import { invalidArgument } from '@queqiao/domain';
import { appSettingsSchema, knownSettings, type AppSettingsInput } from '../app-settings.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * A JSON merge patch (RFC 7396) of what was set; what would be null is unset. Errors: INVALID_ARGUMENT naming the first setting
 * that is not right as `<field>.<path>`, and all of them in its message.
 */
export function patchSettings(
  stored: AppSettingsInput,
  patch: Json,
  field: string,
): AppSettingsInput {
  // What a newer version has stored is its business, and stays.
  const checked = appSettingsSchema.safeParse(merge(knownSettings(stored), patch));
  if (checked.success) return merge(stored, patch);
  const problems = checked.error.issues.flatMap((issue) => {
    const inside = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return inside.map((key) => ({
      path: [...issue.path, ...(key === undefined ? [] : [key])].map(String).join('.'),
      message: key === undefined ? issue.message : 'there is no such setting',
    }));
  });
  const [first, ...others] = problems;
  const more = others.map(({ path, message }) => `${path}: ${message}`);
  const message = [first?.message ?? 'is no set of settings', ...more].join('; ');
  throw invalidArgument(first?.path ? `${field}.${first.path}` : field, message);
}

/** The names of what a patch touches, for the audit log. */
export function settingNames(patch: Json): string {
  return Object.keys(patch).sort().join();
}

/** Own properties only, whatever their names. */
function merge(stored: Json, patch: Json): Json {
  const merged = new Map(Object.entries(stored));
  for (const [name, value] of Object.entries(patch)) {
    const before = merged.get(name);
    if (value === null) merged.delete(name);
    else if (isObject(value)) merged.set(name, merge(isObject(before) ? before : {}, value));
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
