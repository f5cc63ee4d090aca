import type { ConfigDefinition, ConfigSchema, Profile } from './config.js';
import { PROFILE_ENV, PROFILES, TEST_ENV_PREFIX } from './config.js';

/**
 * A documented env file that `loadConfig` accepts as it is: settings with a default are commented out and show it, the others
 * carry their example. Throws when a setting has neither a default nor an example.
 */
export function configExample<S extends ConfigSchema>(
  definition: ConfigDefinition<S>,
  profile: Profile = 'prod',
): string {
  const { schema, options } = definition;
  const names = options.env as Readonly<Record<string, string>>;
  const profileLines = [
    `# One of ${PROFILES.join(', ')}: which defaults apply.`,
    `${PROFILE_ENV}=${profile}`,
  ];
  const shown = Object.entries(names).filter(([, name]) => !name.startsWith(TEST_ENV_PREFIX));
  const settings = shown.map(([key, name]) => {
    const comment = commentOf(schema, key, options.secrets ?? []);
    return [...comment, assignment(definition, key, name, profile)].join('\n');
  });
  return `${[profileLines.join('\n'), ...settings].join('\n\n')}\n`;
}

function commentOf(schema: ConfigSchema, key: string, secrets: readonly string[]): string[] {
  const field = schema.shape[key];
  const described = field && 'description' in field ? field.description : undefined;
  const lines = typeof described === 'string' ? described.split('\n') : [];
  if (secrets.includes(key)) lines.push('Secret: keep it out of files that are committed.');
  return lines.map((line) => `# ${line}`);
}

function assignment<S extends ConfigSchema>(
  definition: ConfigDefinition<S>,
  key: string,
  name: string,
  profile: Profile,
): string {
  const { schema, options } = definition;
  const defaults: Record<string, unknown> = options.profileDefaults?.[profile] ?? {};
  const examples = (options.examples ?? {}) as Readonly<Record<string, string | undefined>>;
  const example = examples[key];
  if (key in defaults) return `# ${name}=${envText(defaults[key])}`;
  const fallback = defaultOf(schema, key);
  if (fallback.optional) return `# ${name}=${example ?? envText(fallback.value)}`;
  if (example === undefined) throw new Error(`${name} has neither a default nor an example`);
  return `${name}=${example}`;
}

function defaultOf(schema: ConfigSchema, key: string): { optional: boolean; value?: unknown } {
  const field = schema.shape[key];
  if (!field || !('safeParse' in field) || typeof field.safeParse !== 'function') {
    return { optional: false };
  }
  const parsed = field.safeParse(undefined) as ReturnType<SafeParser['safeParse']>;
  return parsed.success ? { optional: true, value: parsed.data } : { optional: false };
}

interface SafeParser {
  safeParse(value: unknown): { success: boolean; data?: unknown };
}

function envText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
