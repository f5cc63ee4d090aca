import { ConversationServiceDefinition as Conversations } from '@queqiao/protocol/client';
import { BareDevice, RoamingDevice } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1, logic: 1 });
/** As large as the app allows by default. */
const TEXT = 'x'.repeat(8_192);
const PEERS = Array.from({ length: 120 }, (_, index) => `peer${index}`);
const CHATTY = PEERS.slice(0, 4);
const MESSAGES = 100;

beforeAll(async () => {
  const { grpcAddress } = cluster().logicAt(0);
  const { app } = cluster();
  const backEnd = new BackEnd(grpcAddress, app);
  await backEnd.upsert('ann', ...PEERS);
  const door = new UserDoor(grpcAddress, await app.token('ann'), 'd1');
  await Promise.all(PEERS.map((peer) => door.send(`d:ann:${peer}`, 'm0', TEXT)));
  for (let message = 1; message < MESSAGES; message += 1) {
    await Promise.all(CHATTY.map((peer) => door.send(`d:ann:${peer}`, `m${message}`, TEXT)));
  }
  for (const each of [backEnd, door]) each.close();
});

describe('a device that reads what it asked for is never taken for one that does not', () => {
  it.each(['proto', 'json'] as const)('many large pulls at once, %s', async (codec) => {
    const token = await cluster().app.token('ann');
    const { socketUrl } = cluster().connectAt(0);
    const device = await BareDevice.signIn(socketUrl, { token, deviceId: `p-${codec}`, codec });
    const pulls = CHATTY.map((peer) => {
      const range = { fromSeq: 0, toSeq: 0, limit: 500, backwards: false };
      const request = { conversationId: `d:ann:${peer}`, ...range };
      return device.call(Conversations, Conversations.methods.pullEntries, request);
    });
    const answers = await Promise.all(pulls);
    expect(answers.every(({ entries }) => entries.length > 0)).toBe(true);
    await device.close();
  });

  it.each(['proto', 'json'] as const)('a full page of conversations, %s', async (codec) => {
    const token = await cluster().app.token('ann');
    const { socketUrl } = cluster().connectAt(0);
    const device = await BareDevice.signIn(socketUrl, { token, deviceId: `s-${codec}`, codec });
    const seen = new Set<string>();
    const { syncConversations } = Conversations.methods;
    for (let cursor: Uint8Array = new Uint8Array(), more = true; more;) {
      const page = await device.call(Conversations, syncConversations, { cursor, limit: 200 });
      for (const { conversationId } of page.conversations) seen.add(conversationId);
      cursor = page.cursor;
      more = page.hasMore;
    }
    expect(seen.size).toBe(PEERS.length);
    await device.close();
  });

  it('a new device ends with everything', async () => {
    const { app, socketUrls } = cluster();
    const device = new RoamingDevice({ urls: socketUrls, app, userId: 'ann', deviceId: 'new' });
    device.start();
    await device.whenOnline();
    await device.sync();
    expect([...device.logs.values()].reduce((sum, { high }) => sum + high, 0)).toBe(
      PEERS.length + CHATTY.length * (MESSAGES - 1),
    );
    expect(device.closeCodes).toEqual([]);
    await device.stop();
  });
});
