import { DomainError } from '@queqiao/domain';
import type { DescMessage } from '@bufbuild/protobuf';
import { createLogger, Registry } from '@queqiao/runtime';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  audienceOf,
  callWith,
  doorsOf,
  grpcDoor,
  methodPaths,
  schemaOf,
  type AnyDoor,
  type Audience,
  type JsonObject,
} from '../rig/any-door.js';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { foreignIds, FOREIGN, NOBODYS, type Ids } from './tenancy-rows.js';

let rig: ApiRig;
let demo: TestApp;
let rival: TestApp;
let alice: Awaited<ReturnType<ApiRig['signedIn']>>;
let doors: Record<Audience, readonly AnyDoor[]>;

/** All that the node has logged. */
const logged: string[] = [];
const registry = new Registry();

beforeAll(async () => {
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ service: 'logic', node: 'logic-1', level: 'trace', destination });
  rig = await ApiRig.start(0, logger);
  await rig.addNode({}, { registry });
  [demo, rival] = [await rig.createApp('demo'), await rig.createApp('rival')];
  const backEnd = rig.backEnd(`Bearer ${demo.credential}`);
  await backEnd.upsert('alice', 'bob');
  alice = await rig.signedIn(demo, 'alice');
  await alice.send('d:alice:alice', 'note', 'to be edited');
  await alice.createGroup({ groupId: 'own' });
  await post('demo', 'own-post', 'alice');
  await webhook('demo', 'own-hook');
  doors = await doorsOf(rig, demo, 'alice');
  const authorization = `Bearer ${demo.credential}`;
  const behalf = grpcDoor(rig, { authorization, 'queqiao-user': 'alice' });
  doors = { ...doors, user: [...doors.user, { ...behalf, name: 'grpc on behalf' }] };
  await furnishRival();
});
afterAll(async () => {
  for (const door of Object.values(doors).flat()) door.close();
  await rig.stop();
});

/** Under a name that the table can have. */
async function post(appId: string, postId: string, authorId: string): Promise<void> {
  const values = `'${appId}', '${postId}', '${authorId}', CONCAT(X'0A0C', 'of the rival'), '{"kind":"friends","userIds":[],"tags":[]}', 1`;
  const columns = 'app_id, post_id, author_id, content, audience, created_ms';
  await queryRows(rig.database.url, `INSERT INTO posts (${columns}) VALUES (${values})`);
}

async function comment(
  appId: string,
  postId: string,
  commentId: string,
  authorId: string,
): Promise<void> {
  const values = `'${appId}', '${postId}', '${commentId}', '${authorId}', 'of the rival', 1`;
  const columns = 'app_id, post_id, comment_id, author_id, text, created_ms';
  await queryRows(rig.database.url, `INSERT INTO comments (${columns}) VALUES (${values})`);
}

async function broadcast(appId: string, broadcastId: string): Promise<void> {
  const values = `'${appId}', '${broadcastId}', 'business:alice', 'alice', 'text', 'of the rival', 1, 1, 0, 1, 1`;
  const columns =
    'app_id, broadcast_id, sender, account_id, kind, content, countable, state, total, created_ms, ended_ms';
  await queryRows(rig.database.url, `INSERT INTO broadcasts (${columns}) VALUES (${values})`);
}

async function webhook(appId: string, webhookId: string): Promise<void> {
  const columns =
    'app_id, webhook_id, url, types, enabled, disabled_reason, secret, previous_until_ms, created_ms, revision, owner, ' +
    'position, seq, last_success_ms, last_failure_ms, last_error, missed_ms';
  const values = `'${appId}', '${webhookId}', 'https://example.com/of the rival', '[]', 0, '', 'x', 0, 1, 1, '', 0, 0, 0, 0, '', 0`;
  await queryRows(rig.database.url, `INSERT INTO webhooks (${columns}) VALUES (${values})`);
}

async function deadLetter(appId: string, webhookId: string, eventId: string): Promise<void> {
  const columns =
    'app_id, webhook_id, event_id, conversation_id, seq, attempts, first_attempt_ms, died_ms, last_error';
  const values = `'${appId}', '${webhookId}', '${eventId}', 'd:alice:bob', 1, 1, 1, 1, 'of the rival'`;
  const sql = `INSERT INTO webhook_dead_letters (${columns}) VALUES (${values})`;
  await queryRows(rig.database.url, sql);
}

