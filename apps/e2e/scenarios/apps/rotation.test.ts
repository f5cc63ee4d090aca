import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { AddKeyRequest, AppServiceDefinition, KeyAlgorithm } from '@queqiao/protocol/admin';
import { MessageServiceDefinition as Messages, SendRequest } from '@queqiao/protocol/client';
import { BareDevice, eventually, SocketClosed, type TestApp } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { BackEnd, codeOf, text, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
const APP = 'rotating-busy';
const USERS = Array.from({ length: 8 }, (_, n) => `u${n}`);

type Sending = (conversationId: string, clientMsgId: string) => Promise<string>;

/** Sends one message after the other until it is told to stop, and keeps what each one ended with. */
class Traffic {
  readonly ends: string[] = [];
  #running = true;
  readonly #ended: Promise<void>;

  constructor(
    readonly name: string,
    readonly conversationId: string,
    send: Sending,
  ) {
    this.#ended = this.#run(send);
  }

  get codes(): Set<string> {
    return new Set(this.ends);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#ended;
  }

  async #run(send: Sending): Promise<void> {
    while (this.#running) {
      const code = await send(this.conversationId, `${this.name}-${this.ends.length}`);
      this.ends.push(code);
      if (code !== 'OK') await sleep(100);
    }
  }
}

const bySocket =
  (device: BareDevice): Sending =>
  async (conversationId, clientMsgId) => {
    if (device.closeCode !== undefined) return 'CLOSED';
    const request = SendRequest.create({ conversationId, clientMsgId, content: text('x') });
    try {
      await device.call(Messages, Messages.methods.send, request);
      return 'OK';
    } catch (error) {
      // The socket is closing, or the close has come.
      if (device.ws.readyState !== device.ws.OPEN) return 'CLOSED';
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  };

const byGrpc = (door: UserDoor): Sending => {
  return (conversationId, clientMsgId) => codeOf(door.send(conversationId, clientMsgId, 'x'));
};

/** The direct chat of a user with the next one. */
const chatOf = (user: string): string => {
  const [a, b] = [user, USERS[(USERS.indexOf(user) + 1) % USERS.length] ?? user].sort();
  return `d:${a}:${b}`;
};

function signIn(node: number, token: string, deviceId: string) {
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId });
}

async function refusal(node: number, token: string): Promise<number> {
  try {
    await (await signIn(node, token, 'late')).close();
    return 0;
  } catch (error) {
    if (error instanceof SocketClosed) return error.code;
    throw error;
  }
}

async function refresh(device: BareDevice, token: string): Promise<void> {
  const before = device.items.filter(({ $case }) => $case === 'connected').length;
  device.send({ $case: 'refresh', value: { token } });
  await eventually('the token is taken', () => {
    return device.items.filter(({ $case }) => $case === 'connected').length > before;
  });
}

async function operate(app: TestApp) {
  const client = createGrpcClient(AppServiceDefinition, cluster().logicAt(0).grpcAddress);
  const metadata = { authorization: `Bearer ${cluster().operator.bearer}` };
  const secret = new Uint8Array(32).fill(9);
  return {
    newer(user: string): Promise<string> {
      const nowS = Math.floor(Date.now() / 1_000);
      const claims = { app: APP, sub: user, aud: 'queqiao', iat: nowS, exp: nowS + 600 };
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k2' }).sign(secret);
    },
    addKey: () => {
      const key = { clientRequestId: 'add', appId: APP, keyId: 'k2', secret };
      return client.addKey(AddKeyRequest.create({ ...key, algorithm: KeyAlgorithm.HS256 }), {
        metadata,
      });
    },
    retireOlder: () => {
      const request = { clientRequestId: 'retire', appId: APP, keyId: app.kid, retireAtMs: 0 };
      return client.retireKey(request, { metadata });
    },
    close: () => client.close(),
  };
}

