import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import { BUCKET_COUNT } from '@queqiao/directory';
import {
  decodeFrame,
  GroupServiceDefinition as Groups,
  type FaceRoomEvent,
} from '@queqiao/protocol/client';
import { silentLogger } from '@queqiao/runtime/testing';
import { flushRedis } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LinkCaller } from '../rig/api-link-caller.js';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

const node = { nodeId: 'connect-1', bootId: 'boot-1' };
const sessions: Record<string, number> = { ann: 1, bob: 2, carl: 3 };
const crowd = Array.from({ length: 8 }, (_, index) => `w${index}`);
let rig: GroupRig;
let link: LinkCaller;
let redis: RedisServer;
let codes = 1_000;

beforeAll(async () => {
  redis = await startRedis();
  const api = await ApiRig.start(2, silentLogger(), redis.url);
  rig = await GroupRig.on(api, {}, 'ann', 'bob', 'carl', 'dora', ...crowd);
  await rig.api
    .backEnd(`Bearer ${rig.app.credential}`)
    .upsertUsers([{ userId: 'ann', nickname: 'Ann' }]);
  const [logic] = rig.api.nodes;
  if (!logic) throw new Error('no node');
  const connect = { kind: 'connect', ...node } as const;
  await logic.directory.acquireLease(connect, '', 600_000);
  const buckets = Array.from({ length: BUCKET_COUNT }, (_, bucket) => bucket);
  await logic.directory.plantCanaries(connect, buckets, 600_000);
  for (const [user, session] of Object.entries(sessions)) {
    const more = {
      deviceId: 'd',
      generation: 1,
      platform: 'web',
      session,
      codec: 'proto',
    } as const;
    await logic.directory.register('demo', user, { ...node, ...more }, { mode: 'unlimited' });
  }
  link = new LinkCaller(`127.0.0.1:${logic.logic.ports.link}`, node);
  // A call that was answered: the link stands.
  await link.call({ method: 'queqiao.link.v1.SessionService/Nothing' });
});
afterAll(async () => {
  link.close();
  await rig.stop();
  await redis.stop();
});

const HERE = { latitude: 30.25, longitude: 120.16 };
const newCode = () => String((codes += 1));
const enter = (who: string, code: string, place = HERE, at = 0) =>
  rig.call(who, 'enterFaceRoom', { code, ...place }, at);
const come = (who: string, roomId: string, more: object = {}, at = 0) =>
  rig.call(who, 'joinFaceRoom', { clientRequestId: newId(), roomId, ...more }, at);

/** What sessions were told of a room, in order. */
function told(roomId: string): { session: number; feed: string; event: FaceRoomEvent }[] {
  return link.down.flatMap(({ item }) => {
    if (item?.$case !== 'deliver') return [];
    return decodeFrame(item.value.protoFrame).flatMap(({ item: inner }) => {
      const event = inner?.$case === 'push' ? inner.value.event : undefined;
      if (event?.$case !== 'transient' || event.value.event?.$case !== 'faceRoom') return [];
      const room = event.value.event.value;
      if (room.roomId !== roomId) return [];
      const feed = event.value.conversationId;
      return item.value.sessions.map((session) => ({ session, feed, event: room }));
    });
  });
}

