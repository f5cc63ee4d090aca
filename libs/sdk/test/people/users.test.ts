import { InviteRule, PresenceRule } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { FoundUser_By, type SelfFeedEvents } from '../../src/index.js';
import { Scene } from '../rig/scene.js';

async function answer<Result>(scene: Scene, call: Promise<Result>): Promise<Result> {
  await scene.settle();
  return call;
}

describe('users', () => {
  it('are got one by one and together, each asked for once', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    expect((await answer(scene, client.users.get('bob')))?.nickname).toBe('Nick bob');
    expect(await answer(scene, client.users.get('nobody'))).toBeUndefined();
    const many = await answer(scene, client.users.getMany(['bob', 'carol', 'nobody']));
    expect([...many.keys()]).toEqual(['bob', 'carol']);
    const asked = scene.server.calls.filter(({ method }) => method === 'GetUsers');
    expect(asked).toHaveLength(3);
  });

  it('are found', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const { users, nextPageToken } = await answer(scene, client.users.search('bob'));
    expect(users).toMatchObject([{ user: { userId: 'bob' }, by: FoundUser_By.ID }]);
    expect(nextPageToken).toBe('');
    expect((await answer(scene, client.users.search('nobody'))).users).toEqual([]);
  });

  it('change their profile once, though the reply is lost; all their devices hear of it', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const phone = await scene.online('alice');
    const heard: SelfFeedEvents['profileChanged'][] = [];
    phone.client.on('profileChanged', (me) => heard.push(me));
    let lost = 0;
    scene.server.fault = (method) =>
      method === 'UpdateMe' && (lost += 1) === 1 ? 'lose-reply' : undefined;
    const change = client.users.updateMe({ nickname: 'Alice', signature: 'over the bridge' });
    await scene.clock.advance(11_000);
    expect((await change).user).toMatchObject({ nickname: 'Alice', signature: 'over the bridge' });
    expect(scene.server.calls.filter(({ method }) => method === 'UpdateMe')).toHaveLength(2);
    expect(heard).toMatchObject([{ user: { nickname: 'Alice' }, handle: '' }]);
    // Nobody has to ask for what was told.
    expect((await answer(scene, phone.client.users.get('alice')))?.nickname).toBe('Alice');
    expect(scene.server.calls.filter(({ method }) => method === 'GetUsers')).toHaveLength(0);
    expect((await answer(scene, client.users.me())).user.nickname).toBe('Alice');
  });

  it('change what others may do, and nothing else', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    await answer(scene, client.users.updateMySettings({ invite: InviteRule.NOBODY }));
    const change = client.users.updateMySettings({ presence: PresenceRule.FRIENDS });
    expect(await answer(scene, change)).toMatchObject({
      invite: InviteRule.NOBODY,
      presence: PresenceRule.FRIENDS,
    });
  });

  it('are told why a change is refused', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const refused = client.users.updateMe({ handle: 'taken' }).catch((error: unknown) => error);
    expect(await answer(scene, refused)).toMatchObject({
      name: 'QueqiaoError',
      code: 'ALREADY_EXISTS',
      effect: 'none',
    });
  });
});