it('a key is changed under traffic: no good token is refused, and the retired one is nothing any more', async () => {
  const app = await cluster().createApp(APP);
  const backEnd = new BackEnd(cluster().logicAt(1).grpcAddress, app);
  await backEnd.upsert(...USERS);
  const operator = await operate(app);
  const doors: UserDoor[] = [];
  const door = (logic: number, token: string) => {
    const made = new UserDoor(cluster().logicAt(logic).grpcAddress, token, 'door');
    doors.push(made);
    return made;
  };
  const phones = await Promise.all(
    USERS.map(async (user, n) => signIn(n % 2, await app.token(user), 'phone')),
  );
  const stale = await Promise.all(
    USERS.map(async (user, n) => signIn((n + 1) % 2, await app.token(user), 'forgotten')),
  );
  const start = (kind: string, sends: readonly Sending[], users: readonly string[] = USERS) =>
    sends.map((send, n) => new Traffic(`${kind}-${n}`, chatOf(users[n] ?? ''), send));
  const onPhones = start('phone', phones.map(bySocket));
  const onStale = start('stale', stale.map(bySocket));
  const olderToken = await app.token('u0');
  const olderDoors = start(
    'old-door',
    [byGrpc(door(0, olderToken)), byGrpc(door(1, olderToken))],
    ['u0', 'u0'],
  );

  await operator.addKey();
  for (const node of [0, 1]) {
    await eventually('the new key is known', async () => {
      return (await refusal(node, await operator.newer('u0'))) === 0;
    });
  }
  // Whoever is on line changes over one after the other, others come with the new one.
  const tablets = await Promise.all(
    USERS.map(async (user, n) => signIn(n % 2, await operator.newer(user), 'tablet')),
  );
  const onTablets = start('tablet', tablets.map(bySocket));
  const newerToken = await operator.newer('u1');
  const newerDoors = start(
    'new-door',
    [byGrpc(door(0, newerToken)), byGrpc(door(1, newerToken))],
    ['u1', 'u1'],
  );
  for (const [n, phone] of phones.entries()) {
    await refresh(phone, await operator.newer(USERS[n] ?? ''));
  }
  const good = [...onPhones, ...onTablets, ...newerDoors];
  const all = [...good, ...onStale, ...olderDoors];
  await eventually('everybody has sent', () => all.every(({ ends }) => ends.length > 0));
  for (const { codes, name } of all) expect([...codes], name).toEqual(['OK']);

  await operator.retireOlder();
  await eventually('sockets of the old key are closed', () =>
    stale.every(({ closeCode }) => closeCode !== undefined),
  );
  expect(stale.map(({ closeCode }) => closeCode)).toEqual(stale.map(() => 4204));
  for (const each of olderDoors) {
    await eventually('calls with it are refused', () => each.codes.has('UNAUTHENTICATED'));
  }
  // And go on to be: long enough for whatever was cached.
  const marks = [...good, ...olderDoors].map(({ ends }) => ends.length);
  await eventually('all go on', () =>
    [...good, ...olderDoors].every(({ ends }, n) => ends.length > (marks[n] ?? 0) + 5),
  );
  await Promise.all(all.map((each) => each.stop()));
  for (const { codes, name } of good) expect([...codes], name).toEqual(['OK']);
  for (const { codes, name } of onStale) expect([...codes], name).toEqual(['OK', 'CLOSED']);
  for (const { ends, name } of olderDoors) {
    const refused = ends.slice(ends.indexOf('UNAUTHENTICATED'));
    expect([...new Set(refused)], name).toEqual(['UNAUTHENTICATED']);
  }
  for (const node of [0, 1]) expect(await refusal(node, await app.token('u3'))).toBe(4202);
  expect([...phones, ...tablets].every(({ closeCode }) => closeCode === undefined)).toBe(true);
  await Promise.all([...phones, ...tablets].map((device) => device.close()));
  for (const each of [...doors, operator, backEnd]) each.close();
});