describe('people who type the same digits near each other', () => {
  it('see each other arrive, on their devices, each in the own feed', async () => {
    const code = newCode();
    const first = await enter('ann', code);
    expect(first).toMatchObject({ users: [{ userId: 'ann', nickname: 'Ann' }], groupId: '' });
    expect(first.expiresMs).toBeGreaterThan(Date.now());
    const second = await enter('bob', code, { ...HERE, latitude: HERE.latitude + 0.0005 });
    expect(second.roomId).toBe(first.roomId);
    expect(second.users.map(({ userId }) => userId)).toEqual(['ann', 'bob']);
    await link.until(() => told(first.roomId).length >= 3);
    expect(
      told(first.roomId).map(
        ({ session, feed, event }) => `${session} ${feed} ${event.userIds.join(',')}`,
      ),
    ).toEqual(expect.arrayContaining(['1 s:ann ann', '1 s:ann ann,bob', '2 s:bob ann,bob']));
  });

  it('land in one group, owned by who was there first', async () => {
    const code = newCode();
    const { roomId } = await enter('ann', code);
    await enter('bob', code);
    await enter('carl', code);
    const { groupId, conversationId } = await come('bob', roomId);
    expect(conversationId).toBe(`g:${groupId}`);
    expect(await rig.see(groupId, 'bob')).toMatchObject({
      name: 'Ann, bob, carl',
      ownerId: 'ann',
      memberCount: 2,
    });
    await link.until(() => told(roomId).some(({ event }) => event.groupId !== ''));
    expect(told(roomId).at(-1)?.event).toEqual({
      roomId,
      userIds: ['ann', 'bob', 'carl'],
      groupId,
    });
    expect((await enter('dora', code)).groupId).toBe(groupId);
    for (const who of ['ann', 'carl', 'dora']) {
      expect(await come(who, roomId, { name: 'Late' })).toMatchObject({ groupId });
    }
    expect(rig.kinds(await rig.entries(conversationId, 'ann'))).toEqual([
      'groupCreated',
      ...Array<string>(3).fill('membersJoined'),
    ]);
    const joined = await rig.said(conversationId, 'ann', 'membersJoined');
    expect(joined).toEqual(
      ['bob', 'carl', 'dora'].map((who) => ({ userIds: [who], way: 5, inviterId: '' })),
    );
    await rig.mustBeSound(groupId);
  });

  it('make one group, however many press at once, through two nodes', async () => {
    const code = newCode();
    const rooms = [];
    for (const who of crowd) rooms.push((await enter(who, code)).roomId);
    const [roomId = ''] = rooms;
    const came = await Promise.all(
      crowd.map((who, n) => come(who, roomId, { name: `By ${who}` }, n % 2)),
    );
    expect(new Set(came.map(({ groupId }) => groupId)).size).toBe(1);
    const groupId = came[0]?.groupId ?? '';
    expect(await rig.see(groupId, 'w0')).toMatchObject({ ownerId: 'w0', memberCount: 8 });
    expect((await rig.see(groupId, 'w0'))?.name).toMatch(/^By w\d$/);
    await rig.mustBeSound(groupId);
  });

  it('may have left again, and come back', async () => {
    const code = newCode();
    const { roomId } = await enter('ann', code);
    await enter('bob', code);
    const { groupId } = await come('bob', roomId);
    await rig.call('bob', 'leaveGroup', ids(groupId));
    expect((await come('bob', roomId)).groupId).toBe(groupId);
    await rig.call('ann', 'dissolveGroup', ids(groupId));
    expect((await failureOf(come('carl', roomId))).code).toBe('NOT_FOUND');
    await enter('carl', code);
    expect((await failureOf(come('carl', roomId))).code).toBe('DISSOLVED');
  });

  it('are refused what cannot be right', async () => {
    for (const [more, field] of [
      [{ code: '123' }, 'code'],
      [{ code: '12a4' }, 'code'],
      [{ latitude: 85.1 }, 'latitude'],
      [{ latitude: Number.NaN }, 'latitude'],
      [{ longitude: -180.5 }, 'longitude'],
    ] as const) {
      const request = { code: '1234', ...HERE, ...more };
      const failure = await failureOf(rig.call('ann', 'enterFaceRoom', request));
      expect(failure).toEqual({ code: 'INVALID_ARGUMENT', field });
    }
    const { roomId } = await enter('ann', newCode());
    const outside = { code: 'NOT_FOUND', field: 'room_id' };
    expect(await failureOf(come('bob', roomId))).toEqual(outside);
    expect(await failureOf(come('ann', `${roomId}0`))).toEqual(outside);
    const malformed = await failureOf(come('ann', 'nonsense'));
    expect(malformed).toEqual({ code: 'INVALID_ARGUMENT', field: 'room_id' });
    const long = await failureOf(come('ann', roomId, { name: 'x'.repeat(101) }));
    expect(long).toEqual({ code: 'INVALID_ARGUMENT', field: 'name' });
  });

  it('are of one app', async () => {
    const code = newCode();
    const { roomId } = await enter('ann', code);
    const rival = await rig.api.createApp('rival');
    const namesake = await rig.api.calls(rival, 'ann');
    const there = await namesake(Groups, 'enterFaceRoom', { code, ...HERE });
    expect(there.roomId).not.toBe(roomId);
    const joining = namesake(Groups, 'joinFaceRoom', { clientRequestId: newId(), roomId });
    expect(await failureOf(joining)).toEqual({ code: 'NOT_FOUND', field: 'room_id' });
  });

  it('enter again when the room is lost, and who was answered is answered the same', async () => {
    const code = newCode();
    const { roomId } = await enter('ann', code);
    await enter('bob', code);
    const request = { clientRequestId: newId(), roomId };
    const came = await rig.call('bob', 'joinFaceRoom', request);
    await flushRedis(redis.url);
    expect(await rig.call('bob', 'joinFaceRoom', request, 1)).toEqual(came);
    const lost = await failureOf(come('ann', roomId));
    expect(lost).toEqual({ code: 'NOT_FOUND', field: 'room_id' });
    const again = await enter('carl', code);
    expect(again.roomId).not.toBe(roomId);
    expect(again.users.map(({ userId }) => userId)).toEqual(['carl']);
    expect((await come('carl', again.roomId)).groupId).not.toBe(came.groupId);
  });

  it('are told to come back later while there is no Redis', async () => {
    const { roomId } = await enter('ann', newCode());
    await redis.stop();
    expect((await failureOf(enter('ann', newCode()))).code).toBe('UNAVAILABLE');
    expect((await failureOf(come('ann', roomId))).code).toBe('UNAVAILABLE');
  });
});
