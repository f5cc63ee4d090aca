import { expect, it } from 'vitest';
import { settingsPatch } from './settings-patch.js';

it('sets, nests and takes back', () => {
  const changes = [
    'devicePolicy.mode=max-per-user',
    'devicePolicy.max=2',
    'maxTextBytes=',
    'maxFriends=10',
    'allowedOrigins=["https://a"]',
  ];
  expect(JSON.parse(settingsPatch(changes))).toEqual({
    devicePolicy: { mode: 'max-per-user', max: 2 },
    maxTextBytes: null,
    maxFriends: 10,
    allowedOrigins: ['https://a'],
  });
});

it('keeps strange names for the service to refuse', () => {
  expect(settingsPatch(['__proto__.polluted=1'])).toBe('{"__proto__":{"polluted":1}}');
  expect('polluted' in {}).toBe(false);
});

it.each(['nothing', '=1'])('refuses %s', (assignment) => {
  expect(() => settingsPatch([assignment])).toThrow('say name=value');
});