/** The rival's users and devices have some names of our own. */
async function furnishRival(): Promise<void> {
  await rig
    .backEnd(`Bearer ${rival.credential}`)
    .upsert(FOREIGN.user, 'trent', 'alice', FOREIGN.newUser);
  const mallory = await rig.signedIn(rival, FOREIGN.user);
  await mallory.send(FOREIGN.chat, 'm1', 'of the rival');
  await mallory.send(`d:alice:${FOREIGN.user}`, 'm1', 'of the rival');
  await post('rival', FOREIGN.post, 'alice');
  // Under a post that both apps have a name for.
  await post('rival', 'own-post', 'alice');
  await comment('rival', 'own-post', FOREIGN.comment, 'alice');
  await broadcast('rival', FOREIGN.broadcast);
  for (const name of ['own-hook', FOREIGN.webhook]) {
    await webhook('rival', name);
    await deadLetter('rival', name, FOREIGN.event);
  }
  await mallory.createGroup({ groupId: FOREIGN.group, memberIds: ['alice'] });
  await mallory.createGroup({ groupId: FOREIGN.newGroup });
  await mallory.send(`g:${FOREIGN.group}`, 'm2', 'of the rival');
  const [node] = doors.node;
  const device = { token: await rival.token('alice'), device: { id: FOREIGN.device } };
  if (node) await callWith(node, 'queqiao.link.v1.SessionService/OpenSession', device);
}

/** What a caller can tell: the answer without its place in a log, or everything about the error but its request id. */
async function seen(call: Promise<unknown>, ids: Ids): Promise<string> {
  const answer = await call.catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error;
    const { code, field, message, retryAfterMs } = error;
    return { code, field, message, retryAfterMs };
  });
  const text = JSON.stringify(answer).replaceAll(
    /"(seq|ordinal|createdMs|startedMs|postId|broadcastId|token|tokenId|expiresMs)":"[^"]+"/g,
    '"$1":"N"',
  );
  return Object.entries(ids).reduce((said, [name, id]) => said.replaceAll(id, `<${name}>`), text);
}

/** Fields that name a user, group, conversation or device; ids that callers make up for their requests name nothing else. */
function idFields(message: DescMessage, path = '', above: readonly DescMessage[] = []): string[] {
  return message.fields.flatMap((field) => {
    const here = `${path}${field.name}`;
    const inner = field.message;
    if (inner) {
      const known = inner === message || above.includes(inner);
      return known ? [] : idFields(inner, `${here}.`, [...above, message]);
    }
    const named = /(^|_)ids?$/.test(field.name) && !field.name.startsWith('client_');
    // Contents that no caller may send.
    const sendable = /^content\.(?:card|mentions)\./.test(here) || !here.includes('content.');
    return named && sendable ? [here] : [];
  });
}

it('the table has a row for every method of either door, with every id in it', () => {
  const rows = foreignIds();
  expect([...rows.keys()].sort()).toEqual(methodPaths('user', 'business'));
  for (const [path, fields] of rows) {
    const missing = idFields(schemaOf(path).input).filter((name) => !Object.hasOwn(fields, name));
    expect(missing, path).toEqual([]);
  }
});

