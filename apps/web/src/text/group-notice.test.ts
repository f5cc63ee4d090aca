import { describe, expect, it } from 'vitest';
import type { GroupNotice } from '../state/group-notice.js';
import { groupNoticeText } from './group-notice.js';
import { translator } from './strings.js';

const NAMES: Record<string, string> = { alice: 'Alice', bob: 'Bob', carol: 'Carol' };

function said(notice: GroupNotice, actorId: string | null = 'alice'): [string, string] {
  const nameOf = (id: string): string => NAMES[id] ?? id;
  const texts = (['en', 'zh'] as const).map((language) =>
    groupNoticeText(translator(language), nameOf, actorId ?? undefined, notice),
  );
  return texts as [string, string];
}

describe('what a group’s log tells', () => {
  it('is who came, and how', () => {
    const came = { what: 'joined', userIds: ['bob', 'carol'], inviterId: 'alice' } as const;
    expect(said({ ...came, way: 'invited' })).toEqual([
      'Alice invited Bob, Carol',
      'Alice邀请了Bob、Carol',
    ]);
    const alone = { ...came, userIds: ['bob'] };
    expect(said({ ...alone, way: 'invited' }, 'bob')[0]).toBe('Bob joined, invited by Alice');
    expect(said({ ...alone, way: 'applied' })).toEqual([
      'Alice let Bob in',
      'Alice同意Bob加入群聊',
    ]);
    expect(said({ ...alone, way: 'link' }, 'bob')[0]).toBe('Bob joined by a link');
    expect(said({ ...alone, way: 'face' }, 'bob')[1]).toBe('Bob面对面加入了群聊');
    expect(said({ ...alone, way: 'free', inviterId: '' }, 'bob')[0]).toBe('Bob joined');
  });

  it('is who went, by oneself or not', () => {
    expect(said({ what: 'left', userIds: ['alice'] })).toEqual(['Alice left', 'Alice退出了群聊']);
    expect(said({ what: 'left', userIds: ['bob'] })[0]).toBe('Alice removed Bob');
    expect(said({ what: 'left', userIds: ['bob'] }, null)).toEqual([
      'The app removed Bob',
      '系统将Bob移出了群聊',
    ]);
  });

  it('is what became of members and of the group', () => {
    const userIds = ['carol'];
    const cases: [GroupNotice, string][] = [
      [{ what: 'role', userIds, role: 'admin' }, 'Carol is now an admin'],
      [{ what: 'role', userIds, role: 'member' }, 'Carol is no longer an admin'],
      [{ what: 'owner', ownerId: 'bob' }, 'Bob is now the owner'],
      [{ what: 'muted', userIds, untilMs: 5 }, 'Alice muted Carol'],
      [{ what: 'muted', userIds, untilMs: 0 }, 'Alice lets Carol speak again'],
      [{ what: 'renamed', userId: 'bob', name: 'Chef' }, 'Bob is now called “Chef” here'],
      [{ what: 'updated', patch: { name: 'Crew' } }, 'Alice named the group “Crew”'],
      [{ what: 'updated', patch: { announcement: 'At 7' } }, 'Alice announced: At 7'],
      [
        { what: 'updated', patch: { allMuted: true } },
        'Alice lets only the owner and admins speak',
      ],
      [{ what: 'updated', patch: { allMuted: false } }, 'Alice lets everybody speak again'],
      [{ what: 'updated', patch: { joinMode: 'free' } }, 'Alice changed the settings of the group'],
      [{ what: 'dissolved' }, 'Alice dissolved the group'],
    ];
    for (const [notice, text] of cases) expect(said(notice)[0]).toBe(text);
  });
});
