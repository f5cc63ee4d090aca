import { FriendRequest_State as State, FriendServiceDefinition } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { MemoryReplicaStore, type QueqiaoClient } from '../../src/index.js';
import { Scene, upTo } from '../rig/scene.js';

async function answer<Result>(scene: Scene, call: Promise<Result>): Promise<Result> {
  await scene.settle();
  return call;
}

function ids(client: QueqiaoClient): string[] {
  return client.friends.list().map(({ userId }) => userId);
}

function asked(scene: Scene, wanted = 'ListFriends'): number {
  return scene.server.calls.filter(({ method }) => method === wanted).length;
}

/** Alice with these friends, who have been loaded. */
async function withFriends(...friendIds: string[]) {
  const scene = new Scene();
  for (const id of friendIds) scene.server.people.befriend('alice', id);
  const device = await scene.online('alice');
  await answer(scene, device.client.friends.load());
  return { scene, ...device };
}

describe('friend requests', () => {
  it('are sent, told to both, accepted and then the two are friends', async () => {
    const scene = new Scene();
    const alice = (await scene.online('alice')).client;
    const bob = (await scene.online('bob')).client;
    await answer(scene, Promise.all([alice.friends.load(), bob.friends.load()]));
    const heard: string[] = [];
    bob.on('friendRequestChanged', ({ request, unreadCount }) =>
      heard.push(`${request.fromUserId}: ${request.text} ${unreadCount}`),
    );
    const sent = alice.friends.requests.send('bob', { text: 'It is me', tags: ['work'] });
    expect((await answer(scene, sent)).request.state).toBe(State.PENDING);
    expect(heard).toEqual(['alice: It is me 1']);
    expect([alice, bob].map(({ friends }) => friends.requests.unreadCount)).toEqual([0, 1]);
    const incoming = await answer(scene, bob.friends.requests.list('incoming'));
    const outgoing = await answer(scene, alice.friends.requests.list('outgoing'));
    expect(incoming.requests).toEqual(outgoing.requests);
    expect((await answer(scene, bob.friends.requests.list('outgoing'))).requests).toEqual([]);
    const accepted = bob.friends.requests.accept('alice', { remark: 'Ali' });
    expect(await answer(scene, accepted)).toMatchObject({
      conversationId: 'd:alice:bob',
      friend: { userId: 'alice', remark: 'Ali' },
    });
    expect([ids(alice), ids(bob)]).toEqual([['bob'], ['alice']]);
    expect(bob.friends.get('alice')?.remark).toBe('Ali');
    expect(bob.friends.requests.unreadCount).toBe(0);
  });

  it('are rejected and taken back, unless they wait no more', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const { requests } = client.friends;
    scene.server.people.ask('bob', 'alice');
    const rejected = await answer(scene, requests.reject('bob', 'who are you?'));
    expect(rejected).toMatchObject({ state: State.REJECTED, answer: 'who are you?' });
    await answer(scene, requests.send('carol'));
    expect((await answer(scene, requests.cancel('carol'))).state).toBe(State.CANCELLED);
    const late = requests.accept('bob').catch((error: unknown) => error);
    expect(await answer(scene, late)).toMatchObject({ code: 'CONFLICT', effect: 'none' });
  });

  it('are counted until they were seen on some device', async () => {
    const scene = new Scene();
    scene.server.people.ask('bob', 'alice');
    const { client } = await scene.online('alice');
    const phone = (await scene.online('alice')).client;
    await answer(scene, Promise.all([client.friends.load(), phone.friends.load()]));
    expect(client.friends.requests.unreadCount).toBe(1);
    scene.server.people.ask('carol', 'alice');
    await scene.settle();
    expect(client.friends.requests.unreadCount).toBe(2);
    let seen = 0;
    phone.on('friendRequestsRead', () => (seen += 1));
    await answer(scene, client.friends.requests.markRead());
    const counts = [client, phone].map(({ friends }) => friends.requests.unreadCount);
    expect([...counts, seen]).toEqual([0, 0, 1]);
  });

  it('are counted by what was told, not by an older answer that comes later', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    await answer(scene, client.friends.load());
    scene.server.beforeReply = () => scene.server.people.ask('bob', 'alice');
    const { unreadCount } = await answer(scene, client.friends.requests.list('incoming'));
    expect(unreadCount).toBe(0);
    expect(client.friends.requests.unreadCount).toBe(1);
  });

  it('are sent once, though the reply is lost', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.fault = (method) =>
      method === 'SendFriendRequest' && asked(scene, method) === 1 ? 'lose-reply' : undefined;
    let told = 0;
    client.on('friendRequestChanged', () => (told += 1));
    const sent = client.friends.requests.send('bob');
    await scene.clock.advance(11_000);
    expect((await sent).request.toUserId).toBe('bob');
    expect([asked(scene, 'SendFriendRequest'), told]).toEqual([2, 1]);
  });
});

