import { parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeConversations } from '../../test/fakes/fake-delivery.js';
import { deliveryMetrics } from './delivery-metrics.js';
import { MemberCache } from './member-cache.js';

const group = { appId: parseAppId('demo'), conversationId: parseConversationId('g:lobby') };
const twin = { appId: parseAppId('shop'), conversationId: parseConversationId('g:lobby') };
const limits = { maxCachedLists: 100, maxCachedMembers: 1_000 };

let conversations: FakeConversations;

beforeEach(() => {
  conversations = new FakeConversations();
  conversations.setMembers(group, 3, 'alice');
});

function make(more: Partial<typeof limits> = {}): MemberCache {
  const metrics = deliveryMetrics(new Registry());
  return new MemberCache({ reader: conversations, metrics }, { ...limits, ...more });
}

describe('member lists', () => {
  it('are read once while they are new enough', async () => {
    const cache = make();
    expect(cache.peek(group, { version: 3, fromSeq: 1 })).toBeUndefined();
    await cache.get(group, { version: 3, fromSeq: 1 });
    expect(cache.peek(group, { version: 2, fromSeq: 9 })?.members.length).toBe(1);
    await cache.get(group, { version: 3, fromSeq: 5 });
    expect(conversations.loads).toBe(1);
  });

  it('are read again for a higher version or a lower seq', async () => {
    const cache = make();
    await cache.get(group, { version: 3, fromSeq: 10 });
    expect(cache.peek(group, { version: 4, fromSeq: 10 })).toBeUndefined();
    expect(cache.peek(group, { version: 3, fromSeq: 9 })).toBeUndefined();
    conversations.setMembers(group, 4, 'alice', 'bob');
    const list = await cache.get(group, { version: 4, fromSeq: 10 });
    expect(list?.members.map((member) => member.userId)).toEqual(['alice', 'bob']);
  });

  it('are kept apart by app', async () => {
    const cache = make();
    await cache.get(group, { version: 3, fromSeq: 1 });
    conversations.setMembers(twin, 3, 'mallory');
    const list = await cache.get(twin, { version: 3, fromSeq: 1 });
    expect(list?.members.map((member) => member.userId)).toEqual(['mallory']);
  });

  it('share one load, and load again when it began before the change', async () => {
    const cache = make();
    let open = (): void => {};
    conversations.gate = new Promise((resolve) => (open = resolve));
    const old = [1, 2].map(() => cache.get(group, { version: 3, fromSeq: 1 }));
    // The load under way has read version 3 already.
    conversations.setMembers(group, 4, 'alice', 'bob');
    const fresh = cache.get(group, { version: 4, fromSeq: 1 });
    expect(conversations.loads).toBe(1);
    open();
    await Promise.all(old);
    expect((await fresh)?.version).toBe(4);
    expect(conversations.loads).toBe(2);
  });

  it('fail when they stay behind, rather than answer with an old one', async () => {
    await expect(make().get(group, { version: 9, fromSeq: 1 })).rejects.toThrow('behind');
    expect(conversations.loads).toBe(3);
  });

  it('are forgotten above the limits, and a failed load is not remembered', async () => {
    const cache = make({ maxCachedLists: 1 });
    await cache.get(group, { version: 3, fromSeq: 1 });
    conversations.setMembers(twin, 1, 'mallory');
    await cache.get(twin, { version: 1, fromSeq: 1 });
    expect(cache.peek(group, { version: 3, fromSeq: 1 })).toBeUndefined();
    conversations.down = true;
    await expect(cache.get(group, { version: 3, fromSeq: 1 })).rejects.toThrow('down');
    conversations.down = false;
    expect((await cache.get(group, { version: 3, fromSeq: 1 }))?.version).toBe(3);
  });

  it('of direct chats and feeds follow from the id until the first change', async () => {
    const { appId } = group;
    const usersOf = (id: string, version: number): string[] | undefined =>
      make()
        .peek({ appId, conversationId: parseConversationId(id) }, { version, fromSeq: 1 })
        ?.members.map((member) => member.userId);
    expect(usersOf('d:alice:bob', 1)).toEqual(['alice', 'bob']);
    expect(usersOf('d:alice:alice', 1)).toEqual(['alice']);
    expect(usersOf('s:alice', 1)).toEqual(['alice']);
    expect(usersOf('d:alice:bob', 2)).toBeUndefined();
    expect(usersOf('g:lobby', 1)).toBeUndefined();
  });
});
