import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@queqiao/dev-stack';
import { Sender_Kind } from '@queqiao/protocol/client';
import { SendMessageRequest } from '@queqiao/protocol/server';
import {
  BareDevice,
  eventually,
  longRun,
  queryRows,
  TcpProxy,
  type TestApp,
  type TestCluster,
} from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { ExampleFolder, SHARED_COMMANDS } from './example-folder.js';
import type { RunningExample } from './running-example.js';

const SECRET = randomBytes(24).toString('base64');
/** The addresses that the page has called, without the machine. */
const PATHS = SHARED_COMMANDS.flatMap((command) => {
  const [, path] = /^curl -X POST 'http:\/\/127\.0\.0\.1:8080(\/.*)'$/.exec(command) ?? [];
  return path === undefined ? [] : [path];
});
const BODY = '{"type":"entry","data":{"seq":"7"}}';

/** The example as its README has it built and started, in front of one app. */
class Shop {
  running: RunningExample | undefined;
  readonly folder: ExampleFolder;

  constructor(
    language: string,
    readonly cluster: TestCluster,
    readonly app: TestApp,
    readonly port: number,
    /** Between it and the server. */
    readonly network: TcpProxy,
  ) {
    this.folder = new ExampleFolder(language, { credential: app.credential });
  }

  /** Resolves when it serves, and follows events from now on or from where it was. */
  async start(secret = `whsec_${SECRET}`): Promise<RunningExample> {
    this.running = this.folder.start({
      CHAT_ADDRESS: `127.0.0.1:${this.network.port}`,
      CHAT_WEBHOOK_SECRET: secret,
      PORT: `${this.port}`,
    });
    await this.running.prints('listening');
    const cursor = join(this.folder.dir, 'cursor');
    await eventually('it has a cursor', () => existsSync(cursor));
    return this.running;
  }

  async post(path: string, body = '', headers: Readonly<Record<string, string>> = {}) {
    const url = `http://127.0.0.1:${this.port}${path}`;
    const answer = await fetch(url, { method: 'POST', body, headers });
    return { status: answer.status, text: (await answer.text()).trim() };
  }

  async close(): Promise<void> {
    await this.running?.kill();
    await this.network.stop();
    this.folder.remove();
  }
}

