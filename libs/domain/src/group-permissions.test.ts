import { describe, expect, it } from 'vitest';
import {
  GROUP_ACTORS,
  GROUP_OPERATIONS,
  judgeGroup,
  mayActOn,
  type GroupOperation,
  type GroupState,
} from './group-permissions.js';
import { GROUP_ROLES } from './group.js';

const open: GroupState = {
  dissolved: false,
  allMuted: false,
  inviteRight: 'everyone',
  visibility: 'private',
  joinMode: 'invitation',
};
const STATES = {
  open,
  'all muted': { ...open, allMuted: true },
  'admins invite': { ...open, inviteRight: 'admins' },
  dissolved: { ...open, dissolved: true },
} as const satisfies Record<string, GroupState>;

/** Every cell, written out: owner, admin, member, left, none, app; y yes, - denied, n not a member, 0 not found, m muted, x ended. */
const EXPECTED: Record<keyof typeof STATES, Record<GroupOperation, string>> = {
  open: {
    see: 'yyyn0y',
    join: 'yyyn0-',
    enter: 'yyyyy-',
    speak: 'yyyn0y',
    'take-back': 'yyyn0y',
    leave: '-yyn0-',
    'add-members': 'yyyn0y',
    'rename-self': 'yyyn0-',
    'rename-member': 'yy-n0y',
    'remove-member': 'yy-n0y',
    'mute-member': 'yy-n0y',
    'update-profile': 'yy-n0y',
    'update-rules': 'yy-n0y',
    'mute-all': 'yy-n0y',
    'handle-application': 'yy-n0y',
    'manage-links': 'yy-n0y',
    'set-role': 'y--n0y',
    transfer: 'y--n0y',
    dissolve: 'y--n0y',
  },
  'all muted': {
    see: 'yyyn0y',
    join: 'yyyn0-',
    enter: 'yyyyy-',
    speak: 'yymn0y',
    'take-back': 'yyyn0y',
    leave: '-yyn0-',
    'add-members': 'yyyn0y',
    'rename-self': 'yyyn0-',
    'rename-member': 'yy-n0y',
    'remove-member': 'yy-n0y',
    'mute-member': 'yy-n0y',
    'update-profile': 'yy-n0y',
    'update-rules': 'yy-n0y',
    'mute-all': 'yy-n0y',
    'handle-application': 'yy-n0y',
    'manage-links': 'yy-n0y',
    'set-role': 'y--n0y',
    transfer: 'y--n0y',
    dissolve: 'y--n0y',
  },
  'admins invite': {
    see: 'yyyn0y',
    join: 'yyyn0-',
    enter: 'yyyyy-',
    speak: 'yyyn0y',
    'take-back': 'yyyn0y',
    leave: '-yyn0-',
    'add-members': 'yy-n0y',
    'rename-self': 'yyyn0-',
    'rename-member': 'yy-n0y',
    'remove-member': 'yy-n0y',
    'mute-member': 'yy-n0y',
    'update-profile': 'yy-n0y',
    'update-rules': 'yy-n0y',
    'mute-all': 'yy-n0y',
    'handle-application': 'yy-n0y',
    'manage-links': 'yy-n0y',
    'set-role': 'y--n0y',
    transfer: 'y--n0y',
    dissolve: 'y--n0y',
  },
  dissolved: {
    see: 'yyyn0y',
    join: 'xxxn0x',
    enter: 'xxxxxx',
    speak: 'xxxn0x',
    'take-back': 'yyyn0y',
    leave: 'xxxn0x',
    'add-members': 'xxxn0x',
    'rename-self': 'xxxn0x',
    'rename-member': 'xxxn0x',
    'remove-member': 'xxxn0x',
    'mute-member': 'xxxn0x',
    'update-profile': 'xxxn0x',
    'update-rules': 'xxxn0x',
    'mute-all': 'xxxn0x',
    'handle-application': 'xxxn0x',
    'manage-links': 'xxxn0x',
    'set-role': 'xxxn0x',
    transfer: 'xxxn0x',
    dissolve: 'xxxn0x',
  },
};

const SIGNS: Record<string, string> = {
  yes: 'y',
  PERMISSION_DENIED: '-',
  NOT_A_MEMBER: 'n',
  NOT_FOUND: '0',
  MUTED: 'm',
  DISSOLVED: 'x',
};

describe('who may do what in a group', () => {
  for (const [name, state] of Object.entries(STATES)) {
    it.each(GROUP_OPERATIONS)(`that is ${name}: %s`, (operation) => {
      const cells = GROUP_ACTORS.map((actor) => SIGNS[judgeGroup(operation, actor, state)] ?? '?');
      expect(cells.join('')).toBe(EXPECTED[name as keyof typeof STATES][operation]);
    });
  }

  // Of public groups and of those with another join mode nothing else differs.
  it.each([
    ['private', 'free', false, 'yyyn0-'],
    ['private', 'approval', false, 'yyyn0-'],
    ['private', 'invitation', false, 'yyyn0-'],
    ['public', 'free', false, 'yyyyy-'],
    ['public', 'approval', false, 'yyyyy-'],
    ['public', 'invitation', false, 'yyy---'],
    ['public', 'free', true, 'xxxxxx'],
    ['public', 'approval', true, 'xxxxxx'],
    ['public', 'invitation', true, 'xxxxxx'],
  ] as const)('lets into a %s group with join mode %s (dissolved: %s)', (...cells) => {
    const [visibility, joinMode, dissolved, expected] = cells;
    const state: GroupState = { ...open, visibility, joinMode, dissolved };
    for (const operation of GROUP_OPERATIONS) {
      const signs = GROUP_ACTORS.map((actor) => SIGNS[judgeGroup(operation, actor, state)] ?? '?');
      const others = EXPECTED[dissolved ? 'dissolved' : 'open'][operation];
      expect(signs.join(''), operation).toBe(operation === 'join' ? expected : others);
    }
  });

  it('is about those below oneself', () => {
    const pairs = GROUP_ACTORS.flatMap((actor) =>
      GROUP_ROLES.filter((target) => mayActOn(actor, target)).map((target) => `${actor} ${target}`),
    );
    expect(pairs).toEqual([
      'owner admin',
      'owner member',
      'admin member',
      'app admin',
      'app member',
    ]);
  });
});
