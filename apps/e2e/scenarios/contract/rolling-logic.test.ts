import {
  Client,
  credentials,
  Metadata,
  status,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import { directConversationId, parseUserId } from '@queqiao/domain';
import { Content, Sender_Kind } from '@queqiao/protocol/client';
import { SendMessageRequest, SendMessageResponse } from '@queqiao/protocol/server';
import { eventually, queryRows } from '@queqiao/testkit';
import { afterAll, expect, it } from 'vitest';
import { BackEnd } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ logic: 2, connect: 0 });
const CHAT = directConversationId(parseUserId('ann'), parseUserId('bob'));
const CALLERS = 8;
/** Calls that each node has to answer before a phase is over. */
const ENOUGH = 100;

/** What docs/grpc.md recommends to back ends; nothing here is ours. */
const SERVICE_CONFIG = {
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: '0.1s',
        maxBackoff: '2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
};

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
});

/** As many callers as a back end has, each of which sends one message after the other until it is told to end. */
class Traffic {
  readonly failures: string[] = [];
  /** Answered calls by the node that answered. */
  readonly answered = new Map<string, number>();
  sent = 0;
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #loops: Promise<void>[];
  #going = true;

  constructor(addresses: readonly string[], credential: string) {
    this.#client = new Client(`ipv4:${addresses.join(',')}`, credentials.createInsecure(), {
      'grpc.service_config': JSON.stringify(SERVICE_CONFIG),
    });
    closers.push(() => this.#client.close());
    this.#metadata.set('authorization', `Bearer ${credential}`);
    this.#loops = Array.from({ length: CALLERS }, () => this.#loop());
  }

  async end(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#loops);
  }

  /** Resolves when all of these nodes have answered some more. */
  async reaches(...addresses: string[]): Promise<void> {
    const before = new Map(this.answered);
    await eventually(`calls are answered by ${addresses.join(' and ')}`, () =>
      addresses.every((each) => (this.answered.get(each) ?? 0) - (before.get(each) ?? 0) >= ENOUGH),
    );
  }

  async #loop(): Promise<void> {
    while (this.#going) {
      this.sent += 1;
      await this.#send(`m${this.sent}`);
    }
  }

  #send(clientMsgId: string): Promise<void> {
    const message = SendMessageRequest.create({
      sender: { kind: Sender_Kind.USER, id: 'ann' },
      conversationId: CHAT,
      clientMsgId,
      content: Content.create({ body: { $case: 'text', value: { text: clientMsgId } } }),
    });
    return new Promise((resolve) => {
      const call: ClientUnaryCall = this.#client.makeUnaryRequest(
        '/queqiao.server.v1.MessageService/SendMessage',
        (request: SendMessageRequest) => Buffer.from(SendMessageRequest.encode(request).finish()),
        (bytes) => SendMessageResponse.decode(bytes),
        message,
        this.#metadata,
        { deadline: Date.now() + 30_000 },
        (error) => resolve(this.#settle(error, call.getPeer())),
      );
    });
  }

  #settle(error: ServiceError | null, peer: string): void {
    if (error) this.failures.push(`${status[error.code]}: ${error.details}`);
    else this.answered.set(peer, (this.answered.get(peer) ?? 0) + 1);
  }
}

it('no call of a stock client fails while one logic node after the other is restarted', async () => {
  const { app } = cluster();
  const nodes = [cluster().logicAt(0), cluster().logicAt(1)] as const;
  const [first, second] = [nodes[0].grpcAddress, nodes[1].grpcAddress];
  const backEnd = new BackEnd(first, app);
  closers.push(() => backEnd.close());
  await backEnd.upsert('ann', 'bob');
  const traffic = new Traffic([first, second], app.credential);
  await traffic.reaches(first, second);
  for (const [node, other] of [
    [nodes[0], second],
    [nodes[1], first],
  ] as const) {
    const stopped = node.process.stop(45_000);
    await traffic.reaches(other);
    await stopped;
    expect(node.process.exitCode).toBe(0);
    await traffic.reaches(other);
    await node.process.start();
    await traffic.reaches(first, second);
  }
  await traffic.end();
  expect(traffic.failures).toEqual([]);
  const [row] = await queryRows(
    cluster().database.url,
    'SELECT COUNT(*) AS entries, COUNT(DISTINCT client_msg_id) AS messages FROM entries WHERE app_id = ? AND conversation_id = ?',
    [app.appId, CHAT],
  );
  expect(row).toEqual({ entries: traffic.sent, messages: traffic.sent });
});
