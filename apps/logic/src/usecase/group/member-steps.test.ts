import type { GroupId, UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import { DEFAULT_PROFILE } from './create-group.js';
import { joinSteps, leaveSteps } from './member-steps.js';
import type { GroupFacts } from './ports.js';
import type { GroupRecord } from './read-ports.js';

const rules = appRules({ maxGroupMembers: 6, largeGroupMembers: 4, maxGroupsPerUser: 3 });
const users = (...ids: string[]) => ids as UserId[];
const entry = {
  kind: 'x',
  content: new Uint8Array(),
  sender: { kind: 'system', id: '' },
  countable: false,
  shown: true,
} as const;

function facts(group: Partial<GroupRecord> = {}): GroupFacts {
  const record = { ...DEFAULT_PROFILE, groupId: 'g' as GroupId, memberCount: 2, mode: 'routed' };
  return { group: { ...record, ...group } } as GroupFacts;
}

const join = (group: Partial<GroupRecord>, ...ids: string[]) =>
  joinSteps(facts(group), users(...ids), { inviterId: 'ann', entry, rules });
const ops = (steps: readonly { readonly op: string }[]) => steps.map(({ op }) => op);

describe('coming into a group', () => {
  it('is told as the first thing that newcomers see', () => {
    expect(join({}, 'bob')).toEqual([
      {
        op: 'join',
        userIds: ['bob'],
        role: 'member',
        inviterId: 'ann',
        seesFromStart: false,
        maxGroups: 3,
      },
      { op: 'entry', entry },
    ]);
    expect(join({ history: 'all' }, 'bob')[0]).toMatchObject({ seesFromStart: true });
    expect(join({})).toEqual([]);
  });

  it('ends at the limit of the app', () => {
    expect(ops(join({ memberCount: 5, mode: 'subscribed' }, 'bob'))).toEqual(['join']);
    expect(() => join({ memberCount: 5 }, 'bob', 'carl')).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', field: 'maxGroupMembers' }),
    );
  });

  it('makes it large beyond a size, and is told for the last time then', () => {
    expect(ops(join({ memberCount: 3 }, 'bob'))).toEqual(['join', 'entry']);
    expect(ops(join({ memberCount: 3 }, 'bob', 'carl'))).toEqual(['join', 'entry', 'enlarge']);
    for (const mode of ['both', 'subscribed'] as const) {
      expect(ops(join({ memberCount: 3, mode }, 'bob', 'carl'))).toEqual(['join']);
    }
  });
});

describe('leaving', () => {
  it('is told as the last thing that leavers see, except in large groups', () => {
    expect(ops(leaveSteps(facts(), users('bob'), entry))).toEqual(['entry', 'leave']);
    expect(ops(leaveSteps(facts({ mode: 'subscribed' }), users('bob'), entry))).toEqual(['leave']);
    expect(leaveSteps(facts(), [], entry)).toEqual([]);
  });
});