/** What a back end in every language has to do. `cluster` has an app for each that calls this. */
export function shopBackEnd(language: string, cluster: () => TestCluster): void {
  let shop: Shop;
  let example: RunningExample;

  beforeAll(async () => {
    const app = await cluster().createApp('shop-1', { events: true });
    const { hostname: host, port } = new URL(`tcp://${cluster().logicAt(0).grpcAddress}`);
    const network = await TcpProxy.start({ host, port: Number(port) });
    shop = new Shop(language, cluster(), app, await freePort(), network);
    await shop.folder.build();
    example = await shop.start();
  });
  afterAll(() => shop?.close());

  it('signs a customer in, whose device hears of an order once, and hears of it as an event', async () => {
    const [login = '', order = ''] = PATHS;
    expect(PATHS).toEqual(['/login?user=alice', '/orders?user=alice&order=1001']);
    const { status, text: token } = await shop.post(login);
    expect({ status, token }).toMatchObject({ status: 200 });
    const { socketUrl } = cluster().connectAt(0);
    const phone = await BareDevice.signIn(socketUrl, { token, deviceId: 'phone' });
    expect(await shop.post(order)).toEqual({ status: 200, text: 'd:alice:shop 1' });
    expect(await shop.post(order)).toEqual({ status: 200, text: 'd:alice:shop 1' });
    const { event } = await phone.next('push', ({ event: each }) => each?.$case === 'entry');
    expect(event?.value).toMatchObject({
      conversationId: 'd:alice:shop',
      sender: { kind: Sender_Kind.BUSINESS, id: 'shop' },
      content: { body: { value: { text: 'Your order 1001 has left' } } },
    });
    const line = await example.prints('event d:alice:shop');
    expect(line).toBe('event d:alice:shop 1 Your order 1001 has left');
    await phone.close();
  });

  it('goes on with the events where it was killed', async () => {
    await example.kill();
    await sayMeanwhile(cluster(), shop.app, 'while you were away');
    example = await shop.start();
    const line = await example.prints('event d:alice:shop 2');
    expect(line).toBe('event d:alice:shop 2 while you were away');
  });

  it('takes a webhook that was signed lately, and no other', async () => {
    const now = Math.floor(Date.now() / 1_000);
    expect(await shop.post('/webhook', BODY, signed('e1', now))).toMatchObject({ status: 200 });
    expect(await example.prints('webhook')).toBe(`webhook e1 ${BODY}`);
    const foreign = randomBytes(24).toString('base64');
    const refused = [
      await shop.post('/webhook', `${BODY} `, signed('e2', now)),
      await shop.post('/webhook', BODY, { ...signed('e3', now), 'webhook-id': 'e1' }),
      await shop.post('/webhook', BODY, signed('e4', now - 3_600)),
      await shop.post('/webhook', BODY, signed('e5', now, foreign)),
      await shop.post('/webhook', BODY),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    const both = `${signed('e6', now, foreign)['webhook-signature']} ${signed('e6', now)['webhook-signature']}`;
    const changing = { ...signed('e6', now), 'webhook-signature': both };
    expect(await shop.post('/webhook', BODY, changing)).toMatchObject({ status: 200 });
    await example.prints('webhook e6');
    expect(example.lines.filter((line) => line.startsWith('webhook'))).toHaveLength(2);
  });

  it('begins anew with the events when those behind its cursor are gone', async () => {
    await queryRows(cluster().database.url, 'UPDATE log_epoch SET log_epoch = log_epoch + 1');
    await example.complains('what follows the cursor is gone');
    // Until it has a cursor again, it hears of nothing that was said before.
    await eventually('it follows', async () => {
      await sayMeanwhile(cluster(), shop.app, 'since you begin anew');
      return example.lines.some((line) => line.endsWith('since you begin anew'));
    });
    expect(example.child.exitCode).toBeNull();
  });

  it('takes no webhook when it has no secret, and goes on', async () => {
    await example.kill();
    example = await shop.start('');
    const now = Math.floor(Date.now() / 1_000);
    for (const secret of [SECRET, '']) {
      const answer = await shop.post('/webhook', BODY, signed('e7', now, secret));
      expect(answer).toMatchObject({ status: 400 });
    }
    const [login = ''] = PATHS;
    expect(await shop.post(login)).toMatchObject({ status: 200 });
  });

  it.runIf(longRun())(
    'finds out that the network has forgotten its connections',
    async () => {
      let newest = 0;
      shop.network.judge = (_direction, _chunk, connection) => {
        newest = Math.max(newest, connection);
        return 'pass';
      };
      // Those that say something every five seconds.
      await eventually('the stream says something', () => newest > 0);
      const forgotten = newest;
      shop.network.judge = (_direction, _chunk, connection) =>
        connection <= forgotten ? 'hold' : 'pass';
      await sayMeanwhile(cluster(), shop.app, 'by another way');
      await eventually(
        'it hears of it',
        () => example.lines.some((line) => line.endsWith('by another way')),
        120_000,
      );
      expect(example.child.exitCode).toBeNull();
    },
    180_000,
  );
}

/** A message to the same customer by another process of the shop. */
async function sayMeanwhile(cluster: TestCluster, app: TestApp, words: string): Promise<void> {
  const backEnd = new BackEnd(cluster.logicAt(0).grpcAddress, app);
  const message = SendMessageRequest.create({
    sender: { kind: Sender_Kind.BUSINESS, id: 'shop' },
    conversationId: 'd:alice:shop',
    clientMsgId: randomUUID(),
    content: text(words),
  });
  await backEnd.messages.sendMessage(message, backEnd.options);
  backEnd.close();
}

/** As the server signs webhooks: https://www.standardwebhooks.com. */
function signed(id: string, timestampS: number, secret = SECRET) {
  const mac = createHmac('sha256', Buffer.from(secret, 'base64'));
  const signature = mac.update(`${id}.${timestampS}.${BODY}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': `${timestampS}`,
    'webhook-signature': `v1,${signature}`,
  };
}
