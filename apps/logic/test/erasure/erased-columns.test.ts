import { ERASED_COLUMNS, type Erased } from '@queqiao/store-mysql';
import { eventually, queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsWith, kindsWith } from '../users/stored-words.js';
import { furnish, USER, WORD } from './furnished.js';
import { LateRig } from './late-rig.js';

let late: LateRig;
/** Columns with the id of the user, or the word. */
let before: Record<'id' | 'word', readonly string[]>;
let after: typeof before;

beforeAll(async () => {
  late = await LateRig.start();
  await furnish(late);
  // What is noticed comes by jobs.
  await jobsAreDone();
  before = await found();
  await late.erase(USER);
  await late.untilGone(USER);
  await late.sweep(USER);
  await jobsAreDone();
  after = await found();
});
afterAll(() => late.stop());

async function jobsAreDone(): Promise<void> {
  await eventually('jobs are done', async () => {
    const [row] = await queryRows(
      late.url,
      'SELECT (SELECT COUNT(*) FROM moment_jobs) + (SELECT COUNT(*) FROM dispatch) + (SELECT COUNT(*) FROM event_outbox) AS n',
    );
    return row?.['n'] === 0;
  });
}

async function found(): Promise<typeof before> {
  return { id: await columnsWith(late.url, USER), word: await columnsWith(late.url, WORD) };
}

function erasedOf(column: string): Erased {
  const [table = '', name = ''] = column.split('.');
  const tables: Readonly<Record<string, 'none' | Readonly<Record<string, Erased>>>> =
    ERASED_COLUMNS;
  const columns = tables[table];
  return columns === undefined || columns === 'none' ? 'none' : (columns[name] ?? 'none');
}

function columnsThat(...kinds: readonly Erased[]): string[] {
  return Object.entries(ERASED_COLUMNS).flatMap(([table, columns]) =>
    columns === 'none'
      ? []
      : Object.keys(columns)
          .map((name) => `${table}.${name}`)
          .filter((column) => kinds.includes(erasedOf(column))),
  );
}

/** Of rows that go, and neither an id nor words. */
const NEITHER = [
  'users.settings',
  'devices.platform',
  'requests.request_id',
  'requests.method',
  'friend_requests.direction',
  'friend_requests.state',
  'timeline_refs.post_id',
  'likes.post_id',
  'group_invitations.state',
  'members.hidden_seqs',
  'reactions.emoji',
  // While it is being done.
  'erasures.done_to',
];

describe('what is left of a user who was erased', () => {
  it('was in every column that nothing is left in', () => {
    const had = new Set([...before.id, ...before.word]);
    const missing = columnsThat('goes', 'emptied').filter((column) => !had.has(column));
    expect(missing.sort()).toEqual(NEITHER.sort());
  });

  it('is in no column that it goes from', () => {
    const gone = new Set(columnsThat('goes', 'emptied'));
    expect([...after.id, ...after.word].filter((column) => gone.has(column))).toEqual([]);
  });

  it('has no words of the user but the name of a group, and what calls of others were answered', async () => {
    const left = ['entries.content', 'group_info.name', 'requests.answer'];
    expect([...after.word].sort()).toEqual(left);
    expect(left.map(erasedOf)).toEqual(['others', 'others', 'ages']);
    expect(await kindsWith(late.url, WORD)).toEqual(['groupCreated', 'invitationChanged']);
  });

  it('names the user where it says so', () => {
    expect(after.id.filter((column) => erasedOf(column) === 'none')).toEqual([]);
    const named = columnsThat('id').filter((column) => !after.id.includes(column));
    expect(named).toEqual([]);
  });

  it('is nothing that others said under a post of the user, be it one that the app had removed', async () => {
    const rows = await queryRows(
      late.url,
      "SELECT comment_id FROM comments c JOIN posts p USING (app_id, post_id) WHERE p.author_id = ? AND c.text <> ''",
      [USER],
    );
    expect(rows).toEqual([]);
  });
});
