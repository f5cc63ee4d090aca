import { groupConversationId, isId, type GroupRole } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type {
  GroupMemberRecord,
  MemberPage,
  MemberPlace,
  MemberQuery,
} from '../group-read-types.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { toGroupMember, type MemberRow } from './group-rows.js';

/** Members of one page. */
export const GROUP_MEMBERS_MAX_PAGE = 200;

const COLUMNS = sql.raw(
  'm.user_id, m.role, m.name, m.muted_until_ms, m.joined_ms, m.inviter_id, m.left_seq',
);

/** Owner and admins are few: their range is read whole, whatever else is asked for. Ordinary members are nearly all. */
const FEW: readonly (GroupRole | undefined)[] = ['owner', 'admin'];

/** One way of finding members: a range of an index in its own order, so that a page costs what it shows. */
export type MemberBranch = (
  query: MemberQuery,
  after: MemberPlace | null,
  limit: number,
) => RawBuilder<MemberRow>;

/** Everybody, or one role, by id. */
export const membersById: MemberBranch = ({ appId, groupId, role }, after, limit) => {
  const index = sql.raw(role === undefined ? 'members_by_conversation' : 'members_by_role');
  const ofRole = role === undefined ? sql`` : sql`AND m.role = ${role}`;
  return sql<MemberRow>`SELECT ${COLUMNS} FROM members m FORCE INDEX (${index})
    WHERE m.app_id = ${appId} AND m.conversation_id = ${groupConversationId(groupId)} AND m.left_seq IS NULL
    ${ofRole} AND m.user_id > ${after?.userId ?? ''} ORDER BY m.user_id LIMIT ${limit}`;
};

/** Of few members those found in any way, by id. */
export const fewMembersFound: MemberBranch = (query, after, limit) => {
  const { appId, groupId, role, prefix, nicknames } = query;
  const like = likePrefix(prefix);
  const named = nicknames ? sql`OR u.nickname LIKE ${like}` : sql``;
  return sql<MemberRow>`SELECT STRAIGHT_JOIN ${COLUMNS} FROM members m FORCE INDEX (members_by_role)
    LEFT JOIN users u FORCE INDEX (PRIMARY) ON u.app_id = m.app_id AND u.user_id = m.user_id
    WHERE m.app_id = ${appId} AND m.conversation_id = ${groupConversationId(groupId)} AND m.left_seq IS NULL
    AND m.role = ${role} AND m.user_id > ${after?.userId ?? ''}
    AND (m.name LIKE ${like} OR ${idBegins(prefix)} ${named}) ORDER BY m.user_id LIMIT ${limit}`;
};

/** Those whose name in the group begins with the prefix, in the order of names. */
export const membersByName: MemberBranch = ({ appId, groupId, role, prefix }, after, limit) => {
  const from =
    after === null
      ? sql``
      : sql`AND (m.name > ${after.name} OR (m.name = ${after.name} AND m.user_id > ${after.userId}))`;
  return sql<MemberRow>`SELECT ${COLUMNS} FROM members m FORCE INDEX (members_by_name)
    WHERE m.app_id = ${appId} AND m.conversation_id = ${groupConversationId(groupId)} AND m.left_seq IS NULL
    AND m.name LIKE ${likePrefix(prefix)} ${from} ${filtered(role)} ORDER BY m.name, m.user_id LIMIT ${limit}`;
};

/** Those whose id begins with it and whose name does not. */
export const membersByIdPrefix: MemberBranch = ({ appId, groupId, role, prefix }, after, limit) => {
  const like = likePrefix(prefix);
  return sql<MemberRow>`SELECT ${COLUMNS} FROM members m FORCE INDEX (members_by_conversation)
    WHERE m.app_id = ${appId} AND m.conversation_id = ${groupConversationId(groupId)} AND m.left_seq IS NULL
    AND ${idBegins(prefix)} AND m.user_id > ${after?.userId ?? ''} AND m.name NOT LIKE ${like} ${filtered(role)}
    ORDER BY m.user_id LIMIT ${limit}`;
};