describe('the list of friends', () => {
  it('is loaded page by page, once', async () => {
    const scene = new Scene();
    scene.server.people.maxPage = 3;
    for (const n of upTo(8)) scene.server.people.befriend('alice', `u${n}`);
    const { client } = await scene.online('alice');
    expect(ids(client)).toEqual([]);
    const loads = [client.friends.load(), client.friends.load()];
    expect((await answer(scene, Promise.all(loads)))[1]).toHaveLength(8);
    expect(ids(client)).toEqual(upTo(8).map((n) => `u${n}`));
    expect(asked(scene)).toBe(3);
    await answer(scene, client.friends.load());
    expect(asked(scene)).toBe(3);
    expect(client.stats().listedFriends).toBe(8);
  });

  it('follows the self feed without asking', async () => {
    const { scene, client } = await withFriends('bob', 'carol');
    const seen: string[] = [];
    client.on('friends', ({ friends }) => seen.push(friends.map(({ userId }) => userId).join()));
    let removed = '';
    client.on('friendChanged', (change) => {
      if (change.removed) removed += change.friend.userId;
    });
    scene.server.people.befriend('alice', 'dave');
    scene.server.people.part('carol', 'alice');
    scene.server.people.label('alice', 'bob', { remark: 'Bobby', tags: ['work'] });
    await scene.settle();
    expect(seen).toEqual(['bob,carol,dave', 'bob,dave', 'bob,dave']);
    expect(client.friends.get('bob')).toMatchObject({ remark: 'Bobby', tags: ['work'] });
    expect(removed).toBe('carol');
    expect(asked(scene)).toBe(1);
  });

  it('is what the user makes of it', async () => {
    const { scene, client } = await withFriends('bob', 'carol');
    const bob = await answer(scene, client.friends.update('bob', { remark: 'Bobby' }));
    expect(bob).toEqual(client.friends.get('bob'));
    await answer(scene, client.friends.update('bob', { tags: ['work'] }));
    expect(client.friends.get('bob')).toMatchObject({ remark: 'Bobby', tags: ['work'] });
    expect(await answer(scene, client.friends.search('Bob'))).toHaveLength(1);
    await answer(scene, client.friends.delete('carol'));
    expect(ids(client)).toEqual(['bob']);
    const gone = client.friends.update('carol', { remark: '' }).catch((error: unknown) => error);
    expect(await answer(scene, gone)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('has what changes while it is being loaded', async () => {
    const scene = new Scene();
    for (const id of ['bob', 'carol', 'dave']) scene.server.people.befriend('alice', id);
    scene.server.people.maxPage = 1;
    const { client } = await scene.online('alice');
    scene.server.fault = (method) => {
      if (method === 'ListFriends' && asked(scene) === 2) {
        // The first is on the page that was answered, and who comes now would have been on it.
        scene.server.people.part('alice', 'bob');
        scene.server.people.label('alice', 'carol', { remark: 'Caz' });
        scene.server.people.befriend('alice', 'adam');
      }
      return undefined;
    };
    await answer(scene, client.friends.load());
    expect(ids(client)).toEqual(['adam', 'carol', 'dave']);
    expect(client.friends.get('carol')?.remark).toBe('Caz');
  });

  it('has what changed while the device was away, by one question', async () => {
    const { scene, client } = await withFriends('bob', 'carol');
    scene.server.drop('alice');
    scene.server.people.befriend('alice', 'dave');
    scene.server.people.part('alice', 'bob');
    scene.server.people.label('alice', 'carol', { remark: 'Caz' });
    // The feed was cleared on another device: its entries do not come any more.
    const before = scene.server.log.revs('s:alice');
    scene.server.log.clear('s:alice', 'alice');
    scene.server.pushStates('s:alice', before);
    await scene.clock.advance(1_000);
    expect(ids(client)).toEqual(['carol', 'dave']);
    expect(client.friends.get('carol')?.remark).toBe('Caz');
    const questions = scene.server.calls.filter(({ method }) => method === 'ListFriends');
    const { requestType } = FriendServiceDefinition.methods.listFriends;
    const since = questions.map(({ body }) => requestType.decode(body).sinceFeedSeq);
    expect(since).toEqual([0, 2]);
  });

  it('does not show again what is older than the answer, when the feed catches up after it', async () => {
    const { scene, client } = await withFriends('bob', 'carol');
    scene.server.drop('alice');
    scene.server.people.label('alice', 'bob', { remark: 'Bobby' });
    scene.server.people.part('alice', 'bob');
    const seen: string[] = [];
    client.on('friends', ({ friends }) => seen.push(friends.map(({ userId }) => userId).join()));
    const told: string[] = [];
    client.on('friendChanged', ({ friend, removed }) => told.push(`${friend.userId} ${removed}`));
    await scene.clock.advance(1_000);
    expect(told).toEqual(['bob false', 'bob true']);
    expect(seen).toEqual(['carol']);
  });

  it('is begun anew when the log becomes another one while it is loaded', async () => {
    const scene = new Scene();
    for (const n of upTo(6)) scene.server.people.befriend('alice', `u${n}`);
    scene.server.people.maxPage = 1;
    const { client } = await scene.online('alice');
    scene.server.beforeReply = (method) => {
      if (method !== 'ListFriends' || asked(scene) !== 2) return;
      scene.server.log.restoreBackup(0);
      scene.server.resync('alice');
    };
    const load = client.friends.load();
    await scene.clock.advance(1_000);
    expect(await load).toHaveLength(6);
    scene.server.people.befriend('alice', 'zoe');
    await scene.settle();
    expect(ids(client)).toContain('zoe');
  });

  it('keeps a friend who was removed and added again while the question was under way', async () => {
    const { scene, client } = await withFriends('bob');
    scene.server.drop('alice');
    scene.server.people.part('alice', 'bob');
    scene.server.beforeReply = (method) => {
      if (method === 'ListFriends') scene.server.people.befriend('alice', 'bob');
    };
    await scene.clock.advance(1_000);
    expect(asked(scene)).toBe(2);
    expect(ids(client)).toEqual(['bob']);
  });

  it('is loaded after all when the connection went while it was', async () => {
    const scene = new Scene();
    scene.server.people.befriend('alice', 'bob');
    const { client } = await scene.online('alice');
    scene.server.fault = (method) => (method === 'ListFriends' ? 'swallow' : undefined);
    const load = client.friends.load();
    await scene.settle();
    scene.server.drop('alice');
    scene.server.fault = () => undefined;
    await scene.clock.advance(1_000);
    expect(await load).toHaveLength(1);
  });

  it('waits for a start, and for nothing after the stop', async () => {
    const scene = new Scene();
    scene.server.people.befriend('alice', 'bob');
    const { client } = scene.device('alice');
    const early = client.friends.load();
    client.start();
    expect(await answer(scene, early)).toHaveLength(1);
    scene.server.fault = () => 'swallow';
    const other = scene.device('alice').client;
    other.start();
    const late = other.friends.load().catch((error: unknown) => error);
    await scene.settle();
    other.stop();
    expect(await late).toMatchObject({ name: 'QueqiaoError', code: 'UNAVAILABLE' });
  });

  it('tells why it cannot be loaded', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.fault = (method) =>
      method === 'ListFriends' ? { error: 'PERMISSION_DENIED' } : undefined;
    const load = client.friends.load().catch((error: unknown) => error);
    expect(await answer(scene, load)).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('is asked for anew when the log is another one', async () => {
    const { scene, client } = await withFriends('bob', 'carol');
    scene.server.people.part('alice', 'carol');
    await scene.settle();
    scene.server.log.restoreBackup(0);
    scene.server.drop('alice');
    await scene.clock.advance(5_000);
    expect(ids(client)).toEqual(['bob']);
    scene.server.people.befriend('alice', 'dave');
    await scene.settle();
    expect(ids(client)).toEqual(['bob', 'dave']);
  });

  it('is bounded', async () => {
    const scene = new Scene();
    for (const id of ['bob', 'carol', 'dave']) scene.server.people.befriend('alice', id);
    const { client } = await scene.online('alice', { limits: { maxListedFriends: 2 } });
    await answer(scene, client.friends.load());
    scene.server.people.befriend('alice', 'erin');
    await scene.settle();
    expect(ids(client)).toEqual(['bob', 'carol']);
  });
});

describe('blocks', () => {
  it('are listed, told to all devices and taken back', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const phone = await scene.online('alice');
    const heard: string[] = [];
    phone.client.on('blockChanged', ({ userId, blocked }) => heard.push(`${userId} ${blocked}`));
    await answer(scene, client.friends.block('mallory'));
    const { userIds } = await answer(scene, client.friends.listBlocks());
    expect(userIds).toEqual(['mallory']);
    await answer(scene, client.friends.unblock('mallory'));
    expect((await answer(scene, client.friends.listBlocks())).userIds).toEqual([]);
    expect(heard).toEqual(['mallory true', 'mallory false']);
  });
});

describe('what the self feed tells', () => {
  it('is told each once, also over a restart, with what happened meanwhile', async () => {
    const scene = new Scene();
    const store = new MemoryReplicaStore();
    const heard: string[] = [];
    const listen = (client: QueqiaoClient): void => {
      client.on('friendChanged', ({ friend }) => heard.push(friend.userId));
    };
    scene.server.people.befriend('alice', 'before');
    const first = scene.device('alice', { store });
    listen(first.client);
    first.client.start();
    await scene.settle();
    scene.server.people.befriend('alice', 'bob');
    await scene.clock.advance(1_000);
    first.client.stop();
    await scene.settle();
    scene.server.people.befriend('alice', 'carol');
    const second = scene.device('alice', { store });
    listen(second.client);
    second.client.start();
    await scene.settle();
    expect(heard).toEqual(['bob', 'carol']);
  });
});
