import { CLOSE_CODES } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import type { QueqiaoClient } from '../../src/index.js';
import { Scene, upTo } from '../rig/scene.js';

const HALF_MS = 150_000;

async function answer<Result>(scene: Scene, call: Promise<Result>): Promise<Result> {
  await scene.settle();
  return call;
}

function subscribes(scene: Scene): number {
  return scene.server.calls.filter(({ method }) => method === 'SubscribePresence').length;
}

function listen(client: QueqiaoClient): string[] {
  const heard: string[] = [];
  client.on('presence', ({ userId, online }) => heard.push(`${userId} ${online ? 'on' : 'off'}`));
  return heard;
}

async function watching(...userIds: string[]) {
  const scene = new Scene();
  const { client } = await scene.online('alice');
  await answer(scene, client.presence.subscribe(userIds));
  return { scene, client, heard: listen(client) };
}

describe('presence', () => {
  it('is asked for, in the order of the ids and beyond the bound of one call', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.presence.set('u150', true);
    const wanted = upTo(150).map((n) => `u${n}`);
    const presences = await answer(scene, client.presence.get(wanted));
    expect(presences.map(({ userId }) => userId)).toEqual(wanted);
    expect(presences.filter(({ online }) => online)).toMatchObject([{ userId: 'u150' }]);
    expect(scene.server.calls.filter(({ method }) => method === 'GetPresence')).toHaveLength(2);
  });

  it('is told when it changes, once it was subscribed to', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const heard = listen(client);
    scene.server.presence.set('bob', true);
    const [bob, carol] = await answer(scene, client.presence.subscribe(['bob', 'carol']));
    expect([bob?.online, carol?.online]).toEqual([true, false]);
    expect(client.presence.of('bob')).toEqual(bob);
    scene.server.presence.set('bob', false);
    scene.server.presence.set('carol', true);
    await scene.settle();
    expect(heard).toEqual(['bob off', 'carol on']);
    expect(client.presence.of('bob')).toMatchObject({ online: false, lastSeenMs: 7 });
    expect(client.stats().watchedUsers).toBe(2);
  });

  it('is subscribed to again when half of the time is over, and tells what was lost', async () => {
    const { scene, heard } = await watching('bob');
    scene.server.presence.set('bob', true, false);
    await scene.clock.advance(HALF_MS - 1_000);
    expect([subscribes(scene), heard]).toEqual([1, []]);
    await scene.clock.advance(1_000);
    expect([subscribes(scene), heard]).toEqual([2, ['bob on']]);
    await scene.clock.advance(HALF_MS);
    expect([subscribes(scene), heard]).toEqual([3, ['bob on']]);
  });

  it('is renewed in time for the first, though others were subscribed to later', async () => {
    const { scene, client } = await watching('bob');
    await scene.clock.advance(HALF_MS - 1_000);
    await answer(scene, client.presence.subscribe(['carol']));
    scene.server.presence.forget();
    await scene.clock.advance(1_000);
    expect(scene.server.presence.watchedBy('alice')).toEqual(['bob', 'carol']);
  });

  it('is subscribed to again after a reconnect, and when the server has forgotten', async () => {
    const { scene, heard } = await watching('bob');
    scene.server.drop('alice');
    scene.server.presence.forget();
    scene.server.presence.set('bob', true, false);
    await scene.clock.advance(1_000);
    expect([scene.server.presence.watchedBy('alice'), heard]).toEqual([['bob'], ['bob on']]);
    scene.server.presence.forget();
    scene.server.resync('alice', 'd:alice:bob');
    await scene.settle();
    expect(scene.server.presence.watchedBy('alice')).toEqual([]);
    scene.server.resync('alice');
    await scene.settle();
    expect(scene.server.presence.watchedBy('alice')).toEqual(['bob']);
  });

  it('costs nothing without a connection', async () => {
    const { scene, client } = await watching('bob');
    client.stop();
    expect([subscribes(scene), scene.clock.pending]).toEqual([1, 0]);
  });

  it('is what was told while an older answer was on its way', async () => {
    const { scene, client, heard } = await watching('bob');
    scene.server.beforeReply = () => scene.server.presence.set('bob', true);
    await scene.clock.advance(HALF_MS);
    expect([heard, client.presence.of('bob')?.online]).toEqual([['bob on'], true]);
    scene.server.beforeReply = () => undefined;
    scene.server.presence.set('bob', false, false);
    await scene.clock.advance(HALF_MS);
    expect(heard).toEqual(['bob on', 'bob off']);
  });

  it('is told no longer once it is unsubscribed from', async () => {
    const { scene, client, heard } = await watching('bob', 'carol');
    await answer(scene, client.presence.unsubscribe(['bob']));
    scene.server.presence.set('bob', true);
    await scene.clock.advance(HALF_MS);
    expect([scene.server.presence.watchedBy('alice'), heard]).toEqual([['carol'], []]);
    expect(client.presence.of('bob')).toBeUndefined();
    await answer(scene, client.presence.unsubscribe());
    await scene.clock.advance(HALF_MS * 2);
    expect([scene.server.presence.watchedBy('alice'), subscribes(scene)]).toEqual([[], 2]);
  });

  it('of too many is refused, by this side and by the server', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice', { limits: { maxWatchedUsers: 3 } });
    await answer(scene, client.presence.subscribe(['a', 'b']));
    const refused = (ids: string[]): Promise<unknown> =>
      client.presence.subscribe(ids).catch((error: unknown) => error);
    expect(await refused(['b', 'c', 'd'])).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'maxWatchedUsers',
    });
    scene.server.presence.maxWatched = 2;
    expect(await answer(scene, refused(['c']))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(client.stats().watchedUsers).toBe(2);
    await scene.clock.advance(HALF_MS);
    expect(scene.server.presence.watchedBy('alice')).toEqual(['a', 'b']);
  });

  it('is renewed later when the server refuses: other devices watch too many for a while', async () => {
    const { scene } = await watching('bob');
    scene.server.presence.forget();
    scene.server.presence.maxWatched = 0;
    await scene.clock.advance(HALF_MS);
    scene.server.presence.maxWatched = 200;
    await scene.clock.advance(HALF_MS);
    expect(scene.server.presence.watchedBy('alice')).toEqual(['bob']);
  });

  it('is subscribed to as soon as the server can be asked', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const heard = listen(client);
    scene.server.presence.set('bob', true);
    scene.server.fault = () => ({ error: 'RATE_LIMITED', retryAfterMs: 5_000 });
    const first = client.presence.subscribe(['bob']).catch((error: unknown) => error);
    expect(await answer(scene, first)).toMatchObject({ code: 'RATE_LIMITED' });
    scene.server.fault = () => undefined;
    await scene.clock.advance(6_000);
    expect([scene.server.presence.watchedBy('alice'), heard]).toEqual([['bob'], ['bob on']]);
  });

  it('that one user watched is not watched by the next', async () => {
    const scene = new Scene();
    let user = 'alice';
    const { client } = await scene.online('alice', { token: () => Promise.resolve(user) });
    await answer(scene, client.presence.subscribe(['bob']));
    user = 'carol';
    scene.server.disconnect('alice', CLOSE_CODES.TOKEN_EXPIRED);
    await scene.clock.advance(1_000);
    expect(client.userId).toBe('carol');
    expect(scene.server.presence.watchedBy('carol')).toEqual([]);
  });
});
