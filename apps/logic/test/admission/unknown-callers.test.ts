import { randomBytes } from 'node:crypto';
import { DomainError } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { eventually, newTokenSecret, queryRows, type TestApp } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { BURST_SECONDS } from '../../src/api/call-admission.js';
import { callWith, grpcDoor, type AnyDoor } from '../rig/any-door.js';
import { ApiRig, newId } from '../rig/api-rig.js';
import { StatementTap } from '../rig/statement-tap.js';
import { StillClock } from '../rig/still-clock.js';

const SYNC = 'queqiao.client.v1.ConversationService/SyncConversations';
const SERVER_LIST = 'queqiao.server.v1.UserService/ListBans';
const LIST_APPS = 'queqiao.admin.v1.AppService/ListApps';
const FLOOD = 40;
const LOOK_UPS = /\bapp_(?:credentials|keys)\b/;

/** While it stands, no account of tokens fills up again and nothing in a cache grows old. */
const clock = new StillClock();
const registry = new Registry();

let rig: ApiRig;
let tap: StatementTap;
let app: TestApp;
const doors: AnyDoor[] = [];
let addresses = 0;
/** Of this test alone. */
let from: { readonly 'x-forwarded-for': string };

beforeAll(async () => {
  rig = await ApiRig.start(0);
  tap = await StatementTap.start(rig.database.url);
  const env = {
    QUEQIAO_MYSQL_URL: tap.url,
    QUEQIAO_ADDRESS_REFUSALS_PER_SECOND: '1',
    QUEQIAO_ADDRESS_HEADER: 'X-Forwarded-For',
  };
  await rig.addNode(env, { clock, registry });
  app = await rig.createApp('demo');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann');
  await callFromElsewhere();
  await eventually('what the app has is counted, and is not again for minutes', async () => {
    const counted = "SELECT app_id FROM app_usage WHERE counted_ms > 0 AND owner = ''";
    return (await queryRows(rig.database.rootUrl, counted)).length === 1;
  });
  await clock.rest(registry);
});
beforeEach(() => {
  clock.goOn();
  from = { 'x-forwarded-for': `198.51.100.${++addresses}` };
});
afterAll(async () => {
  for (const door of doors) door.close();
  await rig.stop();
  await tap.stop();
});

function doorOf(metadata: Record<string, string>): AnyDoor {
  const door = grpcDoor(rig, { 'queqiao-device': 'phone', ...from, ...metadata });
  doors.push(door);
  return door;
}

async function outcomeOf(path: string, metadata: Record<string, string>): Promise<string> {
  try {
    await callWith(doorOf(metadata), path, {});
    return 'OK';
  } catch (error) {
    if (error instanceof DomainError)
      return error.field ? `${error.code} ${error.field}` : error.code;
    throw error;
  }
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

async function tokenOfKey(kid: string): Promise<string> {
  return new SignJWT({ app: 'demo', sub: 'ann', aud: 'queqiao' })
    .setProtectedHeader({ alg: 'HS256', kid })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(newTokenSecret(), 'base64url'));
}

/** With the app's credential, and with a token by its key. */
async function callFromElsewhere(): Promise<void> {
  const elsewhere = { 'x-forwarded-for': '198.51.100.0' };
  const token = bearer(await app.token('ann'));
  expect(await outcomeOf(SERVER_LIST, { ...bearer(app.credential), ...elsewhere })).toBe('OK');
  expect(await outcomeOf(SYNC, { ...token, ...elsewhere })).toBe('OK');
}

const LIMITED = 'RATE_LIMITED addressRefusalsPerSecond';
const secret = () => randomBytes(24).toString('base64url');

it.each([
  ['unknown credentials', SERVER_LIST, () => bearer(`qq1.demo.c${newId()}.${secret()}`)],
  ['credentials of unknown apps', SERVER_LIST, () => bearer(`qq1.a${newId()}.c.${secret()}`)],
  ['tokens of unknown keys', SYNC, async () => bearer(await tokenOfKey(`k${newId()}`))],
])('a flood of %s costs a burst of reads, and then none', async (_, path, next) => {
  clock.stop();
  const outcomes: string[] = [];
  const statements = await tap.during(async () => {
    for (let n = 0; n < FLOOD; n += 1) outcomes.push(await outcomeOf(path, await next()));
  });
  expect(outcomes).toEqual([
    ...Array.from({ length: BURST_SECONDS }, () => 'UNAUTHENTICATED'),
    ...Array.from({ length: FLOOD - BURST_SECONDS }, () => LIMITED),
  ]);
  expect(statements.filter((sql) => LOOK_UPS.test(sql))).toHaveLength(BURST_SECONDS);
});

it.each([
  ['nobody', SERVER_LIST, async () => ({})],
  [
    'a wrong secret',
    SERVER_LIST,
    async () => bearer(app.credential.replace(/.{8}$/, newId().slice(0, 8))),
  ],
  ['what is no token', SYNC, async () => bearer('x.y.z')],
  ['a wrong operator', LIST_APPS, async () => bearer(`qqop.${secret()}`)],
  [
    'a wrong signature',
    SYNC,
    async () => bearer(`${(await app.token('ann')).slice(0, -8)}AAAAAAAA`),
  ],
])('a flood of %s costs no read at all, and is told to stop', async (_, path, next) => {
  clock.stop();
  // What is kept of the app, its key and its credential is fresh from here on.
  await callFromElsewhere();
  const outcomes = new Map<string, number>();
  const statements = await tap.during(async () => {
    for (let n = 0; n < FLOOD; n += 1) {
      const outcome = await outcomeOf(path, await next());
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  });
  expect(statements).toEqual([]);
  expect([...outcomes]).toEqual([
    ['UNAUTHENTICATED', BURST_SECONDS],
    [LIMITED, FLOOD - BURST_SECONDS],
  ]);
});

it('whom the node has seen goes on beside a flood from the same address, and other addresses all', async () => {
  const token = await app.token('ann');
  const known = [
    [SERVER_LIST, bearer(app.credential)],
    [SYNC, bearer(token)],
    [SYNC, { ...bearer(app.credential), 'queqiao-user': 'ann' }],
    [LIST_APPS, bearer(rig.operator.bearer)],
  ] as const;
  for (const [path, metadata] of known) expect(await outcomeOf(path, metadata)).toBe('OK');
  clock.stop();
  for (let n = 0; n < FLOOD; n += 1) {
    await outcomeOf(SERVER_LIST, bearer(`qq1.demo.c${newId()}.${secret()}`));
  }
  // From here on nothing is to be asked of this clock any more. Long after what is kept of them has to be read again.
  clock.jump(3_600_000);
  for (let n = 0; n < FLOOD; n += 1) await outcomeOf(SERVER_LIST, bearer('x'));
  for (const [path, metadata] of known) expect(await outcomeOf(path, metadata)).toBe('OK');
  const unknown = bearer(`qq1.demo.c${newId()}.${secret()}`);
  expect(await outcomeOf(SERVER_LIST, unknown)).toBe(LIMITED);
  const elsewhere = { 'x-forwarded-for': `${from['x-forwarded-for']}, 203.0.113.1` };
  expect(await outcomeOf(SERVER_LIST, { ...unknown, ...elsewhere })).toBe('UNAUTHENTICATED');
});
