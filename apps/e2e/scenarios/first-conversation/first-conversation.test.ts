import { BareDevice, readLogTable } from '@queqiao/testkit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BackEnd } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';
import { readmeBlock, redirected, runScript } from './readme.js';
import { WsProgram, type Item } from './ws-program.js';

const cluster = useCluster();
const programs: WsProgram[] = [];

/** `./tools/ws` for a user on a connect node, signed in. */
async function ws(user: string, connectNode: number): Promise<WsProgram> {
  const { socketUrl } = cluster().connectAt(connectNode);
  const token = await cluster().app.token(user);
  const program = new WsProgram(['--url', socketUrl, '--token', token, '--device', 'terminal']);
  programs.push(program);
  const { connected } = await program.prints('connected', (item) => 'connected' in item);
  expect(connected).toMatchObject({ userId: user });
  return program;
}

/** The pushed entry with this number. */
const pushOf = (seq: string) => (item: Item) =>
  (item as { push?: { entry?: { seq: string } } }).push?.entry?.seq === seq;

const replyTo = (id: number) => (item: Item) =>
  (item as { reply?: { id: number } }).reply?.id === id;

/** The names of all fields, and of their fields, without the values. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return '';
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]));
}

beforeAll(async () => {
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert('alice', 'bob', 'carol');
  await backEnd.createGroup('alice', 'lobby', ['bob', 'carol']);
  backEnd.close();
});
afterEach(() => {
  for (const program of programs.splice(0)) program.kill();
});

describe('the first conversation of the README', () => {
  it('goes from one bare socket to another and back, over two connect nodes', async () => {
    const [bob, carol] = [await ws('bob', 0), await ws('carol', 1)];
    carol.type('/send g:lobby hello');
    const reply = await carol.prints('the reply', replyTo(1));
    expect(reply).toMatchObject({ reply: { body: { conversationId: 'g:lobby', seq: '2' } } });
    const push = await bob.prints('the push', pushOf('2'));
    expect(push).toMatchObject({ push: { entry: { content: { text: { text: 'hello' } } } } });
    expect(shapeOf(push)).toEqual(shapeOf(JSON.parse(readmeBlock('text', '{"push":{"entry":'))));
    bob.type('/send g:lobby hello Carol');
    await carol.prints('the answer', pushOf('3'));
    carol.type('/pull g:lobby');
    const { reply: pulled } = await carol.prints('the log', replyTo(2));
    expect(pulled).toMatchObject({
      body: { lastSeq: '3', entries: [{ seq: '1' }, { seq: '2' }, { seq: '3' }] },
    });
    expect([await carol.leave(), await bob.leave()]).toEqual([0, 0]);
  });

  it('is joined by the back end, whose script sends once however often it runs', async () => {
    const { app, database } = cluster();
    const token = await app.token('bob');
    const { socketUrl } = cluster().connectAt(0);
    const bob = await BareDevice.signIn(socketUrl, { token, deviceId: 'phone' });
    const script = readmeBlock('ts', 'createGrpcClient');
    const files = {
      'hello.mts': redirected(script, '127.0.0.1:9092', cluster().logicAt(1).grpcAddress),
      '.data/demo-app.json': JSON.stringify({ credential: app.credential }),
    };
    const answer = await runScript('hello.mts', files);
    expect(await runScript('hello.mts', files)).toBe(answer);
    const { event } = await bob.next('push', (push) => push.event?.$case === 'entry');
    const log = (await readLogTable(database.url, 'demo')).get('g:lobby') ?? [];
    const sent = log.filter(({ clientMsgId }) => clientMsgId === 'order-1001');
    expect(sent).toHaveLength(1);
    expect(answer).toContain(`seq: ${sent[0]?.seq},`);
    expect(event?.value).toEqual(sent[0]);
    expect(sent[0]).toMatchObject({
      sender: { id: 'shop' },
      content: { extra: '', body: { value: { text: 'Your order has left' } } },
    });
  });
});
