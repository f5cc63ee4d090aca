import { MEMBER_FLAGS } from '@queqiao/domain';
import { GroupRole, type Entry } from '@queqiao/protocol/client';
import { queryRows, readLogTable } from '@queqiao/testkit';

type Row = Awaited<ReturnType<typeof queryRows>>[number];

/** What the tables of an app say of groups and friends that the logs or each other do not; nothing when all is whole. */
export async function tableTroubles(databaseUrl: string, appId: string): Promise<string[]> {
  const read = (sql: string) => queryRows(databaseUrl, sql, [appId]);
  const logs = await readLogTable(databaseUrl, appId);
  const members = await read('SELECT * FROM members WHERE app_id = ?');
  const groups = await read('SELECT * FROM group_info WHERE app_id = ?');
  const applications = await read(
    "SELECT * FROM group_applications WHERE app_id = ? AND state = 'pending'",
  );
  const friends = await read('SELECT * FROM friends WHERE app_id = ?');
  const requests = await read('SELECT * FROM friend_requests WHERE app_id = ?');
  return [
    ...groups.flatMap((group) => groupTroubles(group, { logs, members, applications })),
    ...friendTroubles({ friends, requests, members }),
  ];
}

/** Members, roles and counts are what the log tells, there is one owner, and who is in waits for nothing. */
function groupTroubles(
  group: Row,
  {
    logs,
    members,
    applications,
  }: { logs: Map<string, Entry[]>; members: Row[]; applications: Row[] },
): string[] {
  const id = String(group['conversation_id']);
  const inGroup = (row: Row) => row['conversation_id'] === id;
  const current = members.filter((row) => inGroup(row) && row['left_seq'] === null);
  const stored = current
    .map((row) => `${row['user_id']} ${row['role']}`)
    .sort()
    .join();
  const roles = [...foldRoles(logs.get(id) ?? [])];
  const told = roles
    .map(([user, role]) => `${user} ${role}`)
    .sort()
    .join();
  const withRole = (role: string) => current.filter((row) => row['role'] === role);
  const owners = withRole('owner').map((row) => String(row['user_id']));
  const said = [group['member_count'], group['admin_count'], group['owner_id']].join();
  const there = [current.length, withRole('admin').length, ...owners].join();
  const waiting = applications.filter(
    (row) => inGroup(row) && current.some((member) => member['user_id'] === row['user_id']),
  );
  return [
    ...(stored === told ? [] : [`${id} has ${stored}, its log tells of ${told}`]),
    ...(said === there
      ? []
      : [`${id} counts members, admins and its owner as ${said}, and has ${there}`]),
    ...waiting.map((row) => `${row['user_id']} is in ${id}, and applies`),
  ];
}

function foldRoles(log: readonly Entry[]): Map<string, string> {
  const roles = new Map<string, string>();
  for (const { content } of log) {
    const body = content?.body;
    if (body?.$case === 'groupCreated') {
      for (const userId of body.value.memberIds) roles.set(userId, 'member');
      roles.set(body.value.creatorId, 'owner');
    }
    if (body?.$case === 'membersJoined') {
      for (const userId of body.value.userIds) roles.set(userId, 'member');
    }
    if (body?.$case === 'membersLeft')
      for (const userId of body.value.userIds) roles.delete(userId);
    if (body?.$case === 'roleChanged') {
      const role = body.value.role === GroupRole.ADMIN ? 'admin' : 'member';
      for (const userId of body.value.userIds) roles.set(userId, role);
    }
    if (body?.$case === 'ownerChanged') {
      roles.set(body.value.previousOwnerId, 'member');
      roles.set(body.value.ownerId, 'owner');
    }
  }
  return roles;
}

/** Both sides are friends or neither is, and may talk accordingly; a request is the same on both, and over between friends. */
function friendTroubles({
  friends,
  requests,
  members,
}: Record<'friends' | 'requests' | 'members', Row[]>): string[] {
  const active = new Set(
    friends
      .filter((row) => row['active'] === 1)
      .map((row) => `${row['user_id']} ${row['friend_id']}`),
  );
  const lonely = [...active].filter((pair) => !active.has(pair.split(' ').reverse().join(' ')));
  const flagged = members
    .filter((row) => (Number(row['flags']) & MEMBER_FLAGS.friends) !== 0)
    .map((row) => `${row['user_id']} ${peerIn(row)}`);
  const sides = new Map<string, string[]>();
  for (const row of requests) {
    const pair = [row['user_id'], row['peer_id']];
    const key = (row['direction'] === 'in' ? pair.reverse() : pair).join(' ');
    sides.set(key, [...(sides.get(key) ?? []), String(row['state'])]);
  }
  const parted = [...sides].filter(([, [one, other, more]]) => one !== other || more !== undefined);
  const late = [...sides].filter(([pair, [state]]) => state === 'pending' && active.has(pair));
  const bonds = [...active].sort().join();
  const rights = flagged.sort().join();
  return [
    ...lonely.map((pair) => `only one side of ${pair} is a friend`),
    ...(bonds === rights ? [] : [`friends are ${bonds}, those who may talk as such ${rights}`]),
    ...parted.map(([pair, states]) => `the request ${pair} is ${states.join(' and ')}`),
    ...late.map(([pair]) => `${pair} are friends, and one asks still`),
  ];
}

function peerIn(member: Row): string {
  const [, a = '', b = ''] = String(member['conversation_id']).split(':');
  return a === member['user_id'] ? b : a;
}
