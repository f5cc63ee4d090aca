import { expect, it } from 'vitest';
import { fullSettings } from './user-settings.js';

it('settings that were never set have their defaults, and those that were set stay', () => {
  const defaults = {
    addFriend: 'request',
    invite: 'anyone',
    presence: 'everyone',
    hideFromIdSearch: false,
    hideFromNicknameSearch: false,
    hideFromHandleSearch: false,
    postsRange: 'all',
  };
  expect(fullSettings({})).toEqual(defaults);
  const set = { addFriend: 'nobody', hideFromIdSearch: true } as const;
  expect(fullSettings(set)).toEqual({ ...defaults, ...set });
});
