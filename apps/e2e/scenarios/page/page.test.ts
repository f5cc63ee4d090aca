import { eventually, machineHas } from '@queqiao/testkit';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';
import { TestBrowser } from './browser.js';
import type { ChatWindow } from './chat-window.js';

/** More than the page draws at first and fetches at a time. */
const HISTORY = 150;

describe.runIf(machineHas('browser'))('the page', () => {
  const cluster = useCluster();
  let browser: TestBrowser;
  let pageUrl: string;
  let alices: BrowserContext;
  let laptop: ChatWindow;
  let tablet: ChatWindow;
  let bob: ChatWindow;

  beforeAll(async () => {
    ({ pageUrl } = await cluster().startWeb(0));
    browser = await TestBrowser.launch(pageUrl);
    const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
    await backEnd.upsert('alice', 'bob', 'carol', 'dave');
    backEnd.close();
    alices = await browser.profile();
    laptop = await browser.open(alices, '');
    tablet = await browser.open(alices, '?as=alice&device=2');
    bob = await browser.open(await browser.profile(), '?as=Bob');
    await Promise.all([laptop.signIn('alice'), tablet.online(), bob.online()]);
  });
  afterAll(() => browser?.close());

  it('carries a conversation of two, also to the second device of one of them', async () => {
    await laptop.startChat('bob');
    await laptop.say('Hello Bob 🌉');
    await laptop.marked('Hello Bob', 'sent');
    await bob.badge('alice').waitFor();
    expect(await bob.badge('alice').innerText()).toBe('1');
    expect(await bob.page.title()).toBe('(1) Queqiao');
    await bob.row('alice').click();
    await bob.sees('Hello Bob 🌉');
    await bob.badge('alice').waitFor({ state: 'detached' });
    await bob.say('你好 alice');
    await laptop.sees('你好 alice');
    await tablet.row('Bob').click();
    await tablet.sees('你好 alice');
    await tablet.say('from my tablet');
    await laptop.sees('from my tablet');
    await bob.sees('from my tablet');
    const words = ['Hello Bob 🌉', '你好 alice', 'from my tablet'];
    for (const each of [laptop, tablet, bob]) expect(await each.texts()).toEqual(words);
    expect(await laptop.bubbles().nth(2).getAttribute('class')).toContain('mine');
  });

  it('says so when there is nobody of a name', async () => {
    await laptop.startChat('nobody at all');
    const problem = laptop.page.getByRole('alert');
    expect(await problem.innerText()).toBe('There is nobody called nobody at all.');
    await laptop.page.keyboard.press('Escape');
  });

  it('shows markup as text, and sends only when Enter is not part of a word being composed', async () => {
    const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await bob.say(markup);
    await laptop.sees(markup);
    expect(await laptop.page.locator('.message img, .message script').count()).toBe(0);
    await laptop.messageBox.fill('nihao');
    await laptop.messageBox.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    await laptop.messageBox.press('Shift+Enter');
    expect(await laptop.messageBox.inputValue()).toBe('nihao\n');
    await laptop.say('two\nlines');
    await bob.sees('two\nlines');
    expect(await bob.bubbles('nihao').count()).toBe(0);
  });

  it('keeps a refused message until it is discarded', async () => {
    await laptop.say('x'.repeat(9_000));
    await laptop.marked('xxx', 'failed');
    await laptop.page.getByRole('button', { name: 'Try again' }).click();
    await laptop.marked('xxx', 'failed');
    await laptop.page.getByRole('button', { name: 'Discard' }).click();
    await laptop.bubbles('xxx').waitFor({ state: 'detached' });
    expect(await laptop.texts()).toEqual(await bob.texts());
  });

  it('gathers people in a group', async () => {
    const carol = await browser.open(await browser.profile({ phone: true }), '?as=carol');
    await carol.online();
    await laptop.createGroup('River crossing', 'Bob, carol');
    await laptop.say('When do we meet?');
    for (const each of [carol, bob, tablet]) {
      await each.row('River crossing').click();
      await each.sees('When do we meet?');
    }
    // On a phone the conversation takes the place of the list.
    expect(await carol.row('River crossing').isVisible()).toBe(false);
    await carol.say('On the seventh of July');
    await laptop.sees('On the seventh of July');
    expect(await laptop.page.locator('.message-name').allInnerTexts()).toEqual(['carol']);
    await carol.page.getByRole('button', { name: 'Back to the list' }).click();
    await carol.row('River crossing').waitFor();
    await carol.page.close();
  });

  it('begins at the newest and loads the whole history when scrolled up', async () => {
    const token = await cluster().app.token('dave');
    const dave = new UserDoor(cluster().logicAt(0).grpcAddress, token, 'phone');
    for (let n = 1; n <= HISTORY; n += 1) await dave.send('d:alice:dave', `m${n}`, `line ${n}.`);
    dave.close();
    await laptop.badge('dave').getByText('99+').waitFor();
    const third = await browser.open(alices, '?as=alice&device=3');
    await third.row('dave').click();
    await third.sees(`line ${HISTORY}.`);
    expect(await third.bubbles().count()).toBeLessThan(HISTORY);
    await eventually('the beginning is shown', async () => {
      await third.scrollUp();
      return third.page.getByText('This is the beginning of the conversation').isVisible();
    });
    const all = Array.from({ length: HISTORY }, (_, index) => `line ${index + 1}.`);
    expect(await third.texts()).toEqual(all);
    // Read on one device is read on all.
    await laptop.badge('dave').waitFor({ state: 'detached' });
    await third.page.close();
  });

  it('keeps what is written while the connection is away, and sends it once', async () => {
    await laptop.row('Bob').click();
    await bob.row('alice').click();
    const node = cluster().connectAt(0).process;
    await node.kill();
    await laptop.page.getByText('No connection').waitFor();
    await laptop.say('written in the dark');
    await laptop.marked('written in the dark', 'pending');
    await node.start();
    await Promise.all([laptop.online(), bob.online(), tablet.online()]);
    await laptop.marked('written in the dark', 'sent');
    await bob.sees('written in the dark');
    await bob.say('and read in the light');
    await laptop.sees('and read in the light');
    expect(await laptop.bubbles('written in the dark').count()).toBe(1);
    expect(await bob.bubbles('written in the dark').count()).toBe(1);
    expect(await laptop.texts()).toEqual(await bob.texts());
  });

  it('shows what it has kept after a reload without a server, and then sends what was written', async () => {
    const nodes = [cluster().connectAt(0), ...cluster().logic];
    const before = await laptop.texts();
    await Promise.all(nodes.map(({ process }) => process.kill()));
    await laptop.page.getByText('No connection').waitFor();
    await laptop.say('written before the reload');
    await eventually('the message is kept', async () => (await laptop.keptSends()) === 1);
    await laptop.page.reload();
    await laptop.marked('written before the reload', 'pending');
    expect(await laptop.texts()).toEqual([...before, 'written before the reload']);
    for (const title of ['Bob', 'River crossing', 'dave']) await laptop.row(title).waitFor();
    await laptop.row('River crossing').click();
    await laptop.sees('When do we meet?');
    await laptop.row('Bob').click();
    await Promise.all(nodes.map(({ process }) => process.start()));
    await Promise.all([laptop, bob, tablet].map((each) => each.findsNetwork()));
    await laptop.marked('written before the reload', 'sent');
    await bob.sees('written before the reload');
    for (const each of [laptop, bob]) {
      expect(await each.bubbles('written before the reload').count()).toBe(1);
    }
    expect(await laptop.texts()).toEqual(await bob.texts());
    expect(await laptop.keptSends()).toBe(0);
  });

  it('hands a device over to the window that was opened last, and back', async () => {
    const twin = await browser.open(alices, '?as=alice');
    await twin.online();
    await laptop.page.getByText('This device was opened in another window.').waitFor();
    await laptop.page.getByRole('button', { name: 'Use it here' }).click();
    await laptop.online();
    const notice = twin.page.getByText('This device was opened in another window.');
    await notice.waitFor();
    expect(await laptop.page.getByRole('alert').count()).toBe(0);
    await twin.page.close();
  });

  it('stays signed in over a reload, and not after signing out', async () => {
    await laptop.page.reload();
    await laptop.online();
    await laptop.sees('written in the dark');
    await laptop.page.getByRole('button', { name: 'Sign out' }).click();
    await laptop.page.getByLabel('Your name').waitFor();
    await laptop.page.reload();
    await laptop.page.getByLabel('Your name').waitFor();
    expect(await laptop.page.locator('[data-conversation]').count()).toBe(0);
    // Two other devices of the profile are still there.
    await eventually('what was kept is gone', async () => (await laptop.databases()).length === 2);
  });

  it('speaks Chinese to those whose browser does', async () => {
    const window = await browser.open(await browser.profile({ locale: 'zh-CN' }), '');
    await window.page.getByRole('button', { name: '登录' }).waitFor();
    expect(await window.page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  it('crosses connect nodes when the back end spreads its windows over them', async () => {
    const { socketUrls } = cluster();
    const spread = await cluster().startWeb(0, { QUEQIAO_SOCKET_URL: socketUrls.join() });
    const windows = [];
    for (const query of ['?as=erin', '?as=frank']) {
      const window = await browser.open(await browser.profile(), query, spread.pageUrl);
      await window.online();
      windows.push(window);
    }
    const [erin, frank] = windows as [ChatWindow, ChatWindow];
    expect([erin.sockets, frank.sockets]).toEqual(socketUrls.map((url) => [url]));
    await erin.startChat('frank');
    await erin.say('over the bridge');
    await frank.row('erin').click();
    await frank.sees('over the bridge');
  });

  it('had nothing to complain about but the connection that was cut', () => {
    const others = browser.complaints.filter(
      (text) => !/WebSocket connection to|status of 503/.test(text),
    );
    expect(others).toEqual([]);
  });
});
