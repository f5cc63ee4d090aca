import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageServiceDefinition as Messages, SendRequest } from '@queqiao/protocol/client';
import { BareDevice, eventually, SocketClosed, type Codec } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd, codeOf, text, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const trace = { QUEQIAO_LOG_LEVEL: 'trace' };
const cluster = useCluster({ connect: 1, logic: 1, connectEnv: trace, logicEnv: trace });

/** In every text that is sent, and in nothing else. */
const WORDS = 'hush-hush';
/** Whatever must not be found later: tokens as they were sent, good or bad, and what signs them. */
const secrets: string[] = [WORDS];

function secret(value: string): string {
  secrets.push(value);
  return value;
}

async function refused(token: string, codec: Codec): Promise<number> {
  const { socketUrl } = cluster().connectAt(0);
  const error: unknown = await BareDevice.signIn(socketUrl, { token, deviceId: 'd', codec }).catch(
    (reason: unknown) => reason,
  );
  if (error instanceof SocketClosed) return error.code;
  throw new Error('it was not refused', { cause: error });
}

/** A device that sends, is sent to, sends what is refused, refreshes its token, and ends with one that is no token. */
async function life(codec: Codec): Promise<void> {
  const { app } = cluster();
  const { socketUrl } = cluster().connectAt(0);
  const token = secret(await app.token('ann'));
  const ann = await BareDevice.signIn(socketUrl, { token, deviceId: codec, codec });
  const bobs = secret(await app.token('bob'));
  const bob = await BareDevice.signIn(socketUrl, { token: bobs, deviceId: codec, codec });
  for (const to of ['d:ann:bob', 'd:ann:nobody', 'no conversation']) {
    const about = { conversationId: to, clientMsgId: codec, content: text(WORDS) };
    const sent = ann.call(Messages, Messages.methods.send, SendRequest.create(about));
    expect(await codeOf(sent)).toBe(
      { 'd:ann:bob': 'OK', 'd:ann:nobody': 'NOT_FOUND' }[to] ?? 'INVALID_ARGUMENT',
    );
  }
  await bob.next('push', ({ event }) => event?.$case === 'entry');
  const method = 'queqiao.client.v1.MessageService/Send';
  const malformed = codec === 'json' ? `{"content":{"text":"${WORDS}"}}` : `\x7f${WORDS}`;
  const reply = await ann.callRaw(method, new TextEncoder().encode(malformed));
  expect(reply.result?.$case).toBe('error');
  ann.send({ $case: 'refresh', value: { token: secret(await app.token('ann', 3_600)) } });
  await eventually('the token is replaced', () => ann.all('connected').length === 2);
  ann.send({ $case: 'refresh', value: { token: `${token}${WORDS}` } });
  expect(await ann.closed).toBe(4202);
  bob.sendRaw(codec === 'json' ? `{"${WORDS}":` : new TextEncoder().encode(WORDS));
  expect(await bob.closed).toBe(4201);
}

it('no token, credential, key or text reaches a log or a metric of either service', async () => {
  const { app, database } = cluster();
  const { grpcAddress } = cluster().logicAt(0);
  secret(app.credential);
  secret(Buffer.from(app.secret).toString('base64'));
  secret(new URL(database.url).password);
  const backEnd = new BackEnd(grpcAddress, app);
  await backEnd.upsert('ann', 'bob');
  const expired = secret(await app.token('ann', -60));
  const foreign = secret(await (await cluster().createApp('other')).token('ann'));
  const forged = `${foreign.slice(0, -4)}${WORDS}`;
  for (const codec of ['proto', 'json'] as const) {
    expect(await refused(expired, codec)).toBe(4100);
    expect(await refused(forged, codec)).toBe(4202);
    await life(codec);
  }
  for (const token of [secret(await app.token('bob')), expired, forged]) {
    const door = new UserDoor(grpcAddress, token, 'door');
    const sent = await codeOf(door.send('d:ann:bob', 'over-grpc', WORDS));
    expect(sent).toBe({ [expired]: 'TOKEN_EXPIRED', [forged]: 'UNAUTHENTICATED' }[token] ?? 'OK');
    door.close();
  }
  const forger = new BackEnd(grpcAddress, { credential: `${app.credential}${WORDS}` });
  expect(await codeOf(forger.upsert('eve'))).toBe('UNAUTHENTICATED');
  for (const each of [backEnd, forger]) each.close();

  for (const { process } of [cluster().connectAt(0), cluster().logicAt(0)]) {
    const log = readFileSync(join(cluster().dir, `${process.name}.log`), 'utf8');
    expect(log).toContain('attached');
    const everything = `${log}${await process.metrics()}`;
    expect(secrets.filter((each) => everything.includes(each))).toEqual([]);
  }
});
