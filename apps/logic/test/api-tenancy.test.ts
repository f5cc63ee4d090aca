import { isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import type { TestApp } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from './api-rig.js';

let rig: ApiRig;
let demo: TestApp;
let rival: TestApp;
let alice: Awaited<ReturnType<ApiRig['signedIn']>>;
let backEnd: ReturnType<ApiRig['backEnd']>;
const foreign = { user: 'mallory', group: 'rivals', chat: 'd:mallory:trent' };
const absent = { user: 'nothere', group: 'nosuch', chat: 'd:nothere:nowhere' };

beforeAll(async () => {
  rig = await ApiRig.start();
  [demo, rival] = [await rig.createApp('demo'), await rig.createApp('rival')];
  backEnd = rig.backEnd(`Bearer ${demo.credential}`);
  await backEnd.upsert('alice', 'bob');
  alice = await rig.signedIn(demo, 'alice');
  const others = rig.backEnd(`Bearer ${rival.credential}`);
  await others.upsert('mallory', 'trent', 'alice');
  const mallory = await rig.signedIn(rival, 'mallory');
  await mallory.send('d:mallory:trent', 'm1', 'of the rival');
  await mallory.send('d:alice:mallory', 'm1', 'of the rival');
  await mallory.createGroup({ groupId: 'rivals', memberIds: ['alice'] });
  await mallory.send('g:rivals', 'm2', 'of the rival');
});
afterAll(() => rig.stop());

/** What a caller can tell: the answer, or everything about the error but its request id. */
async function seen(call: Promise<unknown>, id: string): Promise<string> {
  try {
    return JSON.stringify(await call).replaceAll(id, '<id>');
  } catch (error) {
    if (!isServiceError(error)) throw error;
    const { code, field, message, retryAfterMs } = statusToDomainError(error);
    return JSON.stringify({ code, field, message, retryAfterMs }).replaceAll(id, '<id>');
  }
}

type Ids = typeof foreign;
/** Every id that a caller may put into a call, with the id that is swapped. */
const calls: Record<string, (ids: Ids) => [Promise<unknown>, string]> = {
  'Send to a user': ({ user }) => [alice.send(`d:alice:${user}`, newId()), user],
  'Send to a group': ({ group }) => [alice.send(`g:${group}`, newId()), group],
  'Send to a chat of others': ({ chat }) => [alice.send(chat, newId()), chat],
  'Send to a feed': ({ user }) => [alice.send(`s:${user}`, newId()), user],
  'PullEntries of a group': ({ group }) => [alice.pull({ conversationId: `g:${group}` }), group],
  'PullEntries of a chat': ({ chat }) => [alice.pull({ conversationId: chat }), chat],
  'PullEntries with a user': ({ user }) => [
    alice.pull({ conversationId: `d:alice:${user}` }),
    user,
  ],
  'PullEntries of a feed': ({ user }) => [alice.pull({ conversationId: `s:${user}` }), user],
  'MarkRead in a group': ({ group }) => [alice.markRead(`g:${group}`, 1), group],
  'MarkRead in a chat': ({ chat }) => [alice.markRead(chat, 1), chat],
  'MarkRead with a user': ({ user }) => [alice.markRead(`d:alice:${user}`, 1), user],
  'CreateGroup with a member': ({ user }) => [alice.createGroup({ memberIds: [user] }), user],
  GetUsers: ({ user }) => [alice.getUsers(user), user],
  'SendMessage as a user': ({ user }) => [
    backEnd.send({ sender: { kind: 1, id: user }, conversationId: `d:alice:${user}` }),
    user,
  ],
  'SendMessage as a member': ({ group }) => [
    backEnd.send({ sender: { kind: 1, id: 'alice' }, conversationId: `g:${group}` }),
    group,
  ],
  'SendMessage by the system to a group': ({ group }) => [
    backEnd.send({ sender: { kind: 2, id: '' }, conversationId: `g:${group}` }),
    group,
  ],
  'SendMessage by the system to a chat': ({ chat }) => [
    backEnd.send({ sender: { kind: 2, id: '' }, conversationId: chat }),
    chat,
  ],
  'SendMessage by the business to a feed': ({ user }) => [
    backEnd.send({ sender: { kind: 3, id: 'shop' }, conversationId: `s:${user}` }),
    user,
  ],
  'server CreateGroup for an owner': ({ user }) => [
    backEnd.createGroup({ ownerId: user, clientRequestId: 'c1' }),
    user,
  ],
  'server CreateGroup with a member': ({ user }) => [
    backEnd.createGroup({ ownerId: 'alice', memberIds: [user] }),
    user,
  ],
};

describe('an id of another app', () => {
  it.each(Object.entries(calls))('is answered like none at all: %s', async (_name, call) => {
    const theirs = await seen(...call(foreign));
    const nobodys = await seen(...call(absent));
    expect(theirs).toBe(nobodys);
    expect(theirs).not.toContain('of the rival');
  });

  it('leaves the other app untouched', async () => {
    const mallory = await rig.signedIn(rival, 'mallory');
    const { conversations } = await mallory.sync();
    const heads = new Map(conversations.map((each) => [each.conversationId, each.lastSeq]));
    expect([...heads].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['d:alice:mallory', 1],
      ['d:mallory:trent', 1],
      ['g:rivals', 2],
    ]);
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
});
