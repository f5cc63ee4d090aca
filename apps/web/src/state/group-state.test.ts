import { describe, expect, it } from 'vitest';
import { mayDo, mayDoTo, NO_GROUPS, whySilent, type GroupInfo } from './group-state.js';

const member = (userId: string, role: 'owner' | 'admin' | 'member', mutedUntilMs = 0) => ({
  userId,
  role,
  name: '',
  mutedUntilMs,
});

function group(role: 'owner' | 'admin' | 'member', more: Partial<GroupInfo> = {}): GroupInfo {
  return {
    groupId: 'crew',
    conversationId: 'g:crew',
    name: 'Crew',
    avatarUrl: '',
    introduction: '',
    announcement: '',
    memberCount: 3,
    joinMode: 'invitation',
    visibility: 'private',
    history: 'since-join',
    inviteRight: 'everyone',
    allMuted: false,
    dissolved: false,
    large: false,
    self: member('me', role),
    members: [],
    complete: true,
    ...more,
  };
}

describe('what a person is offered', () => {
  it('follows from the role', () => {
    expect(mayDo(group('owner'), 'dissolve')).toBe(true);
    expect(mayDo(group('admin'), 'dissolve')).toBe(false);
    expect([mayDo(group('owner'), 'leave'), mayDo(group('member'), 'leave')]).toEqual([
      false,
      true,
    ]);
    expect(mayDo(group('member', { inviteRight: 'admins' }), 'add-members')).toBe(false);
    expect(mayDo({ ...group('owner'), self: undefined }, 'see')).toBe(false);
  });

  it('reaches down only', () => {
    expect(mayDoTo(group('admin'), 'remove-member', member('bob', 'member'))).toBe(true);
    expect(mayDoTo(group('admin'), 'remove-member', member('bob', 'admin'))).toBe(false);
    expect(mayDoTo(group('owner'), 'mute-member', member('bob', 'admin'))).toBe(true);
  });

  it('is to write, unless there is a reason that is told', () => {
    const at = (open: GroupInfo | undefined, gone = false) =>
      whySilent({ ...NO_GROUPS, open, gone }, 1_000);
    expect(at(undefined)).toBeUndefined();
    expect(at(group('member'))).toBeUndefined();
    expect(at(undefined, true)).toBe('groupGone');
    expect(at(group('member', { dissolved: true }))).toBe('groupOver');
    expect(at(group('member', { allMuted: true }))).toBe('allMutedNow');
    expect(at(group('admin', { allMuted: true }))).toBeUndefined();
    expect(at(group('member', { self: member('me', 'member', 1_001) }))).toBe('youAreMuted');
    expect(at(group('member', { self: member('me', 'member', 999) }))).toBeUndefined();
  });
});
