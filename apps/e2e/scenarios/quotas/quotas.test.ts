import { QuotaFailure, Status } from '@queqiao/protocol/rpc-status';
import { isServiceError } from '@queqiao/grpc-kit';
import { Content, SendRequest } from '@queqiao/protocol/client';
import { Erasure_Phase } from '@queqiao/protocol/server';
import { BareDevice, eventually, SocketClosed } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { codeOf, typed, UserDoor } from '../../src/doors.js';
import type { NamedWay } from '../../src/same-calls/all-ways.js';
import type { Answer } from '../../src/same-calls/ways.js';
import { useCluster } from '../../src/scenario.js';
import { admin } from '../../src/admin-tool.js';
import { CountedApp, overQuota, seqOf } from './counted-app.js';

// Each test has an app of its own: what they wait for, of counts and of what nodes believe, they wait for at once.
// Devices say nothing while the next count is waited for.
const connectEnv = { QUEQIAO_SILENCE_MS: '600000' };
const cluster = useCluster({ connect: 2, logic: 2, connectEnv });

const CHAT = { conversation_id: 'd:ann:bob' };
const isOk = (answer: Answer) => 'body' in answer;

it.concurrent(
  'an app with all the entries it may have: the same refusal by every way, what is there is read, and more is more',
  async () => {
    const app = await CountedApp.create(cluster(), 'entries');
    const ways = app.ann.all;
    const firsts = await app.byAll((way) =>
      app.send(way, `first by ${way.name}`.replaceAll(' ', '-')),
    );
    expect(firsts.map(seqOf)).toEqual(ways.map((_, n) => String(n + 1)));
    const limit = ways.length;
    expect(await app.set(`maxEntries=${limit}`)).toMatchObject({ maxEntries: limit });
    await app.counted({ entries: limit });
    await CountedApp.known();

    const refusal = overQuota('maxEntries', limit, 'entries');
    const said = () => ({ ...CHAT, client_msg_id: app.newId() });
    const words = { content: { text: { text: 'better' } } };
    for (const [method, request] of [
      ['Send', words],
      ['Edit', { ...words, target_seq: 1 }],
      ['React', { target_seq: 1, emoji: '+' }],
      ['Pin', { target_seq: 1 }],
    ] as const) {
      const answers = await app.byAll((way) => {
        return app.call(`MessageService/${method}`, { ...said(), ...request }, way);
      });
      expect(answers, method).toEqual(ways.map(() => refusal));
    }
    expect(await app.rows()).toBe(limit);
    await stockDetails(app, limit);

    const again = await app.byAll((way) =>
      app.send(way, `first by ${way.name}`.replaceAll(' ', '-')),
    );
    expect(again).toEqual(firsts);
    const pulled = await app.byAll((way) => app.call('ConversationService/PullEntries', CHAT, way));
    for (const answer of pulled) {
      expect(answer).toMatchObject({
        body: { entries: firsts.map((first) => ({ seq: seqOf(first) })) },
      });
    }
    const synced = await app.byAll((way) =>
      app.call('ConversationService/SyncConversations', {}, way),
    );
    for (const answer of synced) expect(JSON.stringify(answer)).toContain('d:ann:bob');

    // What takes away goes on, and gives no entry back: the app is counted anew within about a minute, by itself.
    const recall = { ...said(), target_seq: 1 };
    expect(isOk(await app.call('MessageService/Recall', recall))).toBe(true);
    expect((await app.counted({ entries: await app.rows() })).entries).toBeGreaterThan(limit);
    expect(await app.send()).toEqual(refusal);

    const more = limit + 100;
    await app.set(`maxEntries=${more}`);
    await CountedApp.known();
    expect((await app.byAll((way) => app.send(way))).map(isOk)).toEqual(ways.map(() => true));
    await app.close();
  },
);

/** As a library of gRPC's own reads the refusal. */
async function stockDetails({ app }: CountedApp, limit: number): Promise<void> {
  const door = new UserDoor(cluster().logicAt(1).grpcAddress, await app.token('ann'), 'ann-door');
  const content = Content.create({ body: { $case: 'text', value: { text: 'hi' } } });
  const about = { conversationId: 'd:ann:bob', clientMsgId: 'stock', content };
  const error: unknown = await door.messages
    .send(SendRequest.create(about), door.options)
    .catch((refusal: unknown) => refusal);
  door.close();
  if (!isServiceError(error)) throw error;
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const { details } = Status.decode(bytes as Buffer);
  const quota = details.find(({ typeUrl }) => typeUrl.endsWith('google.rpc.QuotaFailure'));
  expect(QuotaFailure.decode(quota?.value ?? new Uint8Array()).violations).toEqual([
    { subject: 'maxEntries', description: `the app may have ${limit} entries` },
  ]);
}

/** Sends until it is refused, and some more: once a node knows, it knows for good. */
async function fill(app: CountedApp, way: NamedWay) {
  const ends: string[] = [];
  for (let afterwards = 0; afterwards < 5;) {
    const answer = await app.send(way);
    ends.push('body' in answer ? 'OK' : answer.error.code);
    if (ends.includes('LIMIT_EXCEEDED')) afterwards += 1;
  }
  return ends;
}

