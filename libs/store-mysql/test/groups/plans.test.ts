import { parseGroupId, type ConversationId, type UserId } from '@queqiao/domain';
import {
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type RawBuilder,
} from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pendingApplications } from '../../src/group/application-rows.js';
import { invitationPage } from '../../src/group/invitation-rows.js';
import { goodLinks, linkByToken } from '../../src/group/link-rows.js';
import {
  applicationsOfGroup,
  applicationsOfUser,
  busiestGroups,
} from '../../src/group/list-applications.js';
import { ownGroups, ownRows } from '../../src/group/list-groups.js';
import {
  fewMembersFound,
  membersById,
  membersByIdPrefix,
  membersByName,
  membersByNickname,
} from '../../src/group/list-members.js';
import {
  unreadApplicationsFor,
  unreadApplicationsTo,
  unreadInvitations,
} from '../../src/group/unread-requests.js';
import type { MemberQuery } from '../../src/index.js';
import { app, makeGroup, StoreRig, user } from '../rig/store-rig.js';

interface PlanRow {
  table: string | null;
  type: string;
  key: string | null;
  Extra: string | null;
}

/** Turns builders into statements without a database. */
const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  },
});

const members = Array.from({ length: 300 }, (_, index) => `u${index}`);
let rig: StoreRig;
let conv: ConversationId;

beforeAll(async () => {
  rig = await StoreRig.start();
  const database = rig.open();
  ({ conv } = (await makeGroup(database, 'big', members)).answer);
  for (let n = 0; n < 20; n += 1) await makeGroup(database, `g${n}`, ['u0', 'u1', 'u2']);
  await rig.users(Object.fromEntries(members.map((id) => [id, `Nick ${id}`])));
  // More than what is asked for, or a walk through everything would be right.
  for (const group of ['big', 'g1', 'g2']) await requests(`g:${group}`);
  await rig.root.query(
    'ANALYZE TABLE conversations, members, group_info, group_applications, group_invitations, join_links, users',
  );
});
afterAll(() => rig.stop());

async function requests(conversationId: string): Promise<void> {
  for (const id of members) {
    const request = [app, conversationId, id];
    await rig.rows(
      `INSERT INTO group_applications (app_id, conversation_id, user_id, state, created_ms, updated_ms)
       VALUES (?, ?, ?, 'pending', 1, 1)`,
      request,
    );
    await rig.rows(
      `INSERT INTO group_invitations (app_id, conversation_id, user_id, inviter_id, state, created_ms, updated_ms, expires_ms)
       VALUES (?, ?, ?, 'u0', 'pending', 1, 1, 1)`,
      request,
    );
    await rig.rows(
      `INSERT INTO join_links (app_id, conversation_id, token, creator_id, created_ms, expires_ms, max_uses)
       VALUES (?, ?, ?, 'u0', 1, 0, 0)`,
      [app, conversationId, `${conversationId.slice(2)}-${id}`],
    );
  }
}

const u0 = user('u0');
const big = parseGroupId('big');
const query: MemberQuery = {
  appId: app,
  groupId: big,
  prefix: 'u1',
  nicknames: true,
  after: null,
  limit: 10,
};
const place = { found: 'name', userId: user('u100'), name: 'u' } as const;
const admins = { ...query, role: 'admin' } as const;
const page = { after: { updatedMs: 5, groupId: big, userId: u0 }, limit: 10 };
const many: UserId[] = members.slice(0, 200).map(user);
const range = ['range', 'ref', 'ref_or_null'];
/** Table (by alias), index, and how it may be read. */
type Expected = Record<string, [key: string, types: string[]]>;

