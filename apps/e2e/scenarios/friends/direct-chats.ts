import { FriendServiceDefinition as Friends } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { describe, expect, it } from 'vitest';
import { useStage } from '../../src/stage/stage.js';
import { befriend, part } from '../../src/stage/befriend.js';

const CHAT = 'd:alice:bob';

/** Who may write to whom is the app's to decide. */
export function directChats(cluster: () => TestCluster): void {
  describe('of an app that leaves them open', () => {
    const stage = useStage(cluster, 'open-chats', { directRule: 'open' });

    it('need nothing', async () => {
      const [alice, bob] = stage().cast;
      expect(await alice.says(CHAT, 'hello, stranger', bob)).toBe(1);
      expect(await bob.says(CHAT, 'hello yourself', alice)).toBe(2);
    });
  });

  describe('of an app that asks for friendship', () => {
    const stage = useStage(cluster, 'friends-chats', { directRule: 'friends' });

    it('begin with the greeting and end with the friendship', async () => {
      const [alice, bob] = stage().cast;
      expect(await alice.cannotSay(CHAT)).toBe('NOT_A_FRIEND');
      await alice.does(Friends, 'sendFriendRequest', { userId: 'bob', text: 'May I?' });
      expect(await bob.cannotSay(CHAT)).toBe('NOT_A_FRIEND');
      await bob.does(Friends, 'acceptFriendRequest', { userId: 'alice' });
      for (const person of [alice, bob]) {
        const asked = { friendRequestChanged: {} };
        await person.hears(person.feed, asked, { friendChanged: {} }, asked);
        await person.hears(CHAT, { by: 'bob', becameFriends: { text: 'May I?' } });
      }
      // Nothing that was refused is in the chat: the greeting is its first entry.
      expect(await alice.says(CHAT, 'at last', bob)).toBe(2);
      await part(alice, bob);
      expect(await alice.cannotSay(CHAT)).toBe('NOT_A_FRIEND');
      expect(await bob.cannotSay(CHAT)).toBe('NOT_A_FRIEND');
      await befriend(bob, alice);
      await bob.says(CHAT, 'welcome back', alice);
    });

    it('are open to two whom the business lets talk', async () => {
      const [alice, , carol] = stage().cast;
      const { friends, options } = stage().backEnd;
      const pair = { userA: 'alice', userB: 'carol' };
      await friends.setDirectChat({ ...pair, clientRequestId: 'on', allowed: true }, options);
      await alice.says('d:alice:carol', 'about your order', carol);
      await friends.setDirectChat({ ...pair, clientRequestId: 'off', allowed: false }, options);
      expect(await carol.cannotSay('d:alice:carol')).toBe('NOT_A_FRIEND');
    });
  });

  describe('of an app whose business decides', () => {
    const stage = useStage(cluster, 'business-chats', { directRule: 'business' });

    it('need its word, friends or not', async () => {
      const [alice, bob] = stage().cast;
      await befriend(alice, bob);
      expect(await alice.cannotSay(CHAT)).toBe('NOT_A_FRIEND');
      const { friends, options } = stage().backEnd;
      const pair = { userA: 'bob', userB: 'alice' };
      await friends.setDirectChat({ ...pair, clientRequestId: 'on', allowed: true }, options);
      await alice.says(CHAT, 'we may', bob);
      await friends.setDirectChat({ ...pair, clientRequestId: 'off', allowed: false }, options);
      expect(await bob.cannotSay(CHAT)).toBe('NOT_A_FRIEND');
      // Notes to oneself need nobody's word.
      await stage().person('carol').says('d:carol:carol', 'milk, bread');
    });
  });
}
