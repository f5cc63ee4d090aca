import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { configExample } from './config-example.js';
import { field } from './config-field.js';
import { ConfigError, defineConfig, loadConfig, redactedConfig, type Env } from './config.js';

const definition = defineConfig(
  z
    .object({
      port: field.port().describe('Port to listen on.'),
      redisUrl: field.url('redis', 'rediss').describe('Redis.'),
      appKey: field.text().describe('Signs things.\nRotate it.'),
      origins: field.list().default(['https://a.example']).describe('Allowed origins.'),
      batching: field.flag().default(true),
      renewMs: field.integer(1, 60_000).default(5_000),
      ttlMs: field.integer(1, 60_000).default(15_000),
      note: field.text().optional(),
    })
    .superRefine(({ renewMs, ttlMs }, context) => {
      if (renewMs * 2 <= ttlMs) return;
      context.addIssue({
        code: 'custom',
        path: ['renewMs'],
        message: 'must be at most half of QUEQIAO_TTL_MS',
      });
    }),
  {
    env: {
      port: 'QUEQIAO_PORT',
      redisUrl: 'QUEQIAO_REDIS_URL',
      appKey: 'QUEQIAO_APP_KEY',
      origins: 'QUEQIAO_ORIGINS',
      batching: 'QUEQIAO_BATCHING',
      renewMs: 'QUEQIAO_RENEW_MS',
      ttlMs: 'QUEQIAO_TTL_MS',
      note: 'QUEQIAO_NOTE',
    },
    secrets: ['appKey', 'redisUrl'],
    profileDefaults: {
      dev: { port: 9_091, redisUrl: 'redis://127.0.0.1:16379', appKey: 'dev', origins: [] },
      prod: { port: 9_091 },
    },
    examples: { redisUrl: 'redis://user:password@redis:6379/0', appKey: 'change-me' },
  },
);

const GOOD: Env = { QUEQIAO_REDIS_URL: 'redis://h:1', QUEQIAO_APP_KEY: 'k', PATH: '/bin' };

function problemsOf(env: Env): readonly string[] {
  try {
    loadConfig(definition, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('is prod unless told otherwise, typed and frozen', () => {
    const config = loadConfig(definition, {
      ...GOOD,
      QUEQIAO_BATCHING: 'false',
      QUEQIAO_ORIGINS: 'a, b,',
    });
    expect(config).toEqual({
      profile: 'prod',
      port: 9_091,
      redisUrl: 'redis://h:1',
      appKey: 'k',
      origins: ['a', 'b'],
      batching: false,
      renewMs: 5_000,
      ttlMs: 15_000,
    });
    expect(Object.isFrozen(config)).toBe(true);
    expectTypeOf(config.port).toEqualTypeOf<number>();
    expectTypeOf(config.note).toEqualTypeOf<string | undefined>();
  });

  it('takes the defaults of the profile, which variables win over', () => {
    const config = loadConfig(definition, { QUEQIAO_PROFILE: 'dev', QUEQIAO_PORT: '0' });
    expect(config).toMatchObject({ profile: 'dev', port: 0, appKey: 'dev', origins: [] });
  });

  it('counts an empty variable as not set', () => {
    expect(loadConfig(definition, { ...GOOD, QUEQIAO_PORT: ' ' }).port).toBe(9_091);
  });

  it('lists every problem at once by variable and never shows a value', () => {
    const problems = problemsOf({
      QUEQIAO_PROFILE: 'staging',
      QUEQIAO_PORT: '9091x',
      QUEQIAO_REDIS_URL: 'http://user:hunter2@h',
      QUEQIAO_BATCHING: 'yes',
      QUEQIAO_REDIS_ULR: 'redis://h:1',
    });
    expect([...problems].sort()).toEqual([
      'QUEQIAO_APP_KEY: is required',
      'QUEQIAO_BATCHING: must be true or false',
      'QUEQIAO_PORT: must be a whole number from 0 to 65535',
      'QUEQIAO_PROFILE: must be one of dev, test, prod',
      'QUEQIAO_REDIS_ULR: is not a setting of this service',
      'QUEQIAO_REDIS_URL: must be a URL that starts with redis:// or rediss://',
    ]);
    expect(new ConfigError(problems).message).toContain('\n  QUEQIAO_APP_KEY: is required\n');
  });

  it('checks across fields, beside unknown names', () => {
    expect(problemsOf({ ...GOOD, QUEQIAO_RENEW_MS: '9000', QUEQIAO_X: '1' })).toEqual([
      'QUEQIAO_X: is not a setting of this service',
      'QUEQIAO_RENEW_MS: must be at most half of QUEQIAO_TTL_MS',
    ]);
  });

  it.each(['-1', '65536', '1.5', '1e3', '0x10', 'NaN'])('refuses %s as a port', (port) => {
    expect(problemsOf({ ...GOOD, QUEQIAO_PORT: port })).toHaveLength(1);
  });
});

describe('defineConfig', () => {
  it('refuses one variable for two settings', () => {
    const schema = z.object({ a: field.port(), b: field.port() });
    expect(() => defineConfig(schema, { env: { a: 'QUEQIAO_A', b: 'QUEQIAO_A' } })).toThrow(
      'QUEQIAO_A',
    );
    expect(() => defineConfig(schema, { env: { a: 'QUEQIAO_A', b: 'QUEQIAO_PROFILE' } })).toThrow(
      'QUEQIAO_PROFILE',
    );
  });
});

describe('redactedConfig', () => {
  it('hides secrets and keeps what an operator needs to see', () => {
    const config = loadConfig(definition, {
      ...GOOD,
      QUEQIAO_REDIS_URL: 'redis://user:hun@ter2@h:1/0?password=hunter2&db=1',
      QUEQIAO_APP_KEY: 'hunter2',
      QUEQIAO_NOTE: 'https://me:hunter2@h/',
    });
    const shown = redactedConfig(definition, config);
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|ter2/);
    expect(shown).toMatchObject({
      port: 9_091,
      appKey: '[redacted]',
      redisUrl: 'redis://[redacted]@h:1/0?password=[redacted]&db=1',
      note: 'https://[redacted]@h/',
    });
  });
});

describe('configExample', () => {
  /** What a shell would make of the file. */
  function parse(text: string): Record<string, string> {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  it('can be loaded as it is, and with every default uncommented', () => {
    const text = configExample(definition);
    const config = loadConfig(definition, parse(text));
    expect(config).toMatchObject({ profile: 'prod', appKey: 'change-me', port: 9_091 });
    expect(loadConfig(definition, parse(text.replaceAll('# QUEQIAO_', 'QUEQIAO_')))).toEqual(
      config,
    );
  });

  it('documents every setting with its default and marks secrets', () => {
    const text = configExample(definition, 'prod');
    expect(text).toContain('# Port to listen on.\n# QUEQIAO_PORT=9091\n');
    expect(text).toContain(
      '# Signs things.\n# Rotate it.\n# Secret: keep it out of files that are committed.\nQUEQIAO_APP_KEY=change-me\n',
    );
    expect(text).toContain('# QUEQIAO_ORIGINS=https://a.example\n');
  });

  it('insists on an example for what has no default', () => {
    const bare = defineConfig(z.object({ a: field.port() }), { env: { a: 'QUEQIAO_A' } });
    expect(() => configExample(bare)).toThrow('QUEQIAO_A');
  });
});
