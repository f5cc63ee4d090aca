import {
  ConversationServiceDefinition as Conversations,
  DeviceServiceDefinition as Devices,
  MessageServiceDefinition as Messages,
  PresenceServiceDefinition as Presence,
} from '@queqiao/protocol/client';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, contentOf, newId, type UserCall } from '../rig/api-rig.js';
import { LiveDevices } from '../rig/live-devices.js';

let rig: ApiRig;
let app: TestApp;
let live: LiveDevices;
let behalf: (userId: string, device?: string) => UserCall;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob', 'carol');
  live = await LiveDevices.open(rig.nodes);
  behalf = (userId, device) => rig.callsOnBehalf(app, userId, device);
});
afterAll(async () => {
  live.close();
  await rig.stop();
});

const CHAT = 'd:alice:bob';
const message = (clientMsgId: string, conversationId = CHAT) => ({
  conversationId,
  clientMsgId,
  content: contentOf(`said by ${clientMsgId}`),
});

async function unreadOf(userId: string): Promise<number | undefined> {
  const call = await rig.calls(app, userId);
  const { conversations } = await call(Conversations, 'syncConversations', {});
  return conversations.find((each) => each.conversationId === CHAT)?.member?.unread;
}

it('a message goes to every device, the author’s too, and is read by the author alone', async () => {
  const sessions = [
    await live.signIn('demo', 'alice'),
    await live.signIn('demo', 'alice'),
    await live.signIn('demo', 'bob'),
  ];
  const { seq } = await behalf('alice')(Messages, 'send', message('m1'));
  for (const session of sessions) {
    await eventually('it is pushed', () => live.pushed(session, CHAT).length === 1);
  }
  expect(await unreadOf('alice')).toBe(0);
  expect(await unreadOf('bob')).toBe(1);
  const call = await rig.calls(app, 'bob');
  const { entries } = await call(Conversations, 'pullEntries', { conversationId: CHAT });
  expect(entries.at(-1)).toMatchObject({ seq, sender: { id: 'alice' } });
  const state = await behalf('bob')(Conversations, 'markRead', { conversationId: CHAT, seq });
  expect(state.member).toMatchObject({ readSeq: seq, unread: 0 });
});

it('a retry finds the message whichever way it was sent', async () => {
  const own = await rig.calls(app, 'alice');
  const first = await behalf('alice')(Messages, 'send', message('m2'));
  expect(await own(Messages, 'send', message('m2'))).toEqual(first);
  const second = await own(Messages, 'send', message('m3'));
  expect(await behalf('alice')(Messages, 'send', message('m3'))).toEqual(second);
});

it('leaves no device behind, and knows as its own the one that it names', async () => {
  await behalf('carol')(Messages, 'send', message(newId(), 'd:carol:carol'));
  await behalf('carol', 'tablet')(Messages, 'send', message(newId(), 'd:carol:carol'));
  const rows = await queryRows(rig.database.url, "SELECT * FROM devices WHERE user_id = 'carol'");
  expect(rows).toEqual([]);
  await queryRows(
    rig.database.url,
    `INSERT INTO devices (app_id, user_id, device_id, platform, brand, model, os_version, app_version, generation, created_ms, last_seen_ms)
     VALUES ('demo', 'carol', 'tablet', 'ios', '', '', '', '', 1, 1, 1)`,
  );
  const currents = async (device?: string) =>
    (await behalf('carol', device)(Devices, 'listDevices', {})).devices.map((each) => each.current);
  expect([await currents(), await currents('tablet')]).toEqual([[false], [true]]);
});

it('watches others for the devices of the user', async () => {
  const call = behalf('alice');
  const { presences } = await call(Presence, 'subscribePresence', { userIds: ['bob', 'carol'] });
  expect(presences.map(({ userId, online }) => [userId, online])).toEqual([
    ['bob', true],
    ['carol', false],
  ]);
  await call(Presence, 'unsubscribePresence', {});
});
