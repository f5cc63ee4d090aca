import { join } from 'node:path';
import { freePort } from '@queqiao/dev-stack';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { Sender_Kind } from '@queqiao/protocol/client';
import { WebhookServiceDefinition } from '@queqiao/protocol/server';
import { eventually } from '@queqiao/testkit';
import { afterAll, expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';
import { ReceiverProcess } from './receiver-process.js';
import { flaws, isSigned, toDelivered } from './webhook-rules.js';

const cluster = useCluster({ connect: 1 });
const CHATS = 50;
const MESSAGES = 200;
const ALL = CHATS * MESSAGES;
/** Parts of the events between two kills, of which there are two less. */
const PARTS = 11;
let receiver: ReceiverProcess | undefined;
afterAll(() => receiver?.kill());

/** One message, by one node after the other until one says that it is stored. */
async function say(senders: readonly BackEnd[], chat: number, n: number): Promise<void> {
  const message = {
    sender: { kind: Sender_Kind.USER, id: `a${chat}` },
    conversationId: `d:a${chat}:b${chat}`,
    clientMsgId: `m${n}`,
    content: text(`${n}`),
    onlineOnly: false,
    notCounted: false,
  };
  for (let attempt = n; ; attempt += 1) {
    const sender = senders[attempt % senders.length];
    const sent = sender?.messages.sendMessage(message, sender.options);
    if ((await sent?.catch(() => undefined)) !== undefined) return;
  }
}

/** Kills one thing after the other, each again when what it does is to be done once more. */
async function killAndStart(victim: { kill(): Promise<void>; start(): Promise<void> }) {
  await victim.kill();
  await victim.start();
}

it('webhooks: each of 10,000 events arrives, signed and in order per conversation, however often its sender and its receiver are killed', async () => {
  const app = await cluster().createApp('hooked', { events: true });
  const addresses = cluster().logic.map(({ grpcAddress }) => grpcAddress);
  const senders = addresses.map((address) => new BackEnd(address, app));
  const users = Array.from({ length: CHATS }, (_, n) => [`a${n}`, `b${n}`]).flat();
  await senders[0]?.upsert(...users);
  receiver = new ReceiverProcess(await freePort(), join(cluster().dir, 'received'));
  await receiver.start();
  const webhooks = createGrpcClient(WebhookServiceDefinition, addresses[0] ?? '');
  const request = { clientRequestId: 'w1', url: receiver.url, types: [] };
  const { secret } = await webhooks.createWebhook(request, senders[0]?.options ?? {});
  webhooks.close();

  const begunMs = performance.now();
  let isOver = false;
  const killed: string[] = [];
  const talk = async (chat: number): Promise<void> => {
    for (let n = 0; n < MESSAGES; n += 1) {
      // Never so far ahead of the kills that all would be over before the last of them.
      await eventually('a kill', () => n / MESSAGES < (killed.length + 3) / PARTS, 240_000);
      await say(senders, chat, n);
    }
  };
  const talking = Promise.all(Array.from({ length: CHATS }, (_, chat) => talk(chat)));
  const seen = () => new Set(receiver?.received().map(({ id }) => id)).size;
  const killing = kills(receiver, { killed, seen, isOver: () => isOver });
  await talking;
  const talkedMs = performance.now() - begunMs;
  await eventually('every event', () => seen() >= ALL, 240_000);
  const tookMs = performance.now() - begunMs;
  isOver = true;
  await killing;

  const received = receiver.received();
  const delivered = received.map(toDelivered);
  console.info(
    `${ALL} events sent in ${(talkedMs / 1_000).toFixed(1)} s, all received after ${(tookMs / 1_000).toFixed(1)} s; ` +
      `${received.length - ALL} duplicates; kills: ${killed.join(', ')}`,
  );
  expect(received.filter((each) => !isSigned(each, secret))).toEqual([]);
  expect(flaws(delivered)).toEqual([]);
  for (let chat = 0; chat < CHATS; chat += 1) {
    const of = delivered.filter(({ conversationId }) => conversationId === `d:a${chat}:b${chat}`);
    const seqs = [...new Set(of.map(({ seq }) => seq))];
    expect(seqs).toEqual(Array.from({ length: MESSAGES }, (_, n) => n + 1));
  }
  expect(killed.filter((name) => name === 'receiver').length).toBeGreaterThanOrEqual(3);
  expect(killed.filter((name) => name.startsWith('logic')).length).toBeGreaterThanOrEqual(4);
  for (const sender of senders) sender.close();
});

/** Kills a logic node or the receiver whenever another part of the events has arrived, and notes it. */
async function kills(
  process: ReceiverProcess,
  {
    killed,
    seen,
    isOver,
  }: { readonly killed: string[]; readonly seen: () => number; readonly isOver: () => boolean },
): Promise<void> {
  const node = (index: number) => ({
    name: `logic-${index + 1}`,
    process: cluster().logicAt(index).process,
  });
  const kept = { name: 'receiver', process };
  const plan = [kept, node(0), node(1), kept, node(0), kept, node(1), kept, node(0)];
  for (const [index, { name, process: victim }] of plan.entries()) {
    const from = Math.floor((ALL * (index + 1)) / PARTS);
    await eventually(`${from} events`, () => seen() >= from || isOver(), 240_000);
    if (isOver()) break;
    killed.push(name);
    await killAndStart(victim);
  }
}
