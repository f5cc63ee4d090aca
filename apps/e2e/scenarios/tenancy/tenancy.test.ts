import { ConversationServiceDefinition as Conversations } from '@queqiao/protocol/client';
import { BareDevice, readLogTable, type TestApp } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from '../../src/crowd.js';
import { BackEnd, codeOf, UserDoor } from '../../src/doors.js';
import { Choices, useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const SHAPE = { users: 8, groups: 4, groupSize: 4, feeds: ['push', 'sync', 'both'] } as const;

let other: TestApp;
beforeAll(async () => {
  other = await cluster().createApp('other');
});

describe('two apps with the same names in one deployment', () => {
  it('never see each other’s messages', async () => {
    const choices = new Choices('tenancy');
    const [mine, theirs] = [
      await Crowd.gather(cluster(), choices, SHAPE),
      await Crowd.gather(cluster(), choices, SHAPE, other),
    ];
    await Promise.all([mine.talk(200, 16), theirs.talk(300, 16)]);
    for (const crowd of [mine, theirs]) {
      await crowd.settle();
      // Texts name their app, so what crossed would differ from what is stored for the app.
      expect(await crowd.judge()).toEqual([]);
      await crowd.leave();
    }
  });

  it('answer alike for what belongs to the other and for what does not exist', async () => {
    const node = cluster().logicAt(1).grpcAddress;
    const backEnd = new BackEnd(node, other);
    await backEnd.upsert('user0', 'stranger');
    await backEnd.createGroup('stranger', 'theirs', ['user0']);
    const door = new UserDoor(node, await cluster().app.token('user0'), 'd1');
    const codeOfError = (error: Error) => codeOf(Promise.reject(error));
    const range = { fromSeq: 0, toSeq: 0, limit: 0, backwards: false };
    const answersTo = async (conversationId: string) => {
      const { pullEntries, markRead } = door.conversations;
      return [
        await pullEntries({ ...range, conversationId }, door.options).catch(codeOfError),
        await codeOf(markRead({ conversationId, seq: 1 }, door.options)),
        await codeOf(door.send(conversationId, 'm1', 'hello')),
      ];
    };
    expect(await answersTo('g:theirs')).toEqual(await answersTo('g:nowhere'));
    expect(await answersTo('g:theirs')).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
    // Between two users of one app a direct chat needs no create step, so pulls of it are empty rather than refused.
    expect(await answersTo('d:stranger:user0')).toEqual(await answersTo('d:nobody:user0'));
    expect(await answersTo('d:stranger:user0')).toMatchObject([{ entries: [] }, {}, 'NOT_FOUND']);
    const { users } = await door.users.getUsers({ userIds: ['stranger', 'user0'] }, door.options);
    expect(users.map(({ userId }) => userId)).toEqual(['user0']);
    const table = await readLogTable(cluster().database.url, 'demo');
    expect([...table.keys()].filter((id) => id.includes('stranger'))).toEqual([]);
    for (const each of [backEnd, door]) each.close();
  });

  it('a device of one app never gets a push of its namesake in the other', async () => {
    const [mine, theirs] = await Promise.all(
      [cluster().app, other].map(async (app, index) => {
        const { socketUrl } = cluster().connectAt(index);
        const token = await app.token('user1');
        return BareDevice.signIn(socketUrl, { token, deviceId: 'same', codec: 'json' });
      }),
    );
    const door = new UserDoor(cluster().logicAt(0).grpcAddress, await other.token('user2'), 'd1');
    const seq = await door.send('d:user1:user2', 'only-theirs', 'for you');
    const pushedTo = (device: BareDevice | undefined) =>
      device?.next('push', ({ event }) => event?.$case === 'entry' && event.value.seq === seq);
    await pushedTo(theirs);
    // A round trip after it: what was to come would have come.
    const request = { cursor: new Uint8Array(), limit: 200 };
    await mine?.call(Conversations, Conversations.methods.syncConversations, request);
    expect(mine?.all('push')).toEqual([]);
    door.close();
    await Promise.all([mine?.close(), theirs?.close()]);
  });
});
