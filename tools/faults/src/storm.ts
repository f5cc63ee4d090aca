import { setTimeout as sleep } from 'node:timers/promises';
import { BackEnd, text } from '@queqiao/e2e';
import {
  ConversationServiceDefinition as Conversations,
  Sender_Kind,
} from '@queqiao/protocol/client';
import { SendMessageRequest } from '@queqiao/protocol/server';
import { BareDevice, queryRows, SocketClosed, type TestApp } from '@queqiao/testkit';
import type { FaultRig } from './rig.js';

export interface Storm {
  /** From the loss of all connections until each of those that came back had signed in and synced. */
  readonly returnedMs: readonly number[];
  /** Devices that were not back in time. */
  readonly missing: number;
  /** Statements of the database for all of them to come back, at once and one after another; idle ones left out. */
  readonly statements: { readonly atOnce: number; readonly calm: number };
}

export const STORM = 'thousands reconnect at once';
export const STORM_LIMITS = { sockets: 2_000, backMs: 60_000, load: 2 };
const GIVE_UP_MS = 120_000;
const USERS_PER_CALL = 100;
const SET_UP_AT_ONCE = 16;
/** So few that come back at a time are a calm day. */
const CALM_AT_ONCE = 4;
const BACKOFF_MS = 1_000;
const IDLE_MS = 5_000;
const STATEMENTS = ['select', 'insert', 'update', 'delete', 'replace', 'update_multi'];

/** Thousands of users with one device and one conversation each lose their connections and come back, all at once. */
export async function reconnectStorm(rig: FaultRig, sockets: number): Promise<Storm> {
  const app = await rig.cluster.createApp('storm');
  const users = Array.from({ length: sockets }, (_, index) => `s${String(index).padStart(5, '0')}`);
  await setUp(rig, app, users);
  const clients = users.map((userId, index) => {
    const { socketUrl } = rig.cluster.connectAt(index % rig.connect.length);
    return new StormClient(app, userId, socketUrl);
  });
  try {
    // The first sign-in of a device writes more than later ones.
    await eachOf(clients, SET_UP_AT_ONCE, (client) => client.comeBack());
    const idlePerMs = await idleRate(rig);
    const calm = await counted(rig, idlePerMs, () =>
      eachOf(clients, CALM_AT_ONCE, (client) => client.leave().comeBack()),
    );
    const returnedMs: number[] = [];
    const atOnce = await counted(rig, idlePerMs, async () => {
      for (const client of clients) client.leave();
      const sinceMs = Date.now();
      const back = clients.map(async (client) => {
        if (await client.comeBack()) returnedMs.push(Date.now() - sinceMs);
      });
      await Promise.all(back);
    });
    return { returnedMs, missing: sockets - returnedMs.length, statements: { atOnce, calm } };
  } finally {
    for (const client of clients) client.leave();
  }
}

/** What a storm has against the bounds that the product promises. */
export function* stormBreaches({ returnedMs, missing, statements }: Storm): Generator<string> {
  const last = Math.max(0, ...returnedMs);
  if (missing > 0) yield `${missing} devices did not come back`;
  if (last > STORM_LIMITS.backMs) yield `the last was back after ${last} ms`;
  const load = statements.atOnce / statements.calm;
  if (load > STORM_LIMITS.load) {
    yield `the database had ${load.toFixed(2)} times the statements of a calm day`;
  }
}

class StormClient {
  #socket: BareDevice | undefined;
  #generation = 0;
  #cursor: Uint8Array = new Uint8Array();

  constructor(
    private readonly app: TestApp,
    private readonly userId: string,
    private readonly url: string,
  ) {}

  leave(): this {
    this.#socket?.ws.terminate();
    this.#socket = undefined;
    return this;
  }

  /** Resolves with true when it has signed in and synced; it waits as it is told to, and gives up in the end. */
  async comeBack(): Promise<boolean> {
    for (const deadline = Date.now() + GIVE_UP_MS; Date.now() < deadline;) {
      const hintMs = await this.#attempt();
      if (hintMs === undefined) return true;
      await sleep(Math.max(hintMs, Math.random() * BACKOFF_MS));
    }
    return false;
  }

  /** Undefined: it is back. Else how long it was told to wait. */
  async #attempt(): Promise<number | undefined> {
    this.#generation += 1;
    const token = await this.app.token(this.userId);
    let socket: BareDevice | undefined;
    try {
      socket = await BareDevice.open(this.url);
      socket.connect({ token, deviceId: 'd1', generation: this.#generation });
      await socket.next('connected');
      const request = { cursor: this.#cursor, limit: 0 };
      const { syncConversations } = Conversations.methods;
      this.#cursor = (await socket.call(Conversations, syncConversations, request)).cursor;
      this.#socket = socket;
      return undefined;
    } catch (error) {
      const [told] = socket?.all('disconnect') ?? [];
      socket?.ws.terminate();
      return error instanceof SocketClosed ? (told?.reconnectAfterMs ?? 0) : 0;
    }
  }
}

/** Users are pairs with one message each. */
async function setUp(rig: FaultRig, app: TestApp, users: readonly string[]): Promise<void> {
  const backEnd = new BackEnd(rig.cluster.logicAt(0).grpcAddress, app);
  try {
    for (let at = 0; at < users.length; at += USERS_PER_CALL) {
      await backEnd.upsert(...users.slice(at, at + USERS_PER_CALL));
    }
    const pairs = users.flatMap((user, index) => {
      const other = users[index + 1];
      return index % 2 === 0 && other !== undefined ? [[user, other] as const] : [];
    });
    await eachOf(pairs, SET_UP_AT_ONCE, async ([user, other]) => {
      const request = SendMessageRequest.create({
        sender: { kind: Sender_Kind.USER, id: user },
        conversationId: `d:${user}:${other}`,
        clientMsgId: 'hello',
        content: text('hello'),
      });
      await backEnd.messages.sendMessage(request, backEnd.options);
    });
  } finally {
    backEnd.close();
  }
}

async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Statements that the database ran for the work, without those that it runs anyway. */
async function counted(
  rig: FaultRig,
  idlePerMs: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const [before, beganMs] = [await statementsOf(rig), Date.now()];
  await work();
  const idle = idlePerMs * (Date.now() - beganMs);
  return (await statementsOf(rig)) - before - idle;
}

async function idleRate(rig: FaultRig): Promise<number> {
  const before = await statementsOf(rig);
  await sleep(IDLE_MS);
  return ((await statementsOf(rig)) - before) / IDLE_MS;
}

async function statementsOf({ mysql }: FaultRig): Promise<number> {
  const names = STATEMENTS.map((name) => `'Com_${name}'`).join(', ');
  const sql = `SHOW GLOBAL STATUS WHERE Variable_name IN (${names})`;
  const rows = await queryRows(mysql.rootUrl, sql);
  return rows.reduce((sum, row) => sum + Number(row['Value']), 0);
}
