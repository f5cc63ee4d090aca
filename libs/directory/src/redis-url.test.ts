import { expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.js';

const PLAIN = { cluster: false, tls: false, username: undefined, password: undefined, db: 0 };

it.each([
  ['redis://127.0.0.1:7000', { ...PLAIN, endpoints: [{ host: '127.0.0.1', port: 7000 }] }],
  ['redis://cache', { ...PLAIN, endpoints: [{ host: 'cache', port: 6379 }] }],
  ['redis://cache:1/3', { ...PLAIN, db: 3, endpoints: [{ host: 'cache', port: 1 }] }],
  ['redis://[::1]:7000/', { ...PLAIN, endpoints: [{ host: '::1', port: 7000 }] }],
  [
    'rediss://me:p%40ss@cache:7000',
    {
      ...PLAIN,
      tls: true,
      username: 'me',
      password: 'p@ss',
      endpoints: [{ host: 'cache', port: 7000 }],
    },
  ],
  [
    'redis+cluster://:pw@h1:7001,h2:7002,h3',
    {
      ...PLAIN,
      cluster: true,
      password: 'pw',
      endpoints: [
        { host: 'h1', port: 7001 },
        { host: 'h2', port: 7002 },
        { host: 'h3', port: 6379 },
      ],
    },
  ],
  [
    'rediss+cluster://h1:7001',
    { ...PLAIN, cluster: true, tls: true, endpoints: [{ host: 'h1', port: 7001 }] },
  ],
])('reads %s', (url, expected) => {
  expect(parseRedisUrl(url)).toEqual(expected);
});

it.each([
  '',
  'cache:6379',
  'http://cache',
  'redis://',
  'redis://h1,h2',
  'redis://h:0',
  'redis://h:65536',
  'redis://h:1/x',
  'redis://h:1?tls=1',
  'redis+cluster://h1:1/2',
  'redis+cluster://h1:1,',
  'redis://user:%zz@h',
])('refuses %j', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(TypeError);
});

it('never repeats a password', () => {
  expect(() => parseRedisUrl('redis://:hunter2@h:99999')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }),
  );
});
