import { expect, it } from 'vitest';
import { judgeInvite } from './invite-rule.js';
import type { UserSettings } from './user-settings.js';

it.each<[UserSettings['invite'], string, string]>([
  [undefined, 'at-once', 'at-once'],
  ['anyone', 'at-once', 'at-once'],
  ['friends', 'ask', 'at-once'],
  ['ask', 'ask', 'ask'],
  ['nobody', 'no', 'no'],
])('who lets %s invite answers strangers %s, friends %s, and the blocked no', (...row) => {
  const [invite, stranger, friend] = row;
  const settings = invite === undefined ? {} : { invite };
  const rule = (friends: boolean, blocked: boolean) => judgeInvite({ settings, friends, blocked });
  expect([rule(false, false), rule(true, false)]).toEqual([stranger, friend]);
  expect([rule(false, true), rule(true, true)]).toEqual(['no', 'no']);
});
