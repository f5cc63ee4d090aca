import { createGrpcClient } from '@queqiao/grpc-kit';
import { Content, Sender_Kind } from '@queqiao/protocol/client';
import { EventServiceDefinition, type SubscribeResponse } from '@queqiao/protocol/server';
import { eventually, longRun, type TestApp } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1 });
const CHATS = 8;
const MESSAGES = longRun() ? 1_250 : 100;

/** Follows events by whichever node answers, on from the last cursor, as often as its stream ends. */
class Follower {
  /** By conversation, in the order in which they came first. */
  readonly seen = new Map<string, number[]>();
  /** Streams that ended; each was gone on with. */
  ends = 0;
  #cursor = '';
  #left = false;

  constructor(
    readonly addresses: readonly string[],
    readonly app: TestApp,
  ) {}

  has(conversationId: string, seq: number): boolean {
    return this.seen.get(conversationId)?.includes(seq) ?? false;
  }

  async follow(): Promise<void> {
    for (let turn = 0; !this.#left; turn += 1) {
      await this.#stream(this.addresses[turn % this.addresses.length] ?? '');
      this.ends += 1;
    }
  }

  leave(): void {
    this.#left = true;
  }

  async begun(): Promise<void> {
    await eventually('the first cursor', () => this.#cursor !== '');
  }

  async #stream(address: string): Promise<void> {
    const client = createGrpcClient(EventServiceDefinition, address, { ownConnection: true });
    const metadata = { authorization: `Bearer ${this.app.credential}` };
    const stream = client.subscribe({ cursor: this.#cursor, fromOldest: false }, { metadata });
    try {
      for await (const answer of stream) {
        this.#take(answer as SubscribeResponse);
        if (this.#left) break;
      }
    } catch {
      // Whatever ended it, the cursor says where it goes on.
    } finally {
      stream.cancel();
      client.close();
    }
  }

  #take({ events, cursor }: SubscribeResponse): void {
    for (const { entry } of events) {
      if (entry === undefined) continue;
      const seqs = this.seen.get(entry.conversationId) ?? [];
      this.seen.set(entry.conversationId, seqs);
      if (!seqs.includes(entry.seq)) seqs.push(entry.seq);
    }
    this.#cursor = cursor;
  }
}

/** One message, by one node after the other until one says that it is stored; its seq. */
async function say(senders: readonly BackEnd[], chat: number, n: number): Promise<number> {
  const message = {
    sender: { kind: Sender_Kind.USER, id: `a${chat}` },
    conversationId: `d:a${chat}:b${chat}`,
    clientMsgId: `m${n}`,
    content: Content.create({ body: { $case: 'text', value: { text: `${n}` } } }),
    onlineOnly: false,
    notCounted: false,
  };
  for (let attempt = n; ; attempt += 1) {
    const sender = senders[attempt % senders.length];
    const answer = await sender?.messages
      .sendMessage(message, sender.options)
      .catch(() => undefined);
    if (answer !== undefined) return answer.seq;
  }
}

it('events: nothing that was acknowledged is missing, and each log is in order, however often nodes are killed', async () => {
  const app = await cluster().createApp('eventful', { events: true });
  const addresses = cluster().logic.map(({ grpcAddress }) => grpcAddress);
  const senders = addresses.map((address) => new BackEnd(address, app));
  const users = Array.from({ length: CHATS }, (_, n) => [`a${n}`, `b${n}`]).flat();
  await senders[0]?.upsert(...users);
  const follower = new Follower(addresses, app);
  const following = follower.follow();
  await follower.begun();

  let acked = 0;
  const faults: Promise<void>[] = [];
  const killAt = new Map([1, 2, 3, 4].map((n) => [Math.floor((CHATS * MESSAGES * n) / 5), n % 2]));
  const kill = async (index: number): Promise<void> => {
    const { process } = cluster().logicAt(index);
    await process.kill();
    await process.start();
  };
  const talk = async (chat: number): Promise<void> => {
    for (let n = 0; n < MESSAGES; n += 1) {
      await say(senders, chat, n);
      acked += 1;
      const victim = killAt.get(acked);
      if (victim !== undefined) faults.push(kill(victim));
    }
  };
  await Promise.all(Array.from({ length: CHATS }, (_, chat) => talk(chat)));
  expect(faults).toHaveLength(killAt.size);
  await Promise.all(faults);

  const chats = Array.from({ length: CHATS }, (_, n) => `d:a${n}:b${n}`);
  await eventually('everything was told', () =>
    chats.every((chat) => follower.has(chat, MESSAGES)),
  );
  const wanted = Array.from({ length: MESSAGES }, (_, n) => n + 1);
  for (const chat of chats) expect(follower.seen.get(chat), chat).toEqual(wanted);
  expect(follower.ends).toBeGreaterThan(0);
  follower.leave();
  // One more event, by whichever node answers, so that the stream looks up.
  await say(senders, 0, MESSAGES);
  await following;
  for (const sender of senders) sender.close();
});