/** Those whose nickname begins with it and neither name nor id does. Looks at every member. */
export const membersByNickname: MemberBranch = ({ appId, groupId, role, prefix }, after, limit) => {
  const like = likePrefix(prefix);
  return sql<MemberRow>`SELECT STRAIGHT_JOIN ${COLUMNS} FROM members m FORCE INDEX (members_by_conversation)
    JOIN users u FORCE INDEX (PRIMARY) ON u.app_id = m.app_id AND u.user_id = m.user_id
    WHERE m.app_id = ${appId} AND m.conversation_id = ${groupConversationId(groupId)} AND m.left_seq IS NULL
    AND m.user_id > ${after?.userId ?? ''} AND u.nickname LIKE ${like} AND m.name NOT LIKE ${like}
    AND NOT ${idBegins(prefix)} ${filtered(role)} ORDER BY m.user_id LIMIT ${limit}`;
};

interface Way {
  readonly found: MemberPlace['found'];
  readonly branch: MemberBranch;
}

function waysOf({ role, prefix, nicknames }: MemberQuery): Way[] {
  if (prefix === '') return [{ found: 'id', branch: membersById }];
  if (FEW.includes(role)) return [{ found: 'id', branch: fewMembersFound }];
  return [
    { found: 'name', branch: membersByName },
    ...(isId(prefix) ? [{ found: 'id', branch: membersByIdPrefix } as const] : []),
    ...(nicknames ? [{ found: 'nickname', branch: membersByNickname } as const] : []),
  ];
}

/** Goes from one way of finding to the next until the page is full: at most three statements. */
export async function listMembers(
  { kysely }: StoreContext,
  query: MemberQuery,
): Promise<MemberPage> {
  if (query.limit > GROUP_MEMBERS_MAX_PAGE) {
    throw new RangeError(`at most GROUP_MEMBERS_MAX_PAGE (${GROUP_MEMBERS_MAX_PAGE}) members`);
  }
  const ways = waysOf(query);
  const first =
    query.after === null ? 0 : ways.findIndex(({ found }) => found === query.after?.found);
  // The last page was found in a way that is none any more: the group has become a large one.
  if (first < 0) return { members: [], next: null };
  const members: Found[] = [];
  for (const [index, { found, branch }] of ways.slice(first).entries()) {
    const after = index === 0 ? query.after : null;
    // One more than is shown tells whether there is a next page.
    const wanted = query.limit + 1 - members.length;
    if (wanted === 0) break;
    members.push(...(await read(kysely, branch(query, after, wanted), found)));
  }
  const shown = members.slice(0, query.limit);
  const last = shown.at(-1);
  const next = members.length > query.limit && last ? placeOf(last) : null;
  return { members: shown.map(({ member }) => member), next };
}

interface Found {
  readonly found: MemberPlace['found'];
  readonly member: GroupMemberRecord;
}

async function read(
  db: Kysely<Schema>,
  statement: RawBuilder<MemberRow>,
  found: MemberPlace['found'],
): Promise<Found[]> {
  const { rows } = await statement.execute(db);
  return rows.map((row) => ({ found, member: toGroupMember(row) }));
}

function placeOf({ found, member: { userId, name } }: Found): MemberPlace {
  return { found, userId, name };
}

function filtered(role: GroupRole | undefined): RawBuilder<unknown> {
  return role === undefined ? sql`` : sql`AND m.role = ${role}`;
}

/**
 * A range, because a pattern is none for a column of ASCII. No id has a character above the tilde, and none is compared with
 * text that is not ASCII, which the database refuses.
 */
function idBegins(prefix: string): RawBuilder<boolean> {
  if (!isId(prefix)) return sql`(1 = 0)`;
  return sql`(m.user_id >= ${prefix} AND m.user_id < ${`${prefix}~`})`;
}

/** A pattern for what begins with the text, which means nothing but itself. */
function likePrefix(text: string): string {
  return `${text.replace(/[\\%_]/g, '\\$&')}%`;
}
