import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import {
  IssueTokenRequest,
  RevokeTokenRequest,
  TokenServiceDefinition,
} from '@queqiao/protocol/server';
import { BareDevice, eventually, SocketClosed } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BackEnd, codeOf, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });

let backEnd: BackEnd;
let tokens: GrpcClient<typeof TokenServiceDefinition>;
let lastId = 0;

const newId = () => `r${++lastId}`;

beforeAll(async () => {
  const at = cluster().logicAt(0).grpcAddress;
  backEnd = new BackEnd(at, cluster().app);
  tokens = createGrpcClient(TokenServiceDefinition, at);
  await backEnd.upsert('ann', 'bob', 'carol', 'dave');
});
afterAll(() => {
  tokens.close();
  backEnd.close();
});

async function issue(userId: string) {
  return tokens.issueToken(IssueTokenRequest.create({ userId }), backEnd.options);
}

function signIn(node: number, token: string, deviceId: string, generation = 1) {
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId, generation });
}

/** The code of the close that a sign-in ends with; 0 when it succeeds. */
async function refusal(node: number, token: string, deviceId = 'other'): Promise<number> {
  try {
    await (await signIn(node, token, deviceId, 9)).close();
    return 0;
  } catch (error) {
    if (error instanceof SocketClosed) return error.code;
    throw error;
  }
}

/** What a send with this token over gRPC ends with. */
async function sendAt(logic: number, token: string, conversationId: string): Promise<string> {
  const door = new UserDoor(cluster().logicAt(logic).grpcAddress, token, 'phone');
  try {
    return await codeOf(door.send(conversationId, newId(), 'x'));
  } finally {
    door.close();
  }
}

async function closesOf(devices: readonly BareDevice[]): Promise<(number | undefined)[]> {
  await eventually('all are closed', () =>
    devices.every(({ closeCode }) => closeCode !== undefined),
  );
  return devices.map(({ closeCode }) => closeCode);
}

it('an issued token signs in, and is nothing any more on any node once it is revoked', async () => {
  const [gone, kept] = [await issue('ann'), await issue('ann')];
  const sockets = [
    await signIn(0, gone.token, 'phone'),
    await signIn(1, gone.token, 'tablet'),
    // Of a node that nothing was sent to yet.
    await signIn(1, gone.token, 'web'),
  ];
  const others = [await signIn(0, kept.token, 'tv'), await signIn(1, kept.token, 'watch')];
  for (const logic of [0, 1]) expect(await sendAt(logic, gone.token, 'd:ann:bob')).toBe('OK');
  const request = RevokeTokenRequest.create({ clientRequestId: newId(), token: gone.token });
  await tokens.revokeToken(request, backEnd.options);
  // At once, wherever it is used.
  for (const logic of [0, 1]) {
    expect(await sendAt(logic, gone.token, 'd:ann:bob')).toBe('UNAUTHENTICATED');
  }
  for (const node of [0, 1]) expect(await refusal(node, gone.token)).toBe(4202);
  expect(await closesOf(sockets)).toEqual([4204, 4204, 4204]);
  for (const logic of [0, 1]) expect(await sendAt(logic, kept.token, 'd:ann:bob')).toBe('OK');
  expect(others.map(({ closeCode }) => closeCode)).toEqual([undefined, undefined]);
  await Promise.all(others.map((each) => each.close()));
});

it('a banned user is out on every node until the ban is lifted', async () => {
  const { token } = await issue('carol');
  const sockets = [await signIn(0, token, 'phone'), await signIn(1, token, 'tablet')];
  const bystander = await signIn(1, await cluster().app.token('dave'), 'phone');
  const ban = { clientRequestId: newId(), userId: 'carol', untilMs: 0, reason: 'spam' };
  await backEnd.users.banUser(ban, backEnd.options);
  for (const node of [0, 1]) expect(await refusal(node, token)).toBe(4204);
  for (const logic of [0, 1]) {
    expect(await sendAt(logic, token, 'd:carol:dave')).toBe('PERMISSION_DENIED');
  }
  expect(await closesOf(sockets)).toEqual([4204, 4204]);
  const unban = { clientRequestId: newId(), userId: 'carol' };
  await backEnd.users.unbanUser(unban, backEnd.options);
  // With the token from before, and for longer than feeds repeat themselves in between.
  const back = await signIn(0, token, 'phone', 10);
  for (const logic of [0, 1]) expect(await sendAt(logic, token, 'd:carol:dave')).toBe('OK');
  expect([back.closeCode, bystander.closeCode]).toEqual([undefined, undefined]);
  await Promise.all([back.close(), bystander.close()]);
});

it('a ban with an end is over by itself', async () => {
  const { token } = await issue('bob');
  const phone = await signIn(1, token, 'phone');
  const untilMs = Date.now() + 8_000;
  const ban = { clientRequestId: newId(), userId: 'bob', untilMs, reason: '' };
  await backEnd.users.banUser(ban, backEnd.options);
  expect(await refusal(0, token)).toBe(4204);
  expect(await phone.closed).toBe(4204);
  await eventually('the time has come', async () => (await refusal(0, token)) === 0);
  for (const logic of [0, 1]) {
    await eventually('calls are taken', async () => {
      return (await sendAt(logic, token, 'd:ann:bob')) === 'OK';
    });
  }
});

it('a node that stood still meanwhile refuses too, and Redis has no part in it', async () => {
  const { token } = await issue('ann');
  const frozen = cluster().logicAt(1).process;
  await cluster().redis.kill();
  try {
    for (const logic of [0, 1]) expect(await sendAt(logic, token, 'd:ann:bob')).toBe('OK');
    frozen.pause();
    const request = RevokeTokenRequest.create({ clientRequestId: newId(), token });
    await tokens.revokeToken(request, backEnd.options);
    expect(await sendAt(0, token, 'd:ann:bob')).toBe('UNAUTHENTICATED');
    // It gets there while the node stands.
    const late = sendAt(1, token, 'd:ann:bob');
    frozen.resume();
    expect(await late).toBe('UNAUTHENTICATED');
  } finally {
    frozen.resume();
    await cluster().redis.start();
  }
});