describe('an id of another app', () => {
  it.each(methodPaths('user', 'business'))('is answered like none at all: %s', async (path) => {
    for (const door of doors[audienceOf(path)]) {
      for (const [field, requests] of Object.entries(foreignIds().get(path) ?? {})) {
        for (const [index, request] of requests(FOREIGN).entries()) {
          const theirs = await seen(callWith(door, path, request), FOREIGN);
          const other = requests(NOBODYS)[index] ?? {};
          const nobodys = await seen(callWith(door, path, other), NOBODYS);
          expect(theirs, `${door.name} ${field} ${index}`).toBe(nobodys);
          expect(theirs).not.toContain('of the rival');
        }
      }
    }
  });

  it('leaves the other app untouched', async () => {
    const mallory = await rig.signedIn(rival, 'mallory');
    const { conversations } = await mallory.sync();
    const heads = new Map(conversations.map((each) => [each.conversationId, each.lastSeq]));
    expect([...heads].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['d:alice:mallory', 1],
      ['d:mallory:trent', 1],
      ['g:rivals', 2],
      ['g:rivals-too', 1],
    ]);
    // Not signed out, with the token of before.
    const metadata = { authorization: `Bearer ${await rival.token('alice')}` };
    const namesake = rig.user({ ...metadata, 'queqiao-device': FOREIGN.device });
    expect((await namesake.sync()).conversations).toHaveLength(2);
  });

  it('leaves the webhooks of the other app as they were', async () => {
    const of = "WHERE app_id = 'rival'";
    const sql = `SELECT webhook_id, enabled, revision FROM webhooks ${of} ORDER BY webhook_id`;
    const untouched = { enabled: 0, revision: 1 };
    expect(await queryRows(rig.database.url, sql)).toEqual([
      { webhook_id: FOREIGN.webhook, ...untouched },
      { webhook_id: 'own-hook', ...untouched },
    ]);
    const letters = `SELECT 1 FROM webhook_dead_letters ${of}`;
    expect(await queryRows(rig.database.url, letters)).toHaveLength(2);
  });

  it('may be used by both apps, for different things', async () => {
    const made = await alice.createGroup({ groupId: 'rivals', memberIds: ['bob'] });
    expect(made.conversationId).toBe('g:rivals');
    // The same conversation id and client_msg_id as the rival's are another message here.
    expect(await alice.send('g:rivals', 'm2', 'ours')).toMatchObject({ seq: 2 });
    const namesake = await rig.signedIn(rival, 'alice');
    const { entries } = await namesake.pull({ conversationId: 'g:rivals' });
    expect(JSON.stringify(entries)).toContain('of the rival');
    expect(JSON.stringify(entries)).not.toContain('ours');
    const { conversations } = await alice.sync();
    expect(JSON.stringify(conversations)).not.toContain('of the rival');
  });

  it('is of no use in a token or a credential', async () => {
    const forged = await new SignJWT({ app: 'demo' })
      .setProtectedHeader({ alg: 'HS256', kid: rival.kid })
      .setSubject('alice')
      .setAudience('queqiao')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(rival.secret);
    const intruder = rig.user({ authorization: `Bearer ${forged}`, 'queqiao-device': 'd' });
    expect(await failureOf(intruder.sync())).toMatchObject({ code: 'UNAUTHENTICATED' });
    const swapped = rival.credential.replace('.rival.', '.demo.');
    const crossed = rig.backEnd(`Bearer ${swapped}`);
    expect(await failureOf(crossed.upsert('x'))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is not administered by the business of any app', async () => {
    const own = { authorization: `Bearer ${demo.credential}` };
    const callers = [
      grpcDoor(rig, own),
      grpcDoor(rig, { ...own, 'queqiao-user': 'alice' }),
      grpcDoor(rig, { authorization: `Bearer ${await demo.token('alice')}` }),
    ];
    for (const path of methodPaths('operator')) {
      for (const door of callers) {
        const toApp = (app_id: string) =>
          seen(callWith(door, path, namingApp(path, app_id)), FOREIGN);
        const refusal = await toApp('rival');
        expect(refusal, path).toContain('UNAUTHENTICATED');
        expect(refusal).not.toContain('rival');
        expect(await toApp('demo')).toBe(refusal);
        expect(await toApp('nosuch')).toBe(refusal);
      }
    }
    for (const door of callers) door.close();
  });

  it('leaves no words in the log, and no name in a metric', async () => {
    expect(logged.length).toBeGreaterThan(100);
    expect(logged.filter((line) => line.includes('of the rival'))).toEqual([]);
    const metrics = await registry.metrics();
    expect(metrics).toContain('queqiao_api_calls_total');
    const names = [...Object.values(FOREIGN), 'of the rival', 'rival', 'demo', 'alice'];
    expect(names.filter((name) => metrics.includes(name))).toEqual([]);
  });
});

/** An empty request to one app, where the method is about one. */
function namingApp(path: string, appId: string): JsonObject {
  const isNamed = schemaOf(path).input.fields.some(({ name }) => name === 'app_id');
  return isNamed ? { app_id: appId } : {};
}
