import { directConversationId, DomainError, parseUserId } from '@queqiao/domain';
import { MessageServiceDefinition, SendRequest } from '@queqiao/protocol/client';
import { BareDevice, type TestApp } from '@queqiao/testkit';
import { describe, expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const NODES = 2;
const cluster = useCluster({ connect: NODES, logic: NODES });
const LIMIT = 20;
/** Two seconds of the limit. */
const BURST = 2 * LIMIT;
const FLOODERS = 6;
/** Of each, far more than may be sent: with many at once it does not look at what it is told. */
const ATTEMPTS = 1_200;
const AT_ONCE = 16;
const STEADY = 150;

interface Flood {
  accepted: number;
  limited: number;
  hintless: number;
  /** Other errors, by code; an end of the socket is UNAVAILABLE. */
  readonly others: Record<string, number>;
  readonly closes: number[];
}

function send(device: BareDevice, conversationId: string, clientMsgId: string) {
  const request = SendRequest.create({ conversationId, clientMsgId, content: text(clientMsgId) });
  const { send: method } = MessageServiceDefinition.methods;
  return device.call(MessageServiceDefinition, method, request, conversationId);
}

/** Somebody who sends on and on, and comes back whenever the socket is closed. */
async function flooder(app: TestApp, name: string, flood: Flood): Promise<void> {
  const token = await app.token(name);
  const chat = directConversationId(parseUserId('target'), parseUserId(name));
  let generation = 0;
  let device: BareDevice | undefined;
  const signedIn = async (): Promise<BareDevice> => {
    const { socketUrl } = cluster().connectAt(generation % NODES);
    generation += 1;
    return BareDevice.signIn(socketUrl, { token, deviceId: 'phone', generation });
  };
  for (let sent = 0; sent < ATTEMPTS; sent += AT_ONCE) {
    if (device === undefined || device.closeCode !== undefined) {
      if (device?.closeCode !== undefined) flood.closes.push(device.closeCode);
      device = await signedIn();
    }
    const open = device;
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) =>
        note(flood, send(open, chat, `${name}-${sent + n}`)),
      ),
    );
  }
  await device?.close();
}

async function note(flood: Flood, call: Promise<unknown>): Promise<void> {
  try {
    await call;
    flood.accepted += 1;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code !== 'RATE_LIMITED') {
      flood.others[error.code] = (flood.others[error.code] ?? 0) + 1;
      return;
    }
    flood.limited += 1;
    if (error.retryAfterMs <= 0) flood.hintless += 1;
  }
}

/** Two who talk at their pace, on two nodes; what they sent and what came. */
async function steadyTalk(app: TestApp, round: string) {
  const [ann, bob] = await Promise.all(
    ['ann', 'bob'].map(async (user, node) => {
      const { socketUrl } = cluster().connectAt(node);
      const deviceId = `${round}-phone`;
      return BareDevice.signIn(socketUrl, { token: await app.token(user), deviceId });
    }),
  );
  if (ann === undefined || bob === undefined) throw new Error('nobody talks');
  const seqs: number[] = [];
  for (let n = 0; n < STEADY; n += 1) {
    seqs.push((await send(ann, 'd:ann:bob', `${round}-${n}`)).seq);
  }
  const arrived = () =>
    bob.items.flatMap((item) =>
      item.$case === 'push' && item.value.event?.$case === 'entry'
        ? [item.value.event.value.seq]
        : [],
    );
  await expect.poll(() => new Set(arrived()).size, { timeout: 30_000 }).toBe(STEADY);
  expect([ann.closeCode, bob.closeCode]).toEqual([undefined, undefined]);
  await Promise.all([ann.close(), bob.close()]);
  return { seqs, arrived: [...new Set(arrived())].sort((a, b) => a - b) };
}

async function floodBeside(flooding: TestApp, steady: TestApp, round: string) {
  const flood: Flood = { accepted: 0, limited: 0, hintless: 0, others: {}, closes: [] };
  const startedMs = performance.now();
  const talk = steadyTalk(steady, round);
  const names = Array.from({ length: FLOODERS }, (_, n) => `${round}.${n}`);
  await Promise.all(names.map((name) => flooder(flooding, name, flood)));
  const seconds = (performance.now() - startedMs) / 1_000;
  return { flood, seconds, talk: await talk };
}

/** What the flood was answered, whatever the machine does. */
function expectHeld({ flood }: Awaited<ReturnType<typeof floodBeside>>): void {
  expect(flood.limited).toBeGreaterThan((FLOODERS * ATTEMPTS) / 2);
  expect(flood.hintless).toBe(0);
  // An end of the socket takes with it what was in flight, and nothing else went wrong.
  expect(Object.keys(flood.others).filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
  expect(new Set(flood.closes)).toEqual(new Set([4003]));
}

describe('an app that floods', () => {
  let flooding: TestApp;
  let steady: TestApp;

  it('is held to its limit with hints and sent away, and another app does not notice', async () => {
    flooding = await cluster().createApp('flooding', { appWritesPerSecond: LIMIT });
    steady = await cluster().createApp('steady', { appWritesPerSecond: 1_000 });
    for (const app of [flooding, steady]) {
      await new BackEnd(cluster().logicAt(0).grpcAddress, app).upsert('target', 'ann', 'bob');
    }
    const result = await floodBeside(flooding, steady, 'with');
    expectHeld(result);
    const { flood, seconds, talk } = result;
    expect(flood.accepted).toBeGreaterThanOrEqual(BURST);
    expect(flood.accepted).toBeLessThanOrEqual(BURST + LIMIT * (seconds + 1) + NODES * BURST);
    expect(talk.arrived).toEqual(talk.seqs);
  });

  it('is held by each node alone when Redis is killed', async () => {
    await cluster().redis.kill();
    const result = await floodBeside(flooding, steady, 'without');
    expectHeld(result);
    const { flood, seconds, talk } = result;
    expect(flood.accepted).toBeLessThanOrEqual(NODES * (BURST + LIMIT * (seconds + 1)));
    expect(talk.arrived).toEqual(talk.seqs);
    await cluster().redis.start();
  });
});
