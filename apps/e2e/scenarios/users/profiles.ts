import {
  FriendServiceDefinition as Friends,
  Gender,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';

export function profiles(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'profiles');

  it('are read one or many at a time, and who is unknown is left out', async () => {
    const alice = stage().person('alice');
    const one = await alice.reads(Users, 'getUsers', { userIds: ['bob'] });
    expect(one.users).toMatchObject([{ userId: 'bob', nickname: '', gender: Gender.UNSPECIFIED }]);
    const userIds = ['carol', 'nobody', 'bob', 'alice'];
    const many = await alice.reads(Users, 'getUsers', { userIds });
    expect(many.users.map(({ userId }) => userId).sort()).toEqual(['alice', 'bob', 'carol']);
    const crowd = { userIds: Array.from({ length: 101 }, (_, n) => `u${n}`) };
    expect(await alice.refused(Users, 'getUsers', crowd)).toBe('LIMIT_EXCEEDED user_ids');
  });

  it('change in every field that is set, on all devices of the user, and for everybody to read', async () => {
    const [alice, bob] = stage().cast;
    await befriend(alice, bob);
    const whole = {
      nickname: 'Alice 爱丽丝',
      avatarUrl: 'https://example.com/alice.png',
      gender: Gender.FEMALE,
      signature: 'down the rabbit hole',
      extra: '{"vip":true}',
    };
    const { user, handle } = await alice.does(Users, 'updateMe', { ...whole, handle: '+4670123' });
    expect(user).toMatchObject({ userId: 'alice', ...whole });
    expect(handle).toBe('+4670123');
    await alice.hears('s:alice', { by: 'alice', profileChanged: { user, handle } });
    const signature = '';
    const later = await alice.does(Users, 'updateMe', { signature });
    expect(later.user).toMatchObject({ ...whole, signature });
    await alice.hears('s:alice', { profileChanged: { user: later.user, handle } });
    // Friends are told nothing: they read it when they show it.
    const { users } = await bob.reads(Users, 'getUsers', { userIds: ['alice'] });
    expect(users).toEqual([later.user]);
    const found = await bob.reads(Friends, 'searchFriends', { query: '爱丽' });
    expect(found.friends).toMatchObject([{ userId: 'alice' }]);
    const me = await alice.reads(Users, 'getMe', {});
    expect(me).toMatchObject({ user: later.user, handle });
  });

  it('keep a handle that another one has out of reach', async () => {
    const [alice, , carol] = stage().cast;
    const taken = { handle: '+4670123' };
    expect(await carol.refused(Users, 'updateMe', taken)).toBe('ALREADY_EXISTS handle');
    await alice.does(Users, 'updateMe', { handle: '' });
    await alice.hears('s:alice', { profileChanged: { handle: '' } });
    await carol.does(Users, 'updateMe', taken);
    await carol.hears('s:carol', { profileChanged: taken });
  });

  it('that the business changes are told to the user', async () => {
    const carol = stage().person('carol');
    const { users, options } = stage().backEnd;
    const line = { userId: 'carol', nickname: 'Caro', gender: Gender.OTHER };
    await users.upsertUsers({ users: [line] }, options);
    await carol.hears('s:carol', { by: '', profileChanged: { user: line, handle: '+4670123' } });
    const { user } = await carol.reads(Users, 'getMe', {});
    expect(user).toMatchObject(line);
  });
}
