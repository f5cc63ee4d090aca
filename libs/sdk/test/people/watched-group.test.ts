import { GroupMember, GroupRole, JoinWay } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import type { ClientOptions, QueqiaoClient, WatchedGroup } from '../../src/index.js';
import type { FakeGroup } from '../fakes/fake-groups.js';
import { Scene, upTo } from '../rig/scene.js';

const GROUP = 'crew';

/** alice owns it; the others come by id. */
async function crew(others: string[], options: Partial<ClientOptions> = {}) {
  const scene = new Scene();
  const { client } = await scene.online('alice', options);
  void client.groups.create({ name: 'Crew', groupId: GROUP, memberIds: others });
  await scene.settle();
  const { groups } = scene.server.groups;
  const asked = (method: string): number =>
    scene.server.calls.filter((call) => call.method === method).length;
  return { scene, client, groups, group: groups.get(GROUP), asked };
}

async function watched(scene: Scene, client: QueqiaoClient): Promise<WatchedGroup> {
  const group = client.groups.watch(GROUP);
  await scene.settle();
  void group.loadMore();
  await scene.settle();
  return group;
}

const idsOf = ({ members }: WatchedGroup): string[] => members.map(({ userId }) => userId);
const byApp = { way: JoinWay.INVITED, actor: '' };

describe('a watched group', () => {
  it('is loaded when it is asked for, page by page', async () => {
    const { scene, client, asked } = await crew(upTo(5).map((n) => `u${n}`));
    const group = client.groups.watch(GROUP);
    expect([group.known, group.group, idsOf(group)]).toEqual([false, undefined, []]);
    await scene.settle();
    expect(group.group).toMatchObject({ name: 'Crew', memberCount: 6, large: false });
    expect(asked('ListMembers')).toBe(0);
    const pages = [group.loadMore(4), group.loadMore(4), group.loadMore(4)];
    await scene.settle();
    expect(await Promise.all(pages)).toEqual([true, true, false]);
    expect(idsOf(group)).toEqual(['alice', 'u1', 'u2', 'u3', 'u4', 'u5']);
    expect([group.complete, asked('ListMembers')]).toEqual([true, 2]);
    expect(client.stats()).toMatchObject({ watchedGroups: 1, watchedMembers: 6 });
  });

  it('follows the log of the group: who comes, who goes, and what becomes of them', async () => {
    const { scene, client, groups, group } = await crew(['bob', 'dave']);
    const seen = await watched(scene, client);
    let changes = 0;
    client.on('watchedGroup', (one) => (changes += one === seen ? 1 : 0));
    groups.join(group, ['carol'], byApp);
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'carol', 'dave']);
    expect(seen.group?.memberCount).toBe(4);
    void client.groups.setRole(GROUP, ['bob'], GroupRole.ADMIN);
    void client.groups.renameMember(GROUP, 'carol', 'Caro');
    void client.groups.muteMembers(GROUP, ['dave'], 9_000);
    void client.groups.update(GROUP, { name: 'Sailors' });
    await scene.settle();
    expect(seen.members.slice(1)).toMatchObject([
      { userId: 'bob', role: GroupRole.ADMIN },
      { userId: 'carol', name: 'Caro' },
      { userId: 'dave', mutedUntilMs: 9_000 },
    ]);
    expect(seen.group).toMatchObject({ name: 'Sailors', groupId: GROUP });
    expect(seen.group).not.toHaveProperty('actorId');
    groups.leave(group, ['bob'], 'alice');
    void client.groups.transferOwnership(GROUP, 'dave');
    await scene.settle();
    expect(seen.members).toMatchObject([
      { userId: 'alice', role: GroupRole.MEMBER },
      { userId: 'carol' },
      { userId: 'dave', role: GroupRole.OWNER, mutedUntilMs: 0 },
    ]);
    expect(seen.group).toMatchObject({
      ownerId: 'dave',
      memberCount: 3,
      self: { role: GroupRole.MEMBER },
    });
    expect(changes).toBeGreaterThan(6);
  });

  it('asks nobody about changes that say all, and nothing once it is closed', async () => {
    const { scene, client, groups, group, asked } = await crew(['bob']);
    const seen = await watched(scene, client);
    const before = asked('GetMembers') + asked('GetGroups');
    void client.groups.setRole(GROUP, ['bob'], GroupRole.ADMIN);
    await scene.settle();
    expect(seen.members[1]?.role).toBe(GroupRole.ADMIN);
    seen.close();
    groups.join(group, ['carol'], byApp);
    await scene.settle();
    expect(asked('GetMembers') + asked('GetGroups')).toBe(before);
    expect(idsOf(seen)).toEqual(['alice', 'bob']);
    await expect(seen.loadMore()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(client.stats()).toMatchObject({ watchedGroups: 0, watchedMembers: 0 });
  });

  it('knows nobody whom a page still brings, and loses nobody between two pages', async () => {
    const { scene, client, groups, group } = await crew(['bob', 'dave', 'erin', 'frank']);
    const seen = client.groups.watch(GROUP);
    void seen.loadMore(3);
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'dave']);
    groups.leave(group, ['dave'], 'alice');
    // Behind the last one that is left, and before where the next page begins.
    groups.join(group, ['carol', 'grace'], byApp);
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'carol']);
    void seen.loadMore();
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'carol', 'erin', 'frank', 'grace']);
  });

  it('does not take an answer for newer than what the log said meanwhile', async () => {
    const { scene, client, groups, group } = await crew(['bob']);
    const seen = await watched(scene, client);
    // The answer about carol is made, and comes after the log has told that she is gone.
    scene.server.holdReply('GetMembers');
    groups.join(group, ['carol'], byApp);
    await scene.settle();
    groups.leave(group, ['carol'], 'alice');
    await scene.settle();
    scene.server.releaseReplies();
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob']);
    expect(seen.group?.memberCount).toBe(2);
  });

  it('goes on after a broken line and after refusals, and is loaded again on a reset', async () => {
    const { scene, client, groups, group } = await crew(['bob']);
    const seen = await watched(scene, client);
    scene.server.drop('alice');
    groups.join(group, ['carol'], byApp);
    scene.server.fault = (method) =>
      method === 'GetMembers' ? { error: 'RATE_LIMITED', retryAfterMs: 2_000 } : undefined;
    await scene.clock.advance(5_000);
    expect(seen.group?.memberCount).toBe(3);
    expect(idsOf(seen)).toEqual(['alice', 'bob']);
    scene.server.fault = () => undefined;
    await scene.clock.advance(40_000);
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'carol']);
    group.members.set('bob', GroupMember.create({ userId: 'bob', name: 'Restored' }));
    scene.server.log.restoreBackup(1);
    scene.server.drop('alice');
    await scene.clock.advance(5_000);
    expect(seen.members[1]?.name).toBe('Restored');
  });

  it('is empty for who is no longer in it, and back with the user', async () => {
    const { scene, groups, group } = await crew(['bob']);
    const bob = (await scene.online('bob')).client;
    const seen = await watched(scene, bob);
    groups.leave(group, ['bob'], 'alice');
    await scene.settle();
    expect([seen.known, seen.group, idsOf(seen)]).toEqual([true, undefined, []]);
    groups.join(group, ['bob'], byApp);
    await scene.settle();
    expect(seen.group?.self).toMatchObject({ userId: 'bob' });
    void seen.loadMore();
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob']);
  });
});