it.each<[string, () => RawBuilder<unknown>, Expected]>([
  [
    'own groups',
    () => ownGroups({ appId: app, userId: u0, afterGroupId: '', limit: 10 }),
    {
      m: ['PRIMARY', ['range', 'ref']],
      c: ['PRIMARY', ['eq_ref']],
      g: ['PRIMARY', ['eq_ref']],
    },
  ],
  ['own rows', () => ownRows(app, u0, [conv, 'g:g1']), { members: ['PRIMARY', ['range']] }],
  ['members', () => membersById(query, place, 10), { m: ['members_by_conversation', range] }],
  ['admins', () => membersById(admins, place, 10), { m: ['members_by_role', range] }],
  [
    'admins found',
    () => fewMembersFound(admins, place, 10),
    { m: ['members_by_role', range], u: ['PRIMARY', ['eq_ref']] },
  ],
  ['members by name', () => membersByName(query, place, 10), { m: ['members_by_name', range] }],
  [
    'members by id',
    () => membersByIdPrefix(query, place, 10),
    { m: ['members_by_conversation', range] },
  ],
  [
    'members by nickname',
    () => membersByNickname(query, place, 10),
    { m: ['members_by_conversation', range], u: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'applications to a group',
    () => applicationsOfGroup(app, conv, { updatedMs: 5, userId: 'u5' }, 10),
    { a: ['group_applications_by_update', range] },
  ],
  [
    'own applications',
    () => applicationsOfUser(app, u0, page),
    { a: ['group_applications_by_user', range], c: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'unread applications to a group',
    () => unreadApplicationsTo(app, conv, 0),
    { a: ['group_applications_by_state', range] },
  ],
  [
    'unread applications to all',
    () => unreadApplicationsFor(app, u0, 0),
    {
      m: ['PRIMARY', ['range', 'ref']],
      c: ['PRIMARY', ['eq_ref']],
      a: ['group_applications_by_state', ['ref']],
    },
  ],
  [
    'invitations',
    () => invitationPage(app, u0, page),
    {
      i: ['group_invitations_by_update', range],
      g: ['PRIMARY', ['eq_ref']],
      c: ['PRIMARY', ['eq_ref']],
    },
  ],
  [
    'unread invitations',
    () => unreadInvitations(app, many, 0),
    { i: ['group_invitations_by_state', range], c: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'pending applications',
    () => pendingApplications(app, conv),
    { a: ['group_applications_by_state', range] },
  ],
  ['links', () => goodLinks(app, conv), { join_links: ['join_links_by_group', range] }],
  ['a link', () => linkByToken(app, 'big-u5'), { join_links: ['PRIMARY', ['const']] }],
])('%s are read in the order of an index', async (_name, build, expected) => {
  expect(await planOf(build())).toEqual(
    Object.fromEntries(
      Object.entries(expected).map(([table, [key, types]]) => [
        table,
        { key, type: expect.toBeOneOf(types), Extra: expect.not.stringMatching(SORTED) },
      ]),
    ),
  );
});

it('of the groups that a user governs one end of a range each is read', async () => {
  const plan = await planOf(busiestGroups(app, u0, page));
  expect(plan).toMatchObject({
    m: { key: 'PRIMARY', type: expect.toBeOneOf(['range', 'ref']) },
    c: { key: 'PRIMARY', type: 'eq_ref' },
    a: { key: 'group_applications_by_update', type: 'ref' },
  });
  expect(plan['a']?.Extra).not.toMatch(SORTED);
});

it('a search touches what it shows, however many others there are', async () => {
  await rig.rows(
    "UPDATE members SET name = CONCAT('Name ', user_id) WHERE conversation_id = 'g:big'",
  );
  const found = { ...query, nicknames: false, limit: 5 };
  for (const build of [membersByName, membersByIdPrefix]) {
    const prefix = build === membersByName ? 'name u29' : 'u29';
    const { sql, parameters } = build({ ...found, prefix }, null, 5).compile(compiler);
    await rig.root.query('FLUSH STATUS');
    const rows = await rig.rows(sql, [...(parameters as string[])]);
    expect(rows).toHaveLength(5);
    const touched = await rig.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    const sum = touched.reduce((total, { Value }) => total + Number(Value), 0);
    expect(sum).toBeLessThan(12);
  }
});

const SORTED = /filesort|temporary|join buffer/;

async function planOf(
  statement: RawBuilder<unknown>,
): Promise<Record<string, Omit<PlanRow, 'table'>>> {
  const { sql, parameters } = statement.compile(compiler);
  const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, [
    ...(parameters as (string | number)[]),
  ]);
  return Object.fromEntries(
    rows
      .filter(({ table }) => table !== null && !table.startsWith('<'))
      .map(({ table, key, type, Extra }) => [table, { key, type, Extra: Extra ?? '' }]),
  );
}
