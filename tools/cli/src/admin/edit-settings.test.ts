import { expect, it } from 'vitest';
import { editSettings } from './edit-settings.js';

it('sets, nests and takes back, and leaves the rest alone', () => {
  const stored = { maxTextBytes: 10, devicePolicy: { max: 2 } };
  const changes = [
    'devicePolicy.mode=max-per-user',
    'maxTextBytes=',
    'allowedOrigins=["https://a"]',
  ];
  expect(editSettings(stored, changes)).toEqual({
    devicePolicy: { max: 2, mode: 'max-per-user' },
    allowedOrigins: ['https://a'],
  });
  expect(stored).toEqual({ maxTextBytes: 10, devicePolicy: { max: 2 } });
});

it.each([
  ['maxTextBytes=0', 'maxTextBytes'],
  ['maxTextBytes=ten', 'maxTextBytes'],
  ['maxTxtBytes=10', 'maxTxtBytes'],
  ['devicePolicy.mode=some', 'devicePolicy.mode'],
  ['maxTextBytes.deep=1', 'maxTextBytes.deep=1'],
  ['__proto__.polluted=1', '__proto__'],
  ['nothing', 'say name=value'],
])('refuses %s and names the place', (assignment, named) => {
  expect(() => editSettings({ maxTextBytes: 10 }, [assignment])).toThrow(named);
  expect('polluted' in {}).toBe(false);
});
