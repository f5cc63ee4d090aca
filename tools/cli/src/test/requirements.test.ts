import { expect, it } from 'vitest';
import { foundNames, missingRequired, namesIn, wantedServers } from './requirements.js';

const MYSQL = 'mysql://root@192.0.2.1:3306';
const REDIS = 'redis://192.0.2.1:6379';

it('reads lists of names', () => {
  expect(namesIn('browser, servers,')).toEqual(['browser', 'servers']);
  expect(namesIn('')).toEqual([]);
  expect(namesIn(undefined)).toEqual([]);
});

it.each([
  [undefined, undefined, [], ['mysql', 'redis']],
  [MYSQL, undefined, [], ['redis']],
  [undefined, REDIS, ['browser'], ['mysql']],
  [MYSQL, REDIS, ['browser'], []],
  [MYSQL, REDIS, ['browser', 'servers'], ['mysql', 'redis']],
])(
  'wants programs only of what no URL names: %s, %s, required %j',
  (mysql, redis, required, all) => {
    expect(wantedServers({ mysql, redis }, required)).toEqual(all);
  },
);

it('turns what is required and missing, or unknown, into names of failures', () => {
  const requirements = [
    { name: 'browser', found: true },
    { name: 'servers', found: false },
  ];
  expect(foundNames(requirements)).toEqual(['browser']);
  expect(missingRequired(requirements, [])).toEqual([]);
  expect(missingRequired(requirements, ['browser'])).toEqual([]);
  expect(missingRequired(requirements, ['servers', 'browser', 'sever'])).toEqual([
    'servers',
    'sever',
  ]);
});
