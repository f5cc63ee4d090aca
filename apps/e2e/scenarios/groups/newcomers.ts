import {
  ConversationServiceDefinition as Conversations,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  HistoryPolicy,
  JoinMode,
  type Entry,
} from '@queqiao/protocol/client';
import { createClient, Platform } from '@queqiao/sdk';
import { eventually, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { allHear, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';

export function newcomers(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'newcomers');

  /** Seqs of what a pull of the whole log answers. */
  async function seen(who: Person, groupId: string): Promise<number[]> {
    const request = { conversationId: `g:${groupId}`, fromSeq: 1, limit: 100 };
    const { entries } = await who.reads(Conversations, 'pullEntries', request);
    return entries.map(({ seq }: Entry) => seq);
  }

  /** Seqs of what a new device of somebody shows, once it has the last of them. */
  async function shownAnew({ id }: Person, groupId: string, last: number): Promise<number[]> {
    const { app } = stage();
    const client = createClient({
      url: cluster().socketUrls[0] ?? '',
      token: () => app.token(id),
      device: { id: 'new', platform: Platform.LINUX },
      fullHistory: true,
      webSocket: (url, protocols) => new WebSocket(url, protocols),
    });
    client.start();
    const shown = (): number[] => client.entries(`g:${groupId}`).map(({ seq }) => seq);
    await eventually('a new device has all', () => shown().includes(last) || null);
    client.stop();
    return shown();
  }

  async function bring(groupId: string, who: Person, ...listeners: Person[]): Promise<void> {
    await stage()
      .person('alice')
      .does(Groups, 'addMembers', { groupId, userIds: [who.id] });
    await allHear([who, ...listeners], `g:${groupId}`, { membersJoined: { userIds: [who.id] } });
  }

  async function leave(groupId: string, who: Person, ...listeners: Person[]): Promise<void> {
    await who.does(Groups, 'leaveGroup', { groupId });
    await allHear([who, ...listeners], `g:${groupId}`, { membersLeft: { userIds: [who.id] } });
  }

  it('see what comes from their arrival on, and again after another', async () => {
    const [alice, bob, carol] = stage().cast;
    const history = HistoryPolicy.SINCE_JOIN;
    const groupId = await foundGroup([alice, bob], { groupId: 'since', history });
    await alice.says('g:since', 'before', bob);
    await bring(groupId, carol, alice, bob);
    await bob.says('g:since', 'during', alice, carol);
    expect(await seen(carol, groupId)).toEqual([3, 4]);
    await leave(groupId, carol, alice, bob);
    await alice.says('g:since', 'meanwhile', bob);
    await bring(groupId, carol, alice, bob);
    expect(await seen(carol, groupId)).toEqual([3, 4, 5, 7]);
    expect(await shownAnew(carol, groupId, 7)).toEqual([3, 4, 5, 7]);
    expect(await seen(alice, groupId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('see the whole log where the group shows it, those who come from then on', async () => {
    const [alice, bob, carol] = stage().cast;
    const groupId = await foundGroup([alice], { groupId: 'all' });
    await alice.says('g:all', 'the beginning');
    await bring(groupId, bob, alice);
    const change = { history: HistoryPolicy.ALL };
    await alice.does(Groups, 'updateGroup', { groupId, ...change });
    await allHear([alice, bob], 'g:all', { groupUpdated: change });
    await bring(groupId, carol, alice, bob);
    expect(await seen(carol, groupId)).toEqual([1, 2, 3, 4, 5]);
    expect(await seen(bob, groupId)).toEqual([3, 4, 5]);
    await leave(groupId, bob, alice, carol);
    await bring(groupId, bob, alice, carol);
    expect(await seen(bob, groupId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('who are not in yet see of a public group what it says, and of a private one nothing', async () => {
    const [alice, , carol] = stage().cast;
    const open = { visibility: GroupVisibility.PUBLIC, joinMode: JoinMode.APPROVAL };
    await foundGroup([alice], { groupId: 'open', introduction: 'All welcome', ...open });
    const announcement = 'For members';
    await alice.does(Groups, 'updateGroup', { groupId: 'open', announcement });
    await alice.hears('g:open', { groupUpdated: { announcement } });
    const { groups } = await carol.reads(Groups, 'getGroups', { groupIds: ['open', 'since'] });
    const [open1, since] = groups.sort((a, b) => a.groupId.localeCompare(b.groupId));
    expect(open1).toMatchObject({ introduction: 'All welcome', announcement: '', self: undefined });
    expect(since).toMatchObject({ self: { userId: 'carol' } });
    const log = { conversationId: 'g:open', fromSeq: 1 };
    const missing = 'NOT_FOUND conversation_id';
    expect(await carol.refused(Conversations, 'pullEntries', log)).toBe(missing);
    expect(await carol.refused(Groups, 'listMembers', { groupId: 'open' })).toBe(
      'NOT_FOUND group_id',
    );
    const closed = { visibility: GroupVisibility.PRIVATE };
    await alice.does(Groups, 'updateGroup', { groupId: 'open', ...closed });
    await alice.hears('g:open', { groupUpdated: closed });
    expect((await carol.reads(Groups, 'getGroups', { groupIds: ['open'] })).groups).toEqual([]);
  });
}