describe('a large group', () => {
  function enlarge(group: FakeGroup): void {
    group.record = { ...group.record, large: true };
  }

  it('tells of nobody who comes or goes: its pages are loaded again', async () => {
    const { scene, client, groups, group } = await crew(['bob']);
    groups.join(group, ['carol'], byApp);
    enlarge(group);
    const seen = await watched(scene, client);
    expect(seen.group?.large).toBe(true);
    groups.join(group, ['dave'], byApp);
    void client.groups.setRole(GROUP, ['carol'], GroupRole.ADMIN);
    await scene.settle();
    expect(seen.members).toMatchObject([{}, {}, { userId: 'carol', role: GroupRole.ADMIN }]);
    void seen.refresh();
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'carol', 'dave']);
    expect(seen.group?.memberCount).toBe(4);
  });

  it('says so from the last announcement on', async () => {
    const { scene, client, groups, group } = await crew(['bob']);
    const seen = await watched(scene, client);
    groups.join(group, ['carol'], byApp);
    enlarge(group);
    await scene.settle();
    expect(seen.group?.large).toBe(true);
  });
});

describe('the bounds of watching', () => {
  it('are told by name: groups, and members of each', async () => {
    const limits = { maxWatchedGroups: 1, maxWatchedMembers: 3 };
    const { scene, client, groups, group } = await crew(['bob', 'dave', 'erin'], { limits });
    const seen = await watched(scene, client);
    expect([idsOf(seen), seen.complete]).toEqual([['alice', 'bob', 'dave'], false]);
    const field = 'maxWatchedMembers';
    await expect(seen.loadMore()).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field });
    groups.join(group, ['carol'], byApp);
    await scene.settle();
    expect(idsOf(seen)).toEqual(['alice', 'bob', 'carol']);
    groups.join(group, ['dora'], byApp);
    groups.leave(group, ['bob'], 'alice');
    await scene.settle();
    // Whoever gave way is not in memory any more, and nobody stands behind such a gap.
    expect([idsOf(seen), seen.complete]).toEqual([['alice', 'carol'], false]);
    expect(() => client.groups.watch('other')).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', field: 'maxWatchedGroups' }),
    );
    seen.close();
    client.groups.watch('other').close();
  });
});
