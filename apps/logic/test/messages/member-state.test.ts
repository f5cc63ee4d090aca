import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  ConversationServiceDefinition,
  decodeFrame,
  ListReadersRequest,
  MessageServiceDefinition,
  UpdateSettingsRequest,
  type Conversation,
  type Push,
} from '@queqiao/protocol/client';
import { AckDeliveredRequest } from '@queqiao/protocol/link';
import { stallAppend, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LinkCaller } from '../rig/api-link-caller.js';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: ReturnType<ApiRig['backEnd']>;
const closers: (() => void)[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEnd(`Bearer ${app.credential}`);
});
afterAll(async () => {
  for (const close of closers) close();
  await rig.stop();
});

/** One device of a user, at one of the two nodes. */
async function device(userId: string, index = 0) {
  await backEnd.upsert(userId);
  const authorization = `Bearer ${await app.token(userId)}`;
  const metadata = { authorization, 'queqiao-device': `${userId}-${index}` };
  const at = rig.address(index);
  const conversations = createGrpcClient(ConversationServiceDefinition, at, { interceptors: [] });
  const messages = createGrpcClient(MessageServiceDefinition, at, { interceptors: [] });
  closers.push(() => conversations.close());
  closers.push(() => messages.close());
  const base = rig.user(metadata, index);
  return {
    ...base,
    set: (conversationId: string, patch: object) =>
      conversations.updateSettings(UpdateSettingsRequest.create({ conversationId, ...patch }), {
        metadata,
      }),
    clear: (conversationId: string, throughSeq = 0) =>
      conversations.clearHistory({ conversationId, throughSeq }, { metadata }),
    hide: (conversationId: string, ...seqs: number[]) =>
      messages.deleteForMe({ conversationId, seqs }, { metadata }),
    readers: (request: Partial<ListReadersRequest>) =>
      conversations.listReaders(ListReadersRequest.create(request), { metadata }),
    catchUp: (...ranges: { conversationId: string; fromSeq: number }[]) =>
      conversations.catchUp({ ranges }, { metadata }),
    /** As a list shows it. */
    async row(conversationId: string): Promise<Conversation> {
      const { conversations: all } = await base.sync();
      const found = all.find((each) => each.conversationId === conversationId);
      if (!found) throw new Error(`no ${conversationId}`);
      return found;
    },
  };
}

describe('settings', () => {
  it('are the same on every device, at once and after sync', async () => {
    const [phone, desk] = [await device('ann'), await device('ann', 1)];
    const ben = await device('ben');
    const id = 'd:ann:ben';
    await ben.send(id, 'b1');
    const { cursor } = await desk.sync();
    const draft = 'half a 🌉';
    const { member } = await phone.set(id, { pinned: true, muted: true, draft, remark: 'Ben' });
    await desk.set(id, { markedUnread: true });
    const synced = await desk.sync(cursor);
    expect(synced.conversations).toMatchObject([
      {
        conversationId: id,
        member: {
          rev: (member?.rev ?? 0) + 1,
          settings: {
            pinned: true,
            muted: true,
            hidden: false,
            draft,
            remark: 'Ben',
            markedUnread: true,
          },
        },
      },
    ]);
    expect(synced).toMatchObject({ totalUnread: 0, totalUnreadMuted: 1 });
    await phone.set(id, { muted: false });
    expect(await desk.sync(cursor)).toMatchObject({ totalUnread: 1, totalUnreadMuted: 0 });
    await desk.markRead(id, 1);
    expect((await phone.row(id)).member?.settings?.markedUnread).toBe(false);
  });

  it('hide a conversation until something new arrives', async () => {
    const [gus, hal] = [await device('gus'), await device('hal', 1)];
    const id = 'd:gus:hal';
    await hal.send(id, 'h1');
    await gus.set(id, { hidden: true });
    const { cursor } = await gus.sync();
    expect((await gus.row(id)).member?.settings?.hidden).toBe(true);
    await hal.send(id, 'h2');
    const { conversations } = await gus.sync(cursor);
    expect(conversations).toMatchObject([{ member: { settings: { hidden: false } } }]);
  });
});

