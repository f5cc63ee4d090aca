import { randomBytes } from 'node:crypto';
import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import { Sender_Kind } from '@queqiao/protocol/client';
import {
  BroadcastServiceDefinition as Broadcasts,
  type Broadcast,
  type StartBroadcastRequest,
} from '@queqiao/protocol/server';
import {
  BareDevice,
  eventually,
  queryRows,
  type TestApp,
  type TestCluster,
} from '@queqiao/testkit';
import { BackEnd, text } from '../../src/doors.js';

const UPSERT = 500;
/** Keeps a broken product from hanging the suite; no measurement. */
const GIVE_UP_MS = 120_000;

/** The users of an app, some of them online, and its back end, which calls whichever logic node answers. */
export class Audience {
  readonly userIds: readonly string[];
  readonly devices = new Map<string, BareDevice>();
  readonly #backEnds: readonly BackEnd[];
  readonly #broadcasts: readonly GrpcClient<typeof Broadcasts>[];

  constructor(
    private readonly cluster: TestCluster,
    private readonly app: TestApp,
    users: number,
  ) {
    this.userIds = Array.from({ length: users }, (_, n) => `user-${String(n).padStart(5, '0')}`);
    const addresses = cluster.logic.map(({ grpcAddress }) => grpcAddress);
    this.#backEnds = addresses.map((address) => new BackEnd(address, app));
    this.#broadcasts = addresses.map((address) => createGrpcClient(Broadcasts, address));
  }

  /** Makes the users and the account, and brings every so manieth user online. */
  async gather(onlineEvery: number): Promise<void> {
    const all = ['shop', ...this.userIds];
    for (let at = 0; at < all.length; at += UPSERT) {
      await this.#backEnds[0]?.upsert(...all.slice(at, at + UPSERT));
    }
    for (let n = 0; n < this.userIds.length; n += onlineEvery) {
      const userId = this.userIds[n] ?? '';
      const { socketUrl } = this.cluster.connectAt((n / onlineEvery) % 2);
      const token = await this.app.token(userId);
      this.devices.set(userId, await BareDevice.signIn(socketUrl, { token, deviceId: 'phone' }));
    }
  }

  /** By whichever node answers, with one request id. */
  async start(words: string): Promise<string> {
    const sender = { kind: Sender_Kind.BUSINESS, id: 'shop' };
    const request: StartBroadcastRequest = {
      clientRequestId: randomBytes(8).toString('hex'),
      sender,
      content: text(words),
      notCounted: false,
    };
    const { broadcast } = await this.#call((client, options) =>
      client.startBroadcast(request, options),
    );
    return broadcast?.broadcastId ?? '';
  }

  async get(broadcastId: string): Promise<Broadcast> {
    const answer = await this.#call((client, options) =>
      client.getBroadcast({ broadcastId }, options),
    );
    if (answer.broadcast === undefined) throw new Error('no broadcast');
    return answer.broadcast;
  }

  async cancel(broadcastId: string): Promise<void> {
    const request = { clientRequestId: randomBytes(8).toString('hex'), broadcastId };
    await this.#call((client, options) => client.cancelBroadcast(request, options));
  }

  ended(broadcastId: string): Promise<Broadcast> {
    const look = async () => {
      const broadcast = await this.get(broadcastId);
      return broadcast.endedMs > 0 ? broadcast : undefined;
    };
    return eventually('the broadcast ends', look, GIVE_UP_MS);
  }

  /** Users by the number of messages with these words that they have; what nobody has is left out. */
  async received(words: string): Promise<Map<string, number>> {
    const rows = await this.rows(
      `SELECT conversation_id AS chat, COUNT(*) AS n FROM entries WHERE app_id = ? AND content LIKE ? GROUP BY conversation_id`,
      `%${words}%`,
    );
    return new Map(
      rows.map((row) => [String(row['chat']).slice('d:shop:'.length), Number(row['n'])]),
    );
  }

  /** What is stored of a broadcast, and how much of that is counted; the node that has it for its own. */
  async progress(broadcastId: string): Promise<{ stored: number; done: number; owner: string }> {
    const [row] = await this.rows(
      `SELECT b.done, b.owner, (SELECT COUNT(*) FROM entries e WHERE e.app_id = b.app_id AND e.created_ms >= b.started_ms) AS stored
       FROM broadcasts b WHERE b.app_id = ? AND b.broadcast_id = ?`,
      broadcastId,
    );
    return {
      stored: Number(row?.['stored']),
      done: Number(row?.['done']),
      owner: String(row?.['owner']),
    };
  }

  /** Whether no node has a step of it under way. */
  async rests(broadcastId: string): Promise<boolean> {
    const sql = 'SELECT attempts FROM broadcasts WHERE app_id = ? AND broadcast_id = ?';
    const [row] = await this.rows(sql, broadcastId);
    return row?.['attempts'] === 0;
  }

  /** Seqs that were pushed to a device of its chat with the account, as often as they were. */
  pushed(userId: string): number[] {
    return (this.devices.get(userId)?.items ?? []).flatMap((item) => {
      const event = item.$case === 'push' ? item.value.event : undefined;
      return event?.$case === 'entry' && event.value.conversationId === `d:shop:${userId}`
        ? [event.value.seq]
        : [];
    });
  }

  rows(sql: string, ...values: (string | number)[]) {
    return queryRows(this.cluster.database.rootUrl, sql, [this.app.appId, ...values]);
  }

  async leave(): Promise<void> {
    for (const device of this.devices.values()) await device.close();
    for (const each of [...this.#backEnds, ...this.#broadcasts]) each.close();
  }

  async #call<T>(
    call: (client: GrpcClient<typeof Broadcasts>, options: BackEnd['options']) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const client = this.#broadcasts[attempt % this.#broadcasts.length];
      const options = this.#backEnds[0]?.options;
      if (client === undefined || options === undefined) throw new Error('there is no node');
      try {
        return await call(client, { ...options, deadlineMs: 5_000 });
      } catch (error) {
        if (attempt >= 20) throw error;
      }
    }
  }
}
