import { Sender_Kind } from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let alice: Awaited<ReturnType<ApiRig['signedIn']>>;
let bob: typeof alice;
let backEnd: ReturnType<ApiRig['backEnd']>;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEnd(`Bearer ${app.credential}`);
  await backEnd.upsert('alice', 'bob', 'carol', 'dave');
  alice = await rig.signedIn(app, 'alice');
  bob = await rig.signedIn(app, 'bob', 1);
});
afterAll(() => rig.stop());

describe('messages', () => {
  it('are numbered without gaps and read back by both sides', async () => {
    const first = await alice.send('d:alice:bob', 'a1', 'hi 🌉');
    expect(first).toMatchObject({ conversationId: 'd:alice:bob', seq: 1, ordinal: 1 });
    expect(await bob.send('d:alice:bob', 'b1')).toMatchObject({ seq: 2, ordinal: 2 });
    const { entries, lastSeq, logEpoch } = await bob.pull({ conversationId: 'd:alice:bob' });
    expect({ lastSeq, logEpoch }).toEqual({ lastSeq: 2, logEpoch: 1 });
    expect(entries.map(({ seq, sender, clientMsgId }) => [seq, sender?.id, clientMsgId])).toEqual([
      [1, 'alice', 'a1'],
      [2, 'bob', 'b1'],
    ]);
    expect(entries[0]).toMatchObject({
      createdMs: first.createdMs,
      revision: 0,
      content: { body: { $case: 'text', value: { text: 'hi 🌉' } } },
    });
  });

  it('get one seq for every retry, also on two nodes at the same moment', async () => {
    const other = await rig.signedIn(app, 'alice', 1);
    for (let round = 0; round < 20; round += 1) {
      const id = newId();
      const answers = await Promise.all([
        alice.send('d:alice:carol', id),
        other.send('d:alice:carol', id),
        alice.send('d:alice:carol', id),
      ]);
      expect(new Set(answers.map(({ seq, createdMs }) => `${seq} ${createdMs}`)).size).toBe(1);
      expect(answers[0]?.seq).toBe(round + 1);
    }
    const { lastSeq } = await alice.pull({ conversationId: 'd:alice:carol' });
    expect(lastSeq).toBe(20);
  });

  it('get their seq for a retry also after the settings changed, which bind new ones only', async () => {
    for (const change of ['shorter', 'suspended'] as const) {
      const changing = await rig.createApp(`changing-${change}`);
      const here = await rig.signedIn(changing, 'alice');
      const { seq } = await here.send('d:alice:alice', 'm1', 'x'.repeat(50));
      await rig.changeApps((apps) =>
        change === 'shorter'
          ? apps.setSettings(changing.appId, { maxTextBytes: 10 })
          : apps.setStatus(changing.appId, 'suspended'),
      );
      // The other node has not asked for the app yet, so it knows the change at once.
      const later = await rig.signedIn(changing, 'alice', 1);
      const shop = rig.backEnd(`Bearer ${changing.credential}`, 1);
      expect((await later.send('d:alice:alice', 'm1', 'x'.repeat(50))).seq).toBe(seq);
      const sender = { kind: Sender_Kind.USER, id: 'alice' };
      const again = { sender, conversationId: 'd:alice:alice', clientMsgId: 'm1' };
      expect((await shop.send(again)).seq).toBe(seq);
      const code = change === 'shorter' ? 'LIMIT_EXCEEDED' : 'APP_SUSPENDED';
      const fresh = later.send('d:alice:alice', 'm2', 'x'.repeat(50));
      expect(await failureOf(fresh)).toMatchObject({ code });
      const headless = later.send('d:alice:bob', 'm3', 'x'.repeat(50));
      expect(await failureOf(headless)).toMatchObject({ code });
    }
  });

  it('keep their first content when a retry says something else', async () => {
    const { seq } = await alice.send('d:alice:alice', 'note', 'first');
    expect((await alice.send('d:alice:alice', 'note', 'second')).seq).toBe(seq);
    const { entries } = await alice.pull({ conversationId: 'd:alice:alice', fromSeq: seq });
    expect(entries).toMatchObject([{ content: { body: { value: { text: 'first' } } } }]);
  });

  it('come in ranges, forwards and backwards', async () => {
    const carol = await rig.signedIn(app, 'carol');
    const conversationId = 'd:carol:dave';
    for (let n = 1; n <= 7; n += 1) await carol.send(conversationId, `c${n}`);
    const seqs = async (request: Parameters<typeof carol.pull>[0]) => {
      const { entries, hasMore } = await carol.pull({ conversationId, ...request });
      return { seqs: entries.map(({ seq }) => seq), hasMore };
    };
    expect(await seqs({ limit: 3 })).toEqual({ seqs: [1, 2, 3], hasMore: true });
    expect(await seqs({ fromSeq: 6 })).toEqual({ seqs: [6, 7], hasMore: false });
    expect(await seqs({ limit: 3, backwards: true })).toEqual({ seqs: [5, 6, 7], hasMore: true });
    expect(await seqs({ fromSeq: 2, toSeq: 4 })).toEqual({ seqs: [2, 3, 4], hasMore: false });
    expect(await seqs({ fromSeq: 8 })).toEqual({ seqs: [], hasMore: false });
  });

  it('are sent by back ends as user, business and system', async () => {
    const conversationId = 'd:bob:dave';
    const senders = [
      { kind: 1, id: 'bob' },
      { kind: 3, id: 'shop' },
      { kind: 2, id: '' },
    ];
    for (const sender of senders) await backEnd.send({ sender, conversationId });
    const { entries } = await bob.pull({ conversationId });
    expect(entries.map(({ sender }) => sender)).toEqual(senders);
    const unread = async () => {
      const { conversations: all } = await bob.sync();
      return all.find((each) => each.conversationId === conversationId)?.member?.unread;
    };
    const counted = await unread();
    const [, shop] = senders;
    expect(await backEnd.send({ sender: shop, conversationId, notCounted: true })).toMatchObject({
      seq: 4,
      ordinal: 3,
    });
    expect(await unread()).toBe(counted);
    await backEnd.send({ sender: { kind: 2, id: '' }, conversationId: 's:bob' });
    expect((await bob.pull({ conversationId: 's:bob' })).lastSeq).toBe(1);
  });
});

