import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  ConversationServiceDefinition as Conversations,
  MessageServiceDefinition as Messages,
  SendRequest,
} from '@queqiao/protocol/client';
import { Erasure_Phase, UserServiceDefinition as ServerUsers } from '@queqiao/protocol/server';
import { BareDevice, eventually, openTransaction, SocketClosed } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
/** Several steps. */
const MESSAGES = 3_000;

function signIn(node: number, token: string, deviceId: string) {
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId });
}

async function textsOf(device: BareDevice): Promise<number> {
  let found = 0;
  for (let fromSeq = 1; fromSeq !== 0;) {
    const request = {
      conversationId: 'd:ann:bob',
      fromSeq,
      toSeq: 0,
      limit: 500,
      backwards: false,
    };
    const { pullEntries } = Conversations.methods;
    const { entries } = await device.call(Conversations, pullEntries, request);
    found += entries.filter(({ content }) => content?.body?.$case === 'text').length;
    fromSeq = entries.length === 0 ? 0 : (entries.at(-1)?.seq ?? 0) + 1;
  }
  return found;
}

it('an erasure whose node is killed in the middle is finished by another one', async () => {
  const { app } = cluster();
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  await backEnd.upsert('ann', 'bob');
  const token = await app.token('ann');
  const ann = await signIn(0, token, 'phone');
  const send = (n: number) => {
    const words = { conversationId: 'd:ann:bob', clientMsgId: `m${n}`, content: text(`said ${n}`) };
    return ann.call(Messages, Messages.methods.send, SendRequest.create(words));
  };
  for (let n = 0; n < MESSAGES; n += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, more) => send(n + more)));
  }
  // Until the node is killed it does not get past the last one, however long that takes.
  const held = await openTransaction(cluster().database.rootUrl);
  const last = "SELECT seq FROM entries WHERE client_msg_id = 'm999' AND sender = 'ann'";
  await held.write(`${last} AND app_id = ? AND conversation_id = 'd:ann:bob' FOR UPDATE`, [
    app.appId,
  ]);
  const request = { clientRequestId: 'e1', userId: 'ann', keepMessages: false };
  await backEnd.users.eraseUser(request, backEnd.options);
  const other = createGrpcClient(ServerUsers, cluster().logicAt(1).grpcAddress);
  const progress = async () =>
    (await other.getErasure({ userId: 'ann' }, backEnd.options)).erasure ?? undefined;
  await eventually('it is under way', async () => ((await progress())?.steps ?? 0) >= 2);
  await cluster().logicAt(0).process.kill();
  // It was in the middle of it.
  expect((await progress())?.phase).not.toBe(Erasure_Phase.DONE);
  held.end();
  expect(await ann.closed).toBe(4204);
  await eventually('the other node finishes it', async () => {
    return (await progress())?.phase === Erasure_Phase.DONE;
  });
  await cluster().logicAt(0).process.start();
  const bob = await signIn(1, await app.token('bob'), 'phone');
  expect(await textsOf(bob)).toBe(0);
  for (const node of [0, 1]) {
    const refused = await signIn(node, token, 'tablet').catch((error: unknown) => error);
    expect(refused instanceof SocketClosed ? refused.code : refused).toBe(4202);
  }
  await bob.close();
  for (const each of [other, backEnd]) each.close();
});