it.concurrent(
  'under writes through two nodes exactly what was answered is stored and counted',
  async () => {
    const app = await CountedApp.create(cluster(), 'busy');
    const begun = app.ann.all.map((way) => fill(app, way));
    await eventually('there is more than the quota', async () => (await app.rows()) > 50);
    await app.set('maxEntries=50');
    const ends = await Promise.all(begun);
    for (const each of ends) {
      const refused = each.slice(each.indexOf('LIMIT_EXCEEDED'));
      expect(new Set(each)).toEqual(new Set(['OK', 'LIMIT_EXCEEDED']));
      expect(new Set(refused)).toEqual(new Set(['LIMIT_EXCEEDED']));
    }
    const accepted = ends.flat().filter((end) => end === 'OK').length;
    expect(await app.rows()).toBe(accepted);
    // What came while it was counted shows in the next count.
    await app.set('maxEntries=50');
    expect(await app.counted({ entries: accepted })).toMatchObject({ users: 2, groups: 0 });
    const shown = await admin(cluster(), ['app', 'show', 'busy'], 1);
    expect(shown['usage']).toMatchObject({ users: 2, groups: 0, entries: accepted });
    await app.close();
  },
);

/** The code of the close that a sign-in ends with; 0 when it succeeds. */
async function refusedSignIn(node: number, token: string): Promise<number> {
  const { socketUrl } = cluster().connectAt(node);
  try {
    await (await BareDevice.signIn(socketUrl, { token, deviceId: 'phone', generation: 9 })).close();
    return 0;
  } catch (error) {
    if (error instanceof SocketClosed) return error.code;
    throw error;
  }
}

/** What a user's first call by gRPC ends with, at each node. */
async function firstCalls(app: CountedApp, userId: string): Promise<string[]> {
  const token = await app.app.token(userId);
  return Promise.all(
    [0, 1].map(async (node) => {
      const door = new UserDoor(cluster().logicAt(node).grpcAddress, token, 'phone');
      const code = await codeOf(door.users.getUsers({ userIds: ['ann'] }, door.options));
      door.close();
      return code;
    }),
  );
}

it.concurrent(
  'an app with all the users it may have lets nobody new in by any door, until one is erased',
  async () => {
    const app = await CountedApp.create(cluster(), 'people');
    await app.set('maxUsers=2');
    await app.counted({ users: 2 });
    await CountedApp.known();
    const eve = await app.app.token('eve');
    for (const node of [0, 1]) expect(await refusedSignIn(node, eve)).toBe(4202);
    expect(await firstCalls(app, 'eve')).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
    await expect(typed(app.backEnd.upsert('ann', 'eve'))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'maxUsers',
      message: 'the app may have 2 users',
    });
    // Those who are in it notice nothing.
    for (const node of [0, 1])
      expect(await refusedSignIn(node, await app.app.token('bob'))).toBe(0);
    expect((await app.byAll((way) => app.send(way))).every(isOk)).toBe(true);

    const { users, options } = app.backEnd;
    const erase = { clientRequestId: 'e1', userId: 'bob', keepMessages: true };
    await users.eraseUser(erase, options);
    await eventually('bob is gone', async () => {
      const { erasure } = await users.getErasure({ userId: 'bob' }, options);
      return erasure?.phase === Erasure_Phase.DONE;
    });
    await app.set('maxUsers=2');
    await app.counted({ users: 1 });
    await CountedApp.known();
    for (const node of [0, 1]) expect(await refusedSignIn(node, eve)).toBe(0);
    expect(await firstCalls(app, 'eve')).toEqual(['OK', 'OK']);
    // Whose place it was does not come back.
    expect(await codeOf(app.backEnd.upsert('bob'))).toBe('ALREADY_EXISTS');
    await app.close();
  },
);

it.concurrent(
  'an app with all the groups it may have makes another one when one has ended',
  async () => {
    const app = await CountedApp.create(cluster(), 'groups');
    const create = (groupId: string, way: NamedWay | undefined = app.ann.all[0]) => {
      const request = { client_request_id: groupId, group_id: groupId, name: 'Team' };
      return app.call('GroupService/CreateGroup', request, way);
    };
    const first = await create('one');
    expect(isOk(first)).toBe(true);
    await app.set('maxGroups=1');
    await app.counted({ groups: 1 });
    await CountedApp.known();
    const refused = await app.byAll((way) => create(app.newId(), way));
    expect(refused).toEqual(app.ann.all.map(() => overQuota('maxGroups', 1, 'groups')));
    expect(await codeOf(app.backEnd.createGroup('bob', 'two', []))).toBe('LIMIT_EXCEEDED');
    expect(await app.byAll((way) => create('one', way))).toEqual(app.ann.all.map(() => first));
    const said = { conversation_id: 'g:one', client_msg_id: app.newId() };
    const words = { ...said, content: { text: { text: 'still here' } } };
    expect(isOk(await app.call('MessageService/Send', words))).toBe(true);

    const end = { client_request_id: 'end', group_id: 'one' };
    expect(isOk(await app.call('GroupService/DissolveGroup', end))).toBe(true);
    await app.set('maxGroups=1');
    await app.counted({ groups: 0 });
    await CountedApp.known();
    expect(isOk(await create('three', app.ann.all[1]))).toBe(true);
    await app.close();
  },
);
