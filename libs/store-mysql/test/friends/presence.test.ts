import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PRESENCE_MAX_SIGHTS, PRESENCE_MAX_USERS, type Database } from '../../src/index.js';
import { lastSeenSql, SIGHTS_SQL } from '../../src/presence/presence-store.js';
import { addUsers, app, StoreRig, user } from '../rig/store-rig.js';

const rival = parseAppId('rival');
const ids = Array.from({ length: 200 }, (_, n) => user(`u${n}`));
let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  await addUsers(database, ...ids, 'ann', 'bob', 'cat', 'dan');
  await rig.rows(
    'INSERT INTO users (app_id, user_id, created_ms, updated_ms) VALUES ' +
      "('rival', 'ann', 1, 1), ('rival', 'bob', 1, 1)",
  );
  const device = { platform: 'web', brand: '', model: '', osVersion: '', appVersion: '' };
  for (const [userId, deviceId] of [...ids.map((id) => [id, 'd']), ['ann', 'd'], ['ann', 'e']]) {
    const facts = { ...device, deviceId: deviceId as never };
    await database.devices.recordSignIn(app, userId as never, facts, 1);
  }
});
afterAll(() => rig.stop());

const sights = (...pairs: [string, string][]) =>
  pairs.map(([userId, viewerId]) => ({ userId: user(userId), viewerId: user(viewerId) }));

async function set(userId: string, settings: object): Promise<void> {
  const values = [JSON.stringify(settings), app, userId];
  await rig.rows('UPDATE users SET settings = ? WHERE app_id = ? AND user_id = ?', values);
}

async function befriend(userId: string, friendId: string, active: number): Promise<void> {
  await rig.rows(
    'REPLACE INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) ' +
      "VALUES (?, ?, ?, ?, '[]', 1, 1)",
    [app, userId, friendId, active],
  );
}

it('has the facts of each sight in its order, and none of users that do not exist', async () => {
  await set('ann', { presence: 'friends', invite: 'ask' });
  await set('bob', { presence: 'nobody' });
  await set('cat', { invite: 'ask' });
  await befriend('ann', 'bob', 1);
  await befriend('ann', 'cat', 0);
  await befriend('dan', 'ann', 1);
  await rig.rows("INSERT INTO blocks VALUES (?, 'ann', 'cat', 1)", [app]);
  const asked = sights(
    ['cat', 'ann'],
    ['ann', 'cat'],
    ['nobody', 'ann'],
    ['ann', 'bob'],
    ['ann', 'bob'],
    ['ann', 'dan'],
    ['bob', 'ann'],
  );
  const facts = await database.presence.facts(app, asked);
  expect(facts.map((each) => each && [each.userId, each.viewerId])).toEqual(
    asked.map(({ userId, viewerId }) => (userId === 'nobody' ? null : [userId, viewerId])),
  );
  expect(facts.map((each) => each && [each.rule, each.friends, each.blocked])).toEqual([
    ['everyone', false, false],
    // No friend any more, and blocked.
    ['friends', false, true],
    null,
    ['friends', true, false],
    ['friends', true, false],
    // Only on the other side: what counts is the user's own row.
    ['friends', false, false],
    ['nobody', false, false],
  ]);
  expect(await database.presence.facts(app, [])).toEqual([]);
});

it('keeps the apps apart', async () => {
  const facts = await database.presence.facts(rival, sights(['ann', 'bob'], ['ann', 'cat']));
  expect(facts.map((each) => each && [each.rule, each.friends, each.blocked])).toEqual([
    ['everyone', false, false],
    ['everyone', false, false],
  ]);
  expect(await database.presence.lastSeenMs(rival, [user('ann')])).toEqual(new Map());
});

it('knows when the device that was seen last was seen', async () => {
  await rig.rows("UPDATE devices SET last_seen_ms = 7 WHERE user_id = 'ann' AND device_id = 'd'");
  await rig.rows("UPDATE devices SET last_seen_ms = 9 WHERE user_id = 'ann' AND device_id = 'e'");
  const seen = await database.presence.lastSeenMs(app, ['ann', 'bob', 'ann'].map(user));
  expect(seen).toEqual(new Map([['ann', 9]]));
});

it('bounds a read', async () => {
  const many = (count: number) => Array.from({ length: count }, () => user('ann'));
  const pairs = many(PRESENCE_MAX_SIGHTS + 1).map((id) => ({ userId: id, viewerId: id }));
  await expect(database.presence.facts(app, pairs)).rejects.toThrow(RangeError);
  const users = many(PRESENCE_MAX_USERS + 1);
  await expect(database.presence.lastSeenMs(app, users)).rejects.toThrow(RangeError);
});

it('reads by keys only', async () => {
  for (const id of ids) await befriend(id, 'ann', 1);
  await rig.root.query('ANALYZE TABLE users, friends, blocks, devices');
  const pairs = JSON.stringify(ids.slice(0, 100).map((id) => [id, 'ann']));
  const plan = (await rig.rows(`EXPLAIN FORMAT=TRADITIONAL ${SIGHTS_SQL}`, [
    pairs,
    app,
    app,
    app,
  ])) as Record<string, string | null>[];
  const tables = plan.filter(({ table }) => table !== 'k' && !table?.startsWith('<'));
  expect(tables.map(({ table, type, key }) => [table, type, key])).toEqual(
    ['u', 'f', 'b'].map((table) => [table, 'eq_ref', 'PRIMARY']),
  );
  const seen = await rig.rows<Record<string, unknown>>(
    `EXPLAIN FORMAT=TRADITIONAL ${lastSeenSql(100)}`,
    [app, ...ids.slice(0, 100)],
  );
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ table: 'devices', type: 'range', key: 'PRIMARY' });
  expect(seen[0]?.['Extra'] ?? '').not.toMatch(/filesort|temporary/);
  expect(Number(seen[0]?.['rows'])).toBeLessThan(150);
});
