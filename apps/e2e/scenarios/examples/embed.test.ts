import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChromiumMissingError, findChromium, freePort } from '@queqiao/dev-stack';
import { eventually, machineHas, queryRows } from '@queqiao/testkit';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCluster } from '../../src/scenario.js';
import { Guide } from './guide.js';
import type { RunningExample } from './running-example.js';

/** As docs/operations.md has it, and a second more. */
const SETTINGS_IN_FORCE_MS = 6_000;

const cluster = useCluster({ connect: 1, logic: 1 });
let guide: Guide;
let backEnd: RunningExample;
let pageUrl: string;

beforeAll(async () => {
  const port = await freePort();
  pageUrl = `http://127.0.0.1:${port}`;
  const { grpcAddress } = cluster().logicAt(0);
  const places = {
    'ws://127.0.0.1:9091/ws': cluster().connectAt(0).socketUrl,
    '127.0.0.1:9092': grpcAddress,
    '127.0.0.1:8080': `127.0.0.1:${port}`,
    '8080': `${port}`,
  };
  guide = new Guide(places, {
    QUEQIAO_GRPC_URL: grpcAddress,
    QUEQIAO_OPERATOR_SECRET: cluster().operator.bearer,
  });
  guide.save();
  const commands = guide.commands.filter((each) => each !== './tools/up');
  const start = commands.indexOf('node shop/back-end.mjs');
  if (start < 0) throw new Error('the guide does not start its back end');
  for (const command of commands.slice(0, start)) await guide.run(command);
  // Until the settings of the new app are in force: what is said before is no event.
  await sleep(SETTINGS_IN_FORCE_MS);
  backEnd = guide.start('node shop/back-end.mjs');
  await backEnd.prints('http://');
});
afterAll(async () => {
  await backEnd?.kill();
  guide?.remove();
});

const order = () => guide.commands.find((command) => command.startsWith('curl ')) ?? '';

it('the shop of the guide writes to a customer once, and hears of it', async () => {
  expect(order()).toContain('order=1001');
  const url = /'(.*)'/.exec(order())?.[1] ?? '';
  // Who never came is unknown to the server.
  expect(await (await fetch(url.replace(/\/orders.*/, '/login?user=ann'))).text()).toMatch(/^ey/);
  for (const attempt of [1, 2]) {
    expect(await (await fetch(url)).text(), `attempt ${attempt}`).toBe('sent');
  }
  expect(await backEnd.prints('shop:')).toBe('shop: Your order 1001 has left');
  expect(backEnd.lines.filter((line) => line.startsWith('shop:'))).toHaveLength(1);
});

it('the shop of the guide goes on when what follows its cursor is gone', async () => {
  await queryRows(cluster().database.url, 'UPDATE log_epoch SET log_epoch = log_epoch + 1');
  await backEnd.complains('events: what follows the cursor is gone');
  let number = 2_000;
  await eventually('it follows again', async () => {
    const user = 'eve';
    number += 1;
    await fetch(`${pageUrl}/login?user=${user}`);
    await fetch(`${pageUrl}/orders?user=${user}&order=${number}`);
    return backEnd.lines.some((line) => line.startsWith('shop: Your order 2'));
  });
  expect(backEnd.child.exitCode).toBeNull();
});

it('what it says about a repository of one’s own and production is done by its commands', async () => {
  const from = guide.commands.indexOf(order()) + 1;
  const [bundle = '', ...others] = guide.commands.slice(from);
  expect(bundle).toContain('chat-sdk.js');
  await guide.run(bundle);
  expect(readFileSync(join(guide.dir, 'shop/chat-sdk.js'), 'utf8')).toContain('createClient');
  const printed: string[] = [];
  for (const command of others) printed.push(await guide.run(command));
  expect(printed).toHaveLength(6);
  expect(printed[0]).toContain(`allowedOrigins: ["${pageUrl}"]`);
  expect(printed[1]).toMatch(/credential: qq1\.shop\./);
  expect(printed[2]?.trim().split('\n')).toHaveLength(2);
  const retired = /retired: (\S+)/.exec(printed[4] ?? '')?.[1] ?? '';
  expect(Date.parse(retired)).toBeGreaterThan(Date.now());
  expect(printed[5]).toContain('maxTextBytes: 2000');
});

describe.runIf(machineHas('browser'))('in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new ChromiumMissingError('TEST_HAS says it is there');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser?.close());

  async function open(user: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${pageUrl}/?user=${user}`);
    await eventually(`${user} is online`, async () => (await page.title()) === `${user}: online`);
    return page;
  }

  it('two customers talk in its page, and the shop writes into it', async () => {
    const [ann, ben] = [await open('ann'), await open('ben')];
    await ann.fill('[name=to]', 'ben');
    await ann.fill('[name=words]', 'hello 鹊桥');
    await ann.click('button');
    await ben.getByText('ann: hello 鹊桥').waitFor();
    await backEnd.prints('ann: hello 鹊桥');
    await fetch(`${pageUrl}/orders?user=ben&order=1002`);
    await ben.getByText('shop: Your order 1002 has left').waitFor();
    expect(await ben.locator('li').allInnerTexts()).toEqual([
      'ann: hello 鹊桥',
      'shop: Your order 1002 has left',
    ]);
  });
});