describe('what one clears and deletes for oneself', () => {
  it('is gone on all own devices and nowhere else, and the group keeps its name', async () => {
    const [ida, joe] = [await device('ida'), await device('joe', 1)];
    const { conversationId: id } = await joe.createGroup({ memberIds: ['ida'], name: 'Kept' });
    for (const text of ['j2', 'j3', 'j4']) await joe.send(id, text);
    await ida.hide(id, 4, 2);
    expect(await ida.row(id)).toMatchObject({
      name: 'Kept',
      lastEntry: undefined,
      lastSeq: 4,
      member: { hiddenSeqs: [2, 4] },
    });
    const pulled = await ida.pull({ conversationId: id });
    expect(pulled.entries.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(pulled.notVisible).toEqual([
      { fromSeq: 2, toSeq: 2 },
      { fromSeq: 4, toSeq: 4 },
    ]);
    expect((await ida.clear(id)).member).toMatchObject({
      clearedSeq: 4,
      unread: 0,
      hiddenSeqs: [],
    });
    await joe.send(id, 'j5');
    expect(await ida.row(id)).toMatchObject({ lastEntry: { seq: 5 }, member: { unread: 1 } });
    const { answers } = await ida.catchUp({ conversationId: id, fromSeq: 0 });
    expect(answers).toMatchObject([
      { entries: [{ seq: 5 }], notVisible: [{ fromSeq: 1, toSeq: 4 }], hasMore: false },
    ]);
    expect((await joe.pull({ conversationId: id })).entries).toHaveLength(5);
  });
});

describe('receipts', () => {
  it('of a group message go to its sender', async () => {
    const [kim, leo] = [await device('kim'), await device('leo', 1)];
    await backEnd.upsert('mia');
    const { conversationId: id } = await kim.createGroup({ memberIds: ['leo', 'mia'] });
    await kim.send(id, 'k2');
    await leo.markRead(id, 2);
    const counts = { readCount: 1, unreadCount: 1 };
    const about = { conversationId: id, seq: 2 };
    expect(await kim.readers(about)).toEqual({ userIds: ['leo'], nextPageToken: '', ...counts });
    const unread = await kim.readers({ ...about, unread: true, limit: 1 });
    expect(unread).toMatchObject({ userIds: ['mia'], ...counts });
    expect(unread.nextPageToken).not.toBe('');
    const end = { ...about, unread: true, pageToken: unread.nextPageToken };
    expect(await kim.readers(end)).toEqual({ userIds: [], nextPageToken: '', ...counts });
    expect(await failureOf(leo.readers(about))).toMatchObject({ code: 'PERMISSION_DENIED' });
    const stranger = await device('zed');
    expect(await failureOf(stranger.readers(about))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('a commit that was stalled while a device synced is found by its next sync', async () => {
  const [ned, oli] = [await device('ned'), await device('oli', 1)];
  await oli.send('d:ned:oli', 'o1');
  const place = { appId: 'demo', conversationId: 'd:ned:oli', sender: 'oli' };
  const stalled = await stallAppend(rig.database.url, place);
  const during = await ned.sync();
  expect(during.conversations).toMatchObject([{ lastSeq: 1 }]);
  // What was committed later is synced before.
  await oli.send('d:oli:oli', 'note');
  await (await device('pam')).send('d:ned:pam', 'p1');
  const next = await ned.sync(during.cursor);
  expect(next.conversations).toMatchObject([{ conversationId: 'd:ned:pam' }]);
  await stalled.commit();
  const found = await ned.sync(next.cursor);
  expect(found.conversations).toMatchObject([{ conversationId: 'd:ned:oli', lastSeq: 2 }]);
  expect((await ned.sync(found.cursor)).conversations).toEqual([]);
});

describe('over the link', () => {
  const node = { nodeId: 'connect-1', bootId: 'boot-1' };

  async function attach(...sessions: { userId: string; session: number }[]) {
    const [logic] = rig.nodes;
    if (!logic) throw new Error('no node');
    const identity = { kind: 'connect', ...node } as const;
    await logic.directory.acquireLease(identity, '', 600_000);
    for (const { userId, session } of sessions) {
      const route = { deviceId: `${userId}-${session}`, generation: 1, platform: 'web', session };
      const line = { ...node, ...route, codec: 'proto' as const };
      await logic.directory.register('demo', userId, line, { mode: 'unlimited' });
    }
    const link = new LinkCaller(`127.0.0.1:${logic.logic.ports.link}`, node);
    closers.push(() => link.close());
    return link;
  }

  /** What a session was pushed. */
  function pushed(link: LinkCaller, session: number): Push['event'][] {
    return link.down.flatMap(({ item }) => {
      if (item?.$case !== 'deliver' || !item.value.sessions.includes(session)) return [];
      return decodeFrame(item.value.protoFrame).flatMap(({ item: inner }) =>
        inner?.$case === 'push' ? [inner.value.event] : [],
      );
    });
  }

  it('the self feed reaches all devices, syncs and pulls like a conversation; acks show the peer', async () => {
    const [rae, sam] = [await device('rae'), await device('sam')];
    const link = await attach(
      { userId: 'rae', session: 1 },
      { userId: 'rae', session: 2 },
      { userId: 'sam', session: 3 },
    );
    const system = { kind: 2, id: '' };
    const ids = [newId(), newId()];
    for (const clientMsgId of ids) {
      await backEnd.send({ sender: system, conversationId: 's:rae', clientMsgId });
    }
    await backEnd.send({ sender: system, conversationId: 's:rae', clientMsgId: ids[0] ?? '' });
    const feed = (session: number) =>
      pushed(link, session).flatMap((event) =>
        event?.$case === 'entry' && event.value.conversationId === 's:rae' ? [event.value.seq] : [],
      );
    await link.until(() => new Set(feed(1)).size === 2 && new Set(feed(2)).size === 2);
    expect(feed(3)).toEqual([]);
    expect(await rae.row('s:rae')).toMatchObject({ kind: 3, lastSeq: 2, member: { unread: 2 } });
    const { entries } = await rae.pull({ conversationId: 's:rae', fromSeq: 2 });
    expect(entries).toMatchObject([{ seq: 2, sender: system }]);
    expect((await rae.markRead('s:rae', 2)).member).toMatchObject({ unread: 0 });
    expect(await failureOf(sam.pull({ conversationId: 's:rae' }))).toMatchObject({
      code: 'NOT_FOUND',
    });

    await sam.send('d:rae:sam', 'hello');
    const acks = [{ appId: 'demo', userId: 'rae', conversationId: 'd:rae:sam', seq: 1 }];
    const body = AckDeliveredRequest.encode({ acks }).finish();
    const method = 'queqiao.link.v1.SessionService/AckDelivered';
    const reply = await link.call({ method, body, codec: 1 });
    expect(reply.result?.$case).toBe('body');
    const delivered = () =>
      pushed(link, 3).some(
        (event) => event?.$case === 'memberState' && event.value.peerDeliveredSeq === 1,
      );
    await link.until(delivered);
    expect((await sam.row('d:rae:sam')).member).toMatchObject({
      peerDeliveredSeq: 1,
      peerReadSeq: 0,
    });
    await rae.markRead('d:rae:sam', 1);
    await link.until(() =>
      pushed(link, 3).some(
        (event) => event?.$case === 'memberState' && event.value.peerReadSeq === 1,
      ),
    );
  });
});

it('a catch-up tells a conversation that is empty from one that is not there', async () => {
  const una = await device('una');
  const ranges = ['d:una:zoe', 'g:none'].map((conversationId) => ({ conversationId, fromSeq: 1 }));
  expect(await una.catchUp(...ranges)).toMatchObject({
    hasMore: false,
    answers: [
      { lastSeq: 0, notFound: false },
      { lastSeq: 0, notFound: true },
    ],
  });
});
