import type { z } from 'zod';

export const PROFILES = ['dev', 'test', 'prod'] as const;
export type Profile = (typeof PROFILES)[number];

/** Every variable with this prefix belongs to us: an unknown one is a mistake and is refused. */
export const ENV_PREFIX = 'QUEQIAO_';
export const PROFILE_ENV = 'QUEQIAO_PROFILE';
/** Variables with this prefix break a service on purpose: every other profile than test refuses them. */
export const TEST_ENV_PREFIX = 'QUEQIAO_TEST_';

export type Env = Readonly<Record<string, string | undefined>>;
export type ConfigSchema = z.ZodObject;
type KeyOf<S extends ConfigSchema> = keyof z.output<S> & string;
export type ConfigOf<S extends ConfigSchema> = Readonly<z.output<S>> & {
  readonly profile: Profile;
};

/** What `defineConfig` needs beside the schema. `profile` itself is always there and is not part of the schema. */
export interface ConfigOptions<S extends ConfigSchema> {
  /** Name of the variable of every key. */
  readonly env: { readonly [K in KeyOf<S>]: `QUEQIAO_${string}` };
  /** Keys that are never shown, logged or written into the example. */
  readonly secrets?: readonly KeyOf<S>[];
  /** Values of variables that are not set, by profile; checked like given ones. They win over defaults in the schema. */
  readonly profileDefaults?: { readonly [P in Profile]?: Partial<z.output<S>> };
  /** Values for the documented example, for keys without a default. */
  readonly examples?: Partial<Record<KeyOf<S>, string>>;
}

export interface ConfigDefinition<S extends ConfigSchema = ConfigSchema> {
  readonly schema: S;
  readonly options: ConfigOptions<S>;
}

/** Lists every problem at once, one line each, by the name of its variable; values are never part of it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Ties a flat zod object to variables. Cross-field rules go into the schema with `superRefine` or `check`, with the key at fault
 * in `path`. Variables are strings: use the fields of `config-field.ts` or z.coerce.
 */
export function defineConfig<S extends ConfigSchema>(
  schema: S,
  options: ConfigOptions<S>,
): ConfigDefinition<S> {
  const names = Object.values<string>(options.env);
  const twice = names.find((name, index) => names.indexOf(name) !== index || name === PROFILE_ENV);
  if (twice !== undefined) throw new Error(`${twice} is mapped twice`);
  return { schema, options };
}

/**
 * Reads and checks the variables; an empty one counts as not set. Without QUEQIAO_PROFILE the profile is prod, the strictest.
 * Throws ConfigError. The answer is frozen.
 */
export function loadConfig<S extends ConfigSchema>(
  definition: ConfigDefinition<S>,
  env: Env,
): ConfigOf<S> {
  const { schema, options } = definition;
  const names: Readonly<Record<string, string>> = options.env;
  const problems = unknownVariables(env, Object.values(names));
  const profile = readProfile(env, problems);
  if (profile !== 'test') problems.push(...testVariables(env));
  const defaults: Record<string, unknown> = options.profileDefaults?.[profile] ?? {};
  const input: Record<string, unknown> = { ...defaults };
  for (const [key, name] of Object.entries(names)) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') input[key] = value;
  }
  const parsed = schema.safeParse(input, { reportInput: false });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(describeIssue(issue, names, input));
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return Object.freeze({ ...parsed.data, profile });
}

/** A copy fit for logs and terminals: secrets and the passwords inside URLs are masked. */
export function redactedConfig<S extends ConfigSchema>(
  definition: ConfigDefinition<S>,
  config: ConfigOf<S>,
): Record<string, unknown> {
  const secrets = new Set<string>(definition.options.secrets ?? []);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (secrets.has(key) && value !== undefined && value !== '') return [key, maskSecret(value)];
      return [key, typeof value === 'string' ? maskUrl(value) : value];
    }),
  );
}

function maskSecret(value: unknown): string {
  const masked = typeof value === 'string' ? maskUrl(value) : '';
  // A secret URL still tells host and database, which is what an operator wants to see; anything else is hidden whole.
  return masked !== '' && masked.includes('://') ? masked : '[redacted]';
}

function maskUrl(value: string): string {
  return value
    .replace(/(:\/\/)[^/?#]*@/, '$1[redacted]@')
    .replace(/([?&][^=&#]*(?:password|secret|token|key)[^=&#]*=)[^&#]*/gi, '$1[redacted]');
}

function unknownVariables(env: Env, known: readonly string[]): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(ENV_PREFIX) && name !== PROFILE_ENV && !known.includes(name))
    .sort()
    .map((name) => `${name}: is not a setting of this service`);
}

function testVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(TEST_ENV_PREFIX))
    .sort()
    .map((name) => `${name}: is accepted in the profile test only`);
}

function readProfile(env: Env, problems: string[]): Profile {
  const value = env[PROFILE_ENV]?.trim() ?? '';
  if (value === '') return 'prod';
  const profile = PROFILES.find((known) => known === value);
  if (!profile) problems.push(`${PROFILE_ENV}: must be one of ${PROFILES.join(', ')}`);
  return profile ?? 'prod';
}

function describeIssue(
  issue: z.core.$ZodIssue,
  names: Readonly<Record<string, string>>,
  input: Readonly<Record<string, unknown>>,
): string {
  const key = String(issue.path[0] ?? '');
  const name = names[key] ?? (key === '' ? 'settings' : key);
  const missing = issue.path.length === 1 && key in names && input[key] === undefined;
  return `${name}: ${missing && issue.code !== 'custom' ? 'is required' : issue.message}`;
}
