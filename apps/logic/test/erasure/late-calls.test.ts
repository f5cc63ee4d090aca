import {
  MessageServiceDefinition as Messages,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { UserServiceDefinition as ServerUsers } from '@queqiao/protocol/server';
import { eventually, queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentOf, failureOf, type UserCall } from '../rig/api-rig.js';
import { LateRig } from './late-rig.js';

let late: LateRig;
/** Calls of the second node, by whom. */
const by = (userId: string) => late.rig.calls(late.app, userId, 1);
const make = (...userIds: string[]) =>
  late.backEnd(ServerUsers, 'upsertUsers', { users: userIds.map((userId) => ({ userId })) });

beforeAll(async () => {
  late = await LateRig.start();
  await make('peer');
});
afterAll(() => late.stop());

it('a chat of two takes nothing more from before its messages are looked for', async () => {
  await make('quiet');
  const [call, peer] = [await by('quiet'), await by('peer')];
  const conversationId = 'd:peer:quiet';
  const send = (whose: UserCall, clientMsgId: string) =>
    whose(Messages, 'send', { conversationId, clientMsgId, content: contentOf('late') });
  await send(peer, 'm1');
  await send(call, 'm2');
  const { late: answer } = await late.held.untilHeld(conversationId, () => send(call, 'm3'));
  const refused = failureOf(answer);
  late.gates.messages.close();
  await late.erase('quiet');
  await eventually('messages are about to be looked for', () => late.gates.messages.reached);
  late.held.letGo();
  expect(await refused).toEqual({ code: 'NOT_FOUND', field: 'conversation_id' });
  late.gates.messages.open();
  await late.untilGone('quiet');
});

it('a first call of somebody who is made and erased while it is under way leaves no user behind the sweep', async () => {
  const userId = 'latecomer';
  const call = await by(userId);
  const rows = () => queryRows(late.url, `SELECT user_id FROM users WHERE user_id = '${userId}'`);
  const { late: answer } = await late.held.untilHeld(
    userId,
    () => call(Users, 'getUsers', { userIds: ['peer'] }),
    /\binsert ignore into `users`/i,
  );
  await make(userId);
  await late.erase(userId);
  await late.untilGone(userId);
  late.held.letGo();
  await answer;
  expect(await rows()).toHaveLength(1);
  await late.sweep(userId);
  expect(await rows()).toEqual([]);
});

it.each([
  ['them', /users[^]*for update/i],
  ['their feeds', /s:gone[^]*for update/i],
])(
  'a call that changes users who are gone when it comes to lock %s is refused',
  async (what, lock) => {
    const [userId, other] = [`gone-${what.length}`, `stays-${what.length}`];
    await make(userId, other);
    const users = [{ userId: other }, { userId, nickname: 'late' }];
    const { late: answer } = await late.held.untilHeld(
      userId,
      () => late.rig.backEndCalls(late.app, 1)(ServerUsers, 'upsertUsers', { users }),
      lock,
    );
    const refused = failureOf(answer);
    await late.erase(userId);
    await late.untilGone(userId);
    late.held.letGo();
    expect(await refused).toEqual({ code: 'ALREADY_EXISTS', field: 'users[1].user_id' });
    const rows = `SELECT user_id FROM users WHERE user_id IN ('${userId}', '${other}')`;
    expect(await queryRows(late.url, rows)).toEqual([{ user_id: other }]);
  },
);
