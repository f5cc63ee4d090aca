import {
  CommentServiceDefinition as Comments,
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as Messages,
  MomentServiceDefinition as Moments,
  PostContent,
  Sender_Kind,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import {
  Erasure_Phase,
  FriendServiceDefinition as ServerFriends,
  MomentServiceDefinition as ServerMoments,
  TokenServiceDefinition as Tokens,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import { SWEEP_AFTER_MS } from '@queqiao/store-mysql';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { columnsWith, kindsWith } from './stored-words.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
const id = () => ({ clientRequestId: newId() });

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());

const upsert = (...users: { userId: string; nickname?: string; handle?: string }[]) =>
  backEnd(ServerUsers, 'upsertUsers', { users });

const erase = (userId: string, keepMessages = false, clientRequestId = newId()) =>
  backEnd(ServerUsers, 'eraseUser', { clientRequestId, userId, keepMessages });

async function erased(userId: string): Promise<void> {
  await eventually('the user is gone', async () => {
    const { erasure } = await backEnd(ServerUsers, 'getErasure', { userId });
    return erasure?.phase === Erasure_Phase.DONE;
  });
}

async function textsOf(who: string, conversationId: string): Promise<string[]> {
  const device = await rig.signedIn(app, who, 1);
  const { entries } = await device.pull({ conversationId, limit: 500 });
  return entries.flatMap(({ content }) =>
    content?.body?.$case === 'text' ? [content.body.value.text] : [],
  );
}

/** Has something of everything, with one word in all that the user said. */
async function furnish(user: string, peer: string, third: string, word: string): Promise<void> {
  await upsert(
    { userId: user, nickname: `${word} nick`, handle: `${word}.h` },
    { userId: peer },
    { userId: third },
  );
  const pairs = [{ userA: user, userB: peer }];
  await backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
  const [own, other] = [await rig.calls(app, user), await rig.calls(app, peer)];
  await own(Friends, 'sendFriendRequest', { ...id(), userId: third, text: `${word} request` });
  await own(Friends, 'blockUser', { ...id(), userId: third });
  const device = await rig.signedIn(app, user);
  const { seq: targetSeq } = await device.send(`d:${user}:${peer}`, 'm0', `${word} said`);
  for (const n of [1, 2]) await device.send(`d:${user}:${peer}`, `m${n}`, `${word} said`);
  await device.send(`d:${user}:${user}`, 'note', `${word} note`);
  const edit = { clientMsgId: 'edit', conversationId: `d:${user}:${peer}`, targetSeq };
  await own(Messages, 'edit', { ...edit, content: contentOf(`${word} edited`) });
  await device.createGroup({ groupId: `of-${user}`, memberIds: [peer, third] });
  await device.createGroup({ groupId: `alone-${user}` });
  await device.send(`g:of-${user}`, 'g1', `${word} in group`);
  await device.send(`g:alone-${user}`, 'g1', `${word} alone`);
  const theirs = await rig.signedIn(app, peer);
  await theirs.createGroup({ groupId: `of-${peer}`, memberIds: [user] });
  await own(Groups, 'renameMember', { ...id(), groupId: `of-${peer}`, userId: user, name: word });
  await theirs.send(`d:${user}:${peer}`, 'p1', 'of the peer');
  const content = PostContent.fromPartial({ text: `${word} post` });
  await own(Moments, 'createPost', { ...id(), content });
  // The app keeps what it takes away, and its author does not find it any more.
  const taken = await own(Moments, 'createPost', { ...id(), content });
  await backEnd(ServerMoments, 'removePost', { ...id(), postId: taken.postId });
  const { postId } = await other(Moments, 'createPost', {
    ...id(),
    content: PostContent.fromPartial({ text: 'of the peer' }),
  });
  await own(Comments, 'likePost', { ...id(), postId });
  await own(Comments, 'createComment', { ...id(), postId, text: `${word} comment` });
}

describe('an erased user', () => {
  it('leaves nothing that the user said or was called, and others are told', async () => {
    await furnish('ann', 'bob', 'carol', 'zanzibar');
    const token = await app.token('ann');
    expect(await columnsWith(rig.database.url, 'zanzibar')).not.toEqual([]);
    await erase('ann');
    // At once, at the public door and where sessions are opened.
    const out = rig.user({ authorization: `Bearer ${token}`, 'queqiao-device': 'ann-phone' }, 1);
    expect(await failureOf(out.sync())).toMatchObject({ code: 'UNAUTHENTICATED' });
    await erased('ann');
    expect(await columnsWith(rig.database.url, 'zanzibar')).toEqual([]);

    expect(await textsOf('bob', 'd:ann:bob')).toEqual(['of the peer']);
    const bob = await rig.calls(app, 'bob');
    expect((await bob(Users, 'getUsers', { userIds: ['ann'] })).users).toEqual([]);
    const { friends } = await backEnd(ServerFriends, 'listFriends', { userId: 'bob' });
    expect(friends).toEqual([]);
    const { groups } = await bob(Groups, 'getGroups', { groupIds: ['of-ann', 'of-bob'] });
    const owners = groups.map(({ groupId, ownerId, memberCount }) => {
      return `${groupId} ${ownerId} ${memberCount}`;
    });
    expect(new Set(owners)).toEqual(new Set(['of-ann bob 2', 'of-bob bob 1']));
    const device = await rig.signedIn(app, 'bob');
    const { entries } = await device.pull({ conversationId: 'd:ann:bob', limit: 500 });
    expect(entries.map(({ content }) => content?.body?.$case)).toContain('delete');
    const closed = { code: 'NOT_FOUND', field: 'conversation_id' };
    expect(await failureOf(device.send('d:ann:bob', 'late'))).toEqual(closed);
    // Nor does the app say anything in the user's place.
    const sender = { kind: Sender_Kind.USER, id: 'ann' };
    const said = (conversationId: string) =>
      failureOf(rig.backEnd(`Bearer ${app.credential}`).send({ sender, conversationId }));
    const nobody = { code: 'NOT_FOUND', field: 'sender.id' };
    for (const conversationId of ['d:ann:bob', 'd:ann:carol', 'g:of-bob'])
      expect(await said(conversationId)).toEqual(nobody);
  });

  it('is nobody again', async () => {
    await upsert({ userId: 'dora' });
    await erase('dora');
    await erased('dora');
    expect(await failureOf(upsert({ userId: 'eve' }, { userId: 'dora' }))).toEqual({
      code: 'ALREADY_EXISTS',
      field: 'users[1].user_id',
    });
    const issue = (createUser: boolean) =>
      backEnd(Tokens, 'issueToken', { userId: 'dora', createUser });
    expect(await failureOf(issue(false))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failureOf(issue(true))).toMatchObject({ code: 'ALREADY_EXISTS' });
    const own = await rig.signedIn(app, 'dora');
    expect(await failureOf(own.sync())).toMatchObject({ code: 'UNAUTHENTICATED' });
    const eve = await rig.signedIn(app, 'eve');
    expect(await failureOf(eve.send('d:dora:eve', 'm1'))).toMatchObject({ code: 'NOT_FOUND' });
    const gone = { code: 'NOT_FOUND', field: 'user_id' };
    const ban = backEnd(ServerUsers, 'banUser', { ...id(), userId: 'dora' });
    expect(await failureOf(ban)).toEqual(gone);
    const devices = backEnd(ServerUsers, 'listDevices', { userId: 'dora' });
    expect(await failureOf(devices)).toEqual(gone);
    const { users } = await backEnd(ServerUsers, 'getUsers', { userIds: ['dora'] });
    expect(users).toEqual([]);
    // In another app the id is free.
    const other = await rig.createApp('other');
    await rig.backEndCalls(other)(ServerUsers, 'upsertUsers', { users: [{ userId: 'dora' }] });
  });

  it('may leave the messages behind', async () => {
    await furnish('finn', 'gus', 'hans', 'kakapo');
    const first = await erase('finn', true, 'keep');
    await erased('finn');
    expect(await textsOf('gus', 'd:finn:gus')).toEqual([
      'kakapo edited',
      'kakapo said',
      'kakapo said',
      'of the peer',
    ]);
    // Notes to oneself are nobody else's, names are no messages.
    expect(await columnsWith(rig.database.url, 'kakapo')).toEqual(['entries.content']);
    expect(await kindsWith(rig.database.url, 'kakapo')).toEqual(['edit', 'text']);
    const [notes] = await queryRows(
      rig.database.url,
      "SELECT COUNT(*) AS n FROM entries WHERE conversation_id = 'd:finn:finn' AND content <> ''",
    );
    expect(notes?.['n']).toBe(0);
    // Asked again, in whichever way, it stays as it was.
    expect((await erase('finn', true, 'keep')).erasure).toEqual(first.erasure);
    expect((await erase('finn', false)).erasure).toMatchObject({ keepMessages: true });
  });

  it('has many messages and friends', async () => {
    const crowd = Array.from({ length: 45 }, (_, n) => ({ userId: `w${n}` }));
    await upsert({ userId: 'many' }, ...crowd);
    const pairs = crowd.map(({ userId }) => ({ userA: 'many', userB: userId }));
    await backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
    const device = await rig.signedIn(app, 'many');
    await device.createGroup({ groupId: 'busy', memberIds: ['w1'] });
    await Promise.all(Array.from({ length: 230 }, (_, n) => device.send('g:busy', `m${n}`)));
    await erase('many');
    await erased('many');
    expect(await textsOf('w1', 'g:busy')).toEqual([]);
    const [active] = await queryRows(
      rig.database.url,
      "SELECT COUNT(*) AS n FROM friends WHERE (user_id = 'many' OR friend_id = 'many') AND active = 1",
    );
    expect(active?.['n']).toBe(0);
    const { erasure } = await backEnd(ServerUsers, 'getErasure', { userId: 'many' });
    expect(erasure?.steps).toBeGreaterThan(5);
    expect(erasure?.erasedMs).toBeGreaterThan(erasure?.requestedMs ?? Infinity);
  });

  it('of another app, or whom nobody asked for, is not found', async () => {
    await upsert({ userId: 'ivan' });
    for (const userId of ['ivan', 'nobody']) {
      const call = backEnd(ServerUsers, 'getErasure', { userId });
      expect(await failureOf(call)).toEqual({ code: 'NOT_FOUND', field: 'user_id' });
    }
    expect(await failureOf(erase('nobody'))).toEqual({ code: 'NOT_FOUND', field: 'user_id' });
  });
});

it('what calls left that knew the user until then is swept away, when none can be under way any more', async () => {
  await upsert({ userId: 'jon' });
  await erase('jon');
  await erased('jon');
  const erasedMs = async () =>
    (await backEnd(ServerUsers, 'getErasure', { userId: 'jon' })).erasure?.erasedMs;
  const first = await erasedMs();
  const [sweep] = await eventually('it waits for the sweep', async () => {
    const rows = await queryRows(
      rig.database.url,
      "SELECT due_ms - erased_ms AS waits FROM erasures WHERE user_id = 'jon' AND phase = 'sweep'",
    );
    return rows.length > 0 ? rows : undefined;
  });
  expect(Number(sweep?.['waits'])).toBeGreaterThanOrEqual(SWEEP_AFTER_MS);
  await queryRows(
    rig.database.url,
    "INSERT INTO blocks (app_id, user_id, blocked_id, created_ms) VALUES ('demo', 'jon', 'bob', 1)",
  );
  await queryRows(rig.database.url, "UPDATE erasures SET due_ms = 0 WHERE user_id = 'jon'");
  await eventually('it is swept', async () => {
    const rows = await queryRows(
      rig.database.url,
      "SELECT phase, due_ms FROM erasures WHERE user_id = 'jon'",
    );
    return rows[0]?.['phase'] === 'done' && rows[0]['due_ms'] === null;
  });
  expect(await queryRows(rig.database.url, "SELECT * FROM blocks WHERE user_id = 'jon'")).toEqual(
    [],
  );
  // It was gone from the first time on.
  expect(await erasedMs()).toBe(first);
});
