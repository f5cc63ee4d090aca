import { machineHas } from '@queqiao/testkit';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCluster } from '../../src/scenario.js';
import { TestBrowser } from './browser.js';
import { ContactsWindow } from './contacts-window.js';

describe.runIf(machineHas('browser'))('people on the page', () => {
  const cluster = useCluster();
  let browser: TestBrowser;
  let hanks: BrowserContext;
  let gina: ContactsWindow;
  let hank: ContactsWindow;

  async function window(profile: BrowserContext, name: string): Promise<ContactsWindow> {
    const opened = await browser.open(profile, `?as=${name}`);
    await opened.online();
    return new ContactsWindow(opened);
  }

  beforeAll(async () => {
    // Each sign-in gets the next connect node: the two meet over both.
    const { socketUrls } = cluster();
    const { pageUrl } = await cluster().startWeb(0, { QUEQIAO_SOCKET_URL: socketUrls.join() });
    browser = await TestBrowser.launch(pageUrl);
    hanks = await browser.profile();
    gina = await window(await browser.profile(), 'gina');
    hank = await window(hanks, 'hank');
  });
  afterAll(() => browser?.close());

  it('asks somebody who was found, and shows the request on the other side at once', async () => {
    await gina.open();
    await gina.search('nobody at all');
    await gina.page.getByText('Nobody was found for “nobody at all”.').waitFor();
    await gina.ask('hank', 'We met on the bridge');
    await hank.tab.locator('.badge').waitFor();
    expect(await hank.tab.locator('.badge').innerText()).toBe('1');
    await hank.open();
    const request = hank.person('Friend requests', 'gina');
    await request.getByText('We met on the bridge').waitFor();
    // Looking at it is seeing it.
    await hank.tab.locator('.badge').waitFor({ state: 'detached' });
  });

  it('takes a request back, sends it again, and makes the two friends when it is accepted', async () => {
    await gina.press('Take back');
    await hank.person('Friend requests', 'gina').waitFor({ state: 'detached' });
    await gina.ask('hank', 'Once more');
    await hank.press('Reject');
    await gina.person('Friend requests', 'hank').waitFor({ state: 'detached' });
    await gina.ask('hank', 'Please!');
    await hank.person('Friend requests', 'gina').getByText('Please!').waitFor();
    await hank.press('Accept');
    for (const [each, other] of [
      [gina, 'hank'],
      [hank, 'gina'],
    ] as const) {
      await each.person('Friends', other).waitFor();
      await each.seesPresence(other, 'online');
      expect(await each.section('Friend requests').count()).toBe(0);
    }
  });

  it('calls a friend by a name of one’s own, everywhere and also after a reload', async () => {
    await gina.details('hank');
    await gina.page.getByLabel('Remark').fill('Henry');
    await gina.page.getByLabel('Tags').fill('bridge, 鹊桥');
    await gina.press('Save');
    const henry = gina.person('Friends', 'hank');
    await henry.getByText('Henry', { exact: true }).waitFor();
    await henry.getByText('bridge · 鹊桥').waitFor();
    await gina.page.reload();
    await gina.window.online();
    await gina.window.row('Henry').waitFor();
    await gina.open();
    await henry.getByText('bridge · 鹊桥').waitFor();
    // The friend hears nothing of it.
    expect(await hank.page.getByText('Henry').count()).toBe(0);
  });

  it('opens the chat of a friend, with its first line and whether the friend is there', async () => {
    await gina.person('Friends', 'hank').getByRole('button').first().click();
    await gina.page.locator('.log').getByText('You and Henry are friends now').waitFor();
    await gina.note.getByText('Online').waitFor();
    await gina.window.say('Hello friend');
    await hank.openChats();
    await hank.window.row('gina').click();
    await hank.window.sees('Hello friend');
    expect(await hank.window.texts()).toEqual(['Hello friend']);
    await hank.page.close();
    await gina.note.getByText('Last seen').waitFor();
    await gina.seesPresence('hank', 'offline');
    hank = await window(hanks, 'hank');
    await gina.note.getByText('Online').waitFor();
    await gina.seesPresence('hank', 'online');
  });

  it('changes what one says of oneself, and who may see one', async () => {
    await gina.press('My profile');
    await gina.page.getByLabel('Nickname').fill('Gina of the bridge');
    await gina.page.getByLabel('Who sees whether I am online').selectOption('nobody');
    await gina.press('Save');
    await gina.page.locator('[data-me]').getByText('Gina of the bridge').waitFor();
    await hank.page.reload();
    await hank.window.online();
    await hank.open();
    await hank.person('Friends', 'gina').getByText('Gina of the bridge').waitFor();
    await hank.seesPresence('gina', 'offline');
    await gina.press('My profile');
    const rule = gina.page.getByLabel('Who sees whether I am online');
    expect(await rule.inputValue()).toBe('nobody');
    await rule.selectOption('friends');
    await gina.press('Save');
    await gina.page.getByRole('dialog').waitFor({ state: 'detached' });
    await hank.page.reload();
    await hank.window.online();
    await hank.open();
    await hank.seesPresence('gina', 'online');
  });

  it('keeps a blocked friend away, until that is taken back', async () => {
    await gina.details('Henry');
    await gina.press('Block');
    await gina.person('Blocked', 'hank').waitFor();
    await hank.person('Friends', 'gina').getByRole('button').first().click();
    await hank.window.say('Are you there?');
    await hank.window.marked('Are you there?', 'failed');
    await hank.page.reload();
    await hank.window.online();
    await hank.open();
    await hank.seesPresence('gina', 'offline');
    expect(await gina.window.bubbles('Are you there?').count()).toBe(0);
    await gina.person('Blocked', 'hank').getByRole('button').click();
    await gina.press('Unblock');
    await gina.section('Blocked').waitFor({ state: 'detached' });
    await hank.press('Try again');
    await gina.window.sees('Are you there?');
  });

  it('ends a friendship for both', async () => {
    await gina.details('Henry');
    await gina.press('Remove friend');
    for (const each of [gina, hank]) {
      await each.section('Friends').getByText('No friends yet').waitFor();
      expect(await each.section('Friends').locator('[data-person]').count()).toBe(0);
    }
    // The chat stays.
    await gina.openChats();
    await gina.window.row('hank').waitFor();
  });

  it('had nothing to complain about', () => {
    expect(browser.complaints).toEqual([]);
  });
});
