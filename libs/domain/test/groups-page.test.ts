import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  GROUP_ACTORS,
  GROUP_OPERATIONS,
  judgeGroup,
  type GroupState,
  type GroupVerdict,
} from '../src/index.js';

const page = readFileSync(new URL('../../../docs/groups.md', import.meta.url), 'utf8');

/** The group that the table of the page is about. */
const plain: GroupState = {
  dissolved: false,
  allMuted: false,
  inviteRight: 'everyone',
  visibility: 'private',
  joinMode: 'invitation',
};

const WORDS: Partial<Record<GroupVerdict, string>> = {
  yes: 'yes',
  NOT_A_MEMBER: 'no¹',
  NOT_FOUND: 'no²',
  PERMISSION_DENIED: 'no³',
};

/** Cells of the first table whose head begins with this word. */
function table(head: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} `));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const rows = lines.slice(start, end).map((line) => line.split('|').slice(1, -1));
  return rows
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter(([first]) => !first?.startsWith('-'));
}

it('docs/groups.md has the table of permissions, cell by cell', () => {
  const [head, ...rows] = table('operation');
  const actors = GROUP_ACTORS.map((actor) => (actor === 'none' ? 'stranger' : actor));
  expect(head).toEqual(['operation', ...actors]);
  expect(rows).toEqual(
    GROUP_OPERATIONS.map((operation) => [
      operation,
      ...GROUP_ACTORS.map((actor) => WORDS[judgeGroup(operation, actor, plain)]),
    ]),
  );
});

it('and what it says of groups that are not plain', () => {
  const verdicts = (state: Partial<GroupState>) =>
    GROUP_OPERATIONS.flatMap((operation) =>
      GROUP_ACTORS.flatMap((actor) => {
        const verdict = judgeGroup(operation, actor, { ...plain, ...state });
        return verdict === judgeGroup(operation, actor, plain)
          ? []
          : [`${operation} ${actor} ${verdict}`];
      }),
    );
  expect(verdicts({ allMuted: true })).toEqual(['speak member MUTED']);
  expect(verdicts({ inviteRight: 'admins' })).toEqual(['add-members member PERMISSION_DENIED']);
  for (const joinMode of ['free', 'approval'] as const) {
    expect(verdicts({ joinMode })).toEqual([]);
    expect(verdicts({ joinMode, visibility: 'public' })).toEqual([
      'join left yes',
      'join none yes',
    ]);
  }
  expect(verdicts({ visibility: 'public' })).toEqual([
    'join left PERMISSION_DENIED',
    'join none PERMISSION_DENIED',
  ]);
  const left = GROUP_OPERATIONS.filter(
    (operation) => judgeGroup(operation, 'owner', { ...plain, dissolved: true }) === 'yes',
  );
  expect(left).toEqual(['see', 'take-back']);
});
