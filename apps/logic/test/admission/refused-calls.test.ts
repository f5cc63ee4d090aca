import { DomainError } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { TokenServiceDefinition } from '@queqiao/protocol/server';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { callWith, doorsOf, grpcDoor, type AnyDoor } from '../rig/any-door.js';
import { ApiRig, newId } from '../rig/api-rig.js';
import { StatementTap } from '../rig/statement-tap.js';
import { StillClock } from '../rig/still-clock.js';

const SEND = 'queqiao.client.v1.MessageService/Send';
const SYNC = 'queqiao.client.v1.ConversationService/SyncConversations';
const SERVER_SEND = 'queqiao.server.v1.MessageService/SendMessage';
const FLOOD = 40;

/** While it stands, no account of tokens fills up again and nothing in a cache grows old. */
const clock = new StillClock();
const registry = new Registry();

let rig: ApiRig;
let tap: StatementTap;
let app: TestApp;
let slow: TestApp;
const doors: AnyDoor[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(0);
  tap = await StatementTap.start(rig.database.url);
  await rig.addNode({ QUEQIAO_MYSQL_URL: tap.url }, { clock, registry });
  app = await rig.createApp('demo', { appWritesPerSecond: 1 });
  slow = await rig.createApp('slow', { userWritesPerSecond: 1 });
  for (const { credential } of [app, slow]) {
    await rig.backEnd(`Bearer ${credential}`).upsert('ann', 'bob');
  }
});
afterEach(() => {
  clock.goOn();
  clock.wake();
});
afterAll(async () => {
  for (const door of doors) door.close();
  await rig.stop();
  await tap.stop();
});

const send = (door: AnyDoor) =>
  callWith(door, SEND, {
    conversationId: 'd:ann:bob',
    clientMsgId: newId(),
    content: { text: { text: 'x' } },
  });
const sendAsBackEnd = (door: AnyDoor) =>
  callWith(door, SERVER_SEND, {
    conversationId: 'd:ann:bob',
    clientMsgId: newId(),
    sender: { kind: 'KIND_USER', id: 'ann' },
    content: { text: { text: 'x' } },
  });

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    if (error instanceof DomainError) return `${error.code} ${error.field}`;
    throw error;
  }
}

/** A call of each kind that a flood may consist of, by who makes it. */
async function floods(): Promise<Record<string, () => Promise<unknown>>> {
  const { user, business } = await doorsOf(rig, app, 'ann');
  const authorization = `Bearer ${app.credential}`;
  const behalfOf = (userId: string) => grpcDoor(rig, { authorization, 'queqiao-user': userId });
  const device = { 'queqiao-device': 'phone' };
  const newcomers = await Promise.all(
    Array.from({ length: FLOOD }, async (_, index) => {
      return grpcDoor(rig, {
        authorization: `Bearer ${await app.token(`new${index}`)}`,
        ...device,
      });
    }),
  );
  const others = [behalfOf('ann'), behalfOf('nobody')] as const;
  doors.push(...user, ...business, ...newcomers, ...others);
  let next = 0;
  return {
    ...Object.fromEntries(user.map((door) => [door.name, () => send(door)])),
    newcomers: () => send(newcomers[next++ % FLOOD] as AnyDoor),
    'on behalf of a user': () => send(others[0]),
    'on behalf of nobody': () => send(others[1]),
    'the back end': () => sendAsBackEnd(business[0] as AnyDoor),
  };
}

it('a call that is refused for its rate is refused before the database is asked for anything', async () => {
  const kinds = await floods();
  await eventually('what the apps have is counted, and is not again for minutes', async () => {
    const counted = "SELECT app_id FROM app_usage WHERE counted_ms > 0 AND owner = ''";
    return (await queryRows(rig.database.rootUrl, counted)).length === 2;
  });
  clock.stop();
  // What is known of the app, its key and its credential is kept for everybody from here on.
  for (const door of doors.slice(0, 3)) await callWith(door, SYNC, {});
  await outcomeOf(kinds['the back end']?.() ?? Promise.resolve());
  for (let n = 0; n < 5; n += 1) await outcomeOf(kinds['grpc']?.() ?? Promise.resolve());
  await eventually('what was said is pushed', async () => {
    return (await queryRows(rig.database.rootUrl, 'SELECT 1 FROM dispatch')).length === 0;
  });
  await clock.rest(registry);
  for (const [name, call] of Object.entries(kinds)) {
    const outcomes = new Set<string>();
    const statements = await tap.during(async () => {
      for (let n = 0; n < FLOOD; n += 1) outcomes.add(await outcomeOf(call()));
    });
    expect([name, [...outcomes], statements]).toEqual([
      name,
      ['RATE_LIMITED appWritesPerSecond'],
      [],
    ]);
  }
  const users = await queryRows(
    rig.database.rootUrl,
    "SELECT user_id FROM users WHERE app_id = 'demo' ORDER BY user_id",
  );
  expect(users.map(({ user_id }) => user_id)).toEqual(['ann', 'bob']);
});

it('who goes on with a revoked token costs no read, and uses up nothing of its user’s rate', async () => {
  const backEnd = rig.backEndCalls(slow);
  const { token } = await backEnd(TokenServiceDefinition, 'issueToken', { userId: 'ann' });
  const device = { 'queqiao-device': 'phone' };
  const thief = grpcDoor(rig, { authorization: `Bearer ${token}`, ...device });
  const user = grpcDoor(rig, { authorization: `Bearer ${await slow.token('ann')}`, ...device });
  doors.push(thief, user);
  await callWith(user, SYNC, {});
  await backEnd(TokenServiceDefinition, 'revokeToken', { clientRequestId: newId(), token });
  await clock.rest(registry);
  clock.stop();
  // What is known of the token after this one is kept.
  expect(await outcomeOf(send(thief))).toBe('UNAUTHENTICATED ');
  const statements = await tap.during(async () => {
    for (let n = 0; n < FLOOD; n += 1) {
      expect(await outcomeOf(send(thief))).toBe('UNAUTHENTICATED ');
    }
  });
  expect(statements).toEqual([]);
  for (let n = 0; n < 5; n += 1) expect(await outcomeOf(send(user))).toBe('OK');
});