describe('lists', () => {
  it('sync by pages, unread included, and then only what is new', async () => {
    await backEnd.upsert('eve', 'frank');
    const [eve, frank] = [await rig.signedIn(app, 'eve'), await rig.signedIn(app, 'frank')];
    await frank.send('d:eve:frank', 'f1');
    await frank.send('d:eve:frank', 'f2');
    const { conversationId } = await frank.createGroup({ memberIds: ['eve'], name: 'Two' });
    const page = await eve.sync(undefined, 1);
    expect(page).toMatchObject({ hasMore: true, logEpoch: 1 });
    expect(page.conversations).toMatchObject([
      {
        conversationId,
        kind: 2,
        name: 'Two',
        lastSeq: 1,
        lastEntry: { seq: 1, content: { body: { $case: 'groupCreated' } } },
        member: { unread: 0 },
      },
    ]);
    const next = await eve.sync(page.cursor, 1);
    expect(next.hasMore).toBe(false);
    expect(next.conversations).toMatchObject([
      { conversationId: 'd:eve:frank', kind: 1, lastSeq: 2, member: { unread: 2, readSeq: 0 } },
    ]);
    expect((await eve.sync(next.cursor)).conversations).toEqual([]);

    expect(await eve.markRead('d:eve:frank', 1)).toMatchObject({
      member: { readSeq: 1, unread: 1 },
    });
    const marked = await eve.sync(next.cursor);
    expect(marked.conversations).toMatchObject([{ member: { readSeq: 1, unread: 1 } }]);
    // Backwards: no error and no change.
    await eve.markRead('d:eve:frank', 2);
    expect(await eve.markRead('d:eve:frank', 1)).toMatchObject({
      member: { readSeq: 2, unread: 0 },
    });
  });

  it('refuse a cursor that is not theirs', async () => {
    const bad = await failureOf(alice.sync(Uint8Array.from([1, 2, 3, 4])));
    expect(bad).toEqual({ code: 'INVALID_ARGUMENT', field: 'cursor' });
  });
});

describe('groups', () => {
  it('are created once per request, on any node', async () => {
    const request = { clientRequestId: newId(), memberIds: ['bob', 'carol'], name: 'Once' };
    const again = await rig.signedIn(app, 'alice', 1);
    const answers = await Promise.all([alice.createGroup(request), again.createGroup(request)]);
    expect(answers[0]).toEqual(answers[1]);
    const { entries } = await bob.pull({ conversationId: answers[0]?.conversationId ?? '' });
    expect(entries).toMatchObject([
      {
        seq: 1,
        ordinal: 0,
        sender: { kind: 2, id: '' },
        content: {
          body: { $case: 'groupCreated', value: { name: 'Once', creatorId: 'alice' } },
        },
      },
    ]);
  });

  it('take messages of members only', async () => {
    const { conversationId } = await alice.createGroup({ memberIds: ['bob'], groupId: newId() });
    expect(await bob.send(conversationId, 'b')).toMatchObject({ seq: 2, ordinal: 1 });
    const carol = await rig.signedIn(app, 'carol');
    expect(await failureOf(carol.send(conversationId, 'c'))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are created by back ends for a user', async () => {
    const groupId = newId();
    const made = await backEnd.createGroup({ ownerId: 'carol', memberIds: ['dave'], groupId });
    expect(made).toEqual({ groupId, conversationId: `g:${groupId}` });
    const taken = await failureOf(alice.createGroup({ groupId }));
    expect(taken).toEqual({ code: 'ALREADY_EXISTS', field: 'group_id' });
    const missing = await failureOf(
      backEnd.createGroup({ ownerId: 'carol', memberIds: ['nobody'] }),
    );
    expect(missing).toEqual({ code: 'NOT_FOUND', field: 'member_ids[0]' });
  });
});

describe('users', () => {
  it('are upserted, and unset fields stay as they are', async () => {
    expect(await backEnd.upsertUsers([{ userId: 'zoe', nickname: 'Zoë', avatarUrl: 'u' }])).toEqual(
      {
        created: 1,
        updated: 0,
      },
    );
    expect(await backEnd.upsertUsers([{ userId: 'zoe', nickname: 'Z' }])).toEqual({
      created: 0,
      updated: 1,
    });
    const { users } = await alice.getUsers('zoe', 'nobody');
    expect(users).toMatchObject([{ userId: 'zoe', nickname: 'Z', avatarUrl: 'u' }]);
  });

  it('exist from their first valid sign-in', async () => {
    expect(await failureOf(alice.send('d:alice:newcomer', 'm'))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await (await rig.signedIn(app, 'newcomer')).sync();
    expect(await alice.send('d:alice:newcomer', 'm')).toMatchObject({ seq: 1 });
  });
});
