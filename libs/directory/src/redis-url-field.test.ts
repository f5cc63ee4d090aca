import { ConfigError, defineConfig, loadConfig, redactedConfig } from '@queqiao/runtime';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { redisUrlField } from './redis-url-field.js';

const definition = defineConfig(z.object({ redisUrl: redisUrlField() }), {
  env: { redisUrl: 'QUEQIAO_REDIS_URL' },
  secrets: ['redisUrl'],
});

const load = (url: string) => loadConfig(definition, { QUEQIAO_REDIS_URL: url });

function problemOf(url: string): string {
  try {
    load(url);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join();
    throw error;
  }
  return '';
}

it.each([
  'redis://cache:6379/3',
  'rediss://me:p%40ss@cache:7000',
  'redis+cluster://a:7000,b:7001',
  'rediss+cluster://me:secret@a:7000,b:7001,[::1]:7002',
])('takes %s as it is', (url) => {
  expect(load(url).redisUrl).toBe(url);
});

it.each([
  ['', 'QUEQIAO_REDIS_URL: is required'],
  ['http://me:hunter2@cache', 'expected redis://host:port'],
  ['redis://:hunter2@a:7000,b:7001', 'several hosts need redis+cluster'],
  ['redis+cluster://:hunter2@a:7000,b:99999', 'unusable host or port'],
  ['redis+cluster://:hunter2@a:7000/1', 'a cluster has database 0 only'],
  // Each would hide a part of the password from what masks it.
  ['redis://:hunter2?hunter2@a:7000', 'expected redis://host:port'],
  ['redis://:hunter2#hunter2@a:7000', 'expected redis://host:port'],
  ['redis+cluster://:hunter2@a:7000,:hunter2@b:7001', 'expected redis://host:port'],
])('refuses %j, by the name of the variable and without the value', (url, reason) => {
  const problem = problemOf(url);
  expect(problem).toMatch(/^QUEQIAO_REDIS_URL: /);
  expect(problem).toContain(reason);
  expect(problem).not.toContain('hunter2');
});

it('shows every host of a list, and no password', () => {
  const shown = redactedConfig(definition, load('redis+cluster://me:hunter2@a:7000,b:7001'));
  expect(shown).toEqual({ profile: 'prod', redisUrl: 'redis+cluster://[redacted]@a:7000,b:7001' });
});
