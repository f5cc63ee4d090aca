import { BUCKET_COUNT } from '@queqiao/directory';
import { Content, decodeFrame, Sender_Kind, type TransientEvent } from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { grpcDoor } from '../rig/any-door.js';
import { LinkCaller } from '../rig/api-link-caller.js';
import { ApiRig, newId } from '../rig/api-rig.js';
import { messageDoor, type MessageDoor } from './message-doors.js';

const node = { nodeId: 'connect-1', bootId: 'boot-1' };
const sessions = { alice: 1, bob: 2, carol: 3 } as const;
let rig: ApiRig;
let app: TestApp;
let alice: MessageDoor;
let link: LinkCaller;

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob', 'carol');
  const [logic] = rig.nodes;
  if (!logic) throw new Error('no node');
  const connect = { kind: 'connect', ...node } as const;
  await logic.directory.acquireLease(connect, '', 600_000);
  const buckets = Array.from({ length: BUCKET_COUNT }, (_, bucket) => bucket);
  await logic.directory.plantCanaries(connect, buckets, 600_000);
  for (const [user, session] of Object.entries(sessions)) {
    const codec = user === 'bob' ? ('json' as const) : ('proto' as const);
    const route = { ...node, deviceId: 'd', generation: 1, platform: 'web', session, codec };
    await logic.directory.register('demo', user, route, { mode: 'unlimited' });
  }
  const authorization = `Bearer ${await app.token('alice')}`;
  alice = messageDoor(grpcDoor(rig, { authorization, 'queqiao-device': 'phone' }));
});
afterAll(async () => {
  alice.close();
  link.close();
  await rig.stop();
});

/** What came down, and for which sessions; text for those on the JSON codec. */
interface Shown {
  sessions: number[];
  event: TransientEvent | string;
}

function delivered(): Shown[] {
  return link.down.flatMap(({ item }): Shown[] => {
    if (item?.$case !== 'deliver') return [];
    const { protoFrame, jsonItem, sessions: to } = item.value;
    if (protoFrame.length === 0) {
      return [{ sessions: to, event: new TextDecoder().decode(jsonItem) }];
    }
    return decodeFrame(protoFrame).flatMap(({ item: inner }) => {
      const event = inner?.$case === 'push' ? inner.value.event : undefined;
      return event?.$case === 'transient' ? [{ sessions: to, event: event.value }] : [];
    });
  });
}

/** What comes of it, once it has come to all of these: each codec and each conversation has items of its own, in one frame or in several. */
async function after(act: () => Promise<unknown>, ...reached: number[]): Promise<Shown[]> {
  link?.close();
  link = new LinkCaller(`127.0.0.1:${rig.nodes[0]?.logic.ports.link}`, node);
  // A call that was answered: the link stands.
  await link.call({ method: 'queqiao.link.v1.SessionService/Nothing' });
  await act();
  const to = () => new Set(delivered().flatMap((each) => each.sessions));
  await link.until(() => reached.every((session) => to().has(session)));
  return delivered();
}

const rows = () =>
  rig.nodes[0]?.logic.registry.getSingleMetricAsString('queqiao_delivery_transients_total');

it('a signal reaches the devices of the members, in a chat in which nothing was said yet too', async () => {
  const typing = { conversationId: 'd:alice:carol', name: 'typing', data: Uint8Array.of(7) };
  const both = [sessions.alice, sessions.carol];
  const got = await after(() => alice.call('signal', typing), ...both);
  expect(got).toHaveLength(1);
  // The call came over gRPC, so the session of the same user is another device.
  expect(new Set(got[0]?.sessions)).toEqual(new Set(both));
  expect(got[0]?.event).toMatchObject({
    conversationId: 'd:alice:carol',
    sender: { id: 'alice' },
    event: { $case: 'signal', value: { name: 'typing' } },
  });
  const reader = await rig.signedIn(app, 'carol');
  expect((await reader.sync()).conversations).toEqual([]);
  expect(await rows()).toContain(' 1');
});

it('a command and a message that asks for it are shown once and never stored', async () => {
  const content = Content.create({
    body: { $case: 'command', value: { name: 'open', data: Uint8Array.of(1, 2) } },
    extra: 'more',
  });
  const send = (more: object) =>
    alice.call('send', { conversationId: 'd:alice:bob', clientMsgId: newId(), ...more });
  const both = [sessions.alice, sessions.bob];
  const got = await after(() => send({ content }), ...both);
  const text = JSON.stringify(got.map(({ event }) => event));
  expect(text).toContain('command');
  const reached = new Set(got.flatMap((each) => each.sessions));
  expect(reached).toEqual(new Set(both));
  const online = Content.create({ body: { $case: 'text', value: { text: 'only now' } } });
  const shown = await after(() => send({ content: online, onlineOnly: true }), ...both);
  expect(JSON.stringify(shown)).toContain('only now');
  const reader = await rig.signedIn(app, 'bob');
  expect((await reader.pull({ conversationId: 'd:alice:bob' })).lastSeq).toBe(0);
});

it('a back end shows what is not stored in a chat, and in a feed that nobody wrote to yet', async () => {
  const shop = rig.backEnd(`Bearer ${app.credential}`);
  const sender = { kind: Sender_Kind.BUSINESS, id: 'shop' };
  const command = Content.create({
    body: { $case: 'command', value: { name: 'refresh', data: new Uint8Array() } },
  });
  for (const [conversationId, more, reached] of [
    ['d:alice:bob', { onlineOnly: true }, [sessions.alice, sessions.bob]],
    ['s:carol', { onlineOnly: true }, [sessions.carol]],
    ['s:carol', { content: command }, [sessions.carol]],
  ] as const) {
    let answer: unknown;
    const got = await after(
      async () => {
        answer = await shop.send({ sender, conversationId, ...more });
      },
      ...reached,
    );
    expect(answer).toMatchObject({ conversationId, seq: 0, ordinal: 0 });
    expect(new Set(got.flatMap((each) => each.sessions))).toEqual(new Set(reached));
  }
  const carol = await rig.signedIn(app, 'carol');
  expect((await carol.pull({ conversationId: 's:carol' })).lastSeq).toBe(0);
});

it('is not for those who are no members, and nothing is delivered then', async () => {
  const owner = await rig.signedIn(app, 'bob');
  const { conversationId } = await owner.createGroup({ groupId: 'closed', memberIds: ['carol'] });
  const before = await rows();
  await expect(alice.call('signal', { conversationId, name: 'typing' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const foreign = alice.call('signal', { conversationId: 'd:bob:carol', name: 'typing' });
  await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const unknown = alice.call('signal', { conversationId: 'd:alice:zoe', name: 'typing' });
  await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await rows()).toBe(before);
});
