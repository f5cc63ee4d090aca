import { eventually, machineHas } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCluster } from '../../src/scenario.js';
import { TestBrowser } from './browser.js';
import type { ChatWindow } from './chat-window.js';
import { GroupPanel } from './group-panel.js';

/** Where those stand who meet face to face. */
const PLACE = { latitude: 31.2304, longitude: 121.4737 };

describe.runIf(machineHas('browser'))('groups on the page', () => {
  const cluster = useCluster();
  let browser: TestBrowser;
  let alice: ChatWindow;
  let bob: ChatWindow;
  let carol: ChatWindow;
  let [atAlice, atBob, atCarol]: GroupPanel[] = [];
  let groupId: string;
  let link: string;

  beforeAll(async () => {
    const { pageUrl } = await cluster().startWeb(0);
    browser = await TestBrowser.launch(pageUrl);
    const open = async (query: string, locale = 'en-GB'): Promise<ChatWindow> => {
      const window = await browser.open(await browser.profile({ locale }), query);
      await window.online();
      return window;
    };
    alice = await open('?as=alice');
    bob = await open('?as=bob');
    carol = await open('?as=carol');
    [atAlice, atBob, atCarol] = [alice, bob, carol].map((window) => new GroupPanel(window));
  });
  afterAll(() => browser?.close());

  const panels = (): [GroupPanel, GroupPanel, GroupPanel] => {
    if (!atAlice || !atBob || !atCarol) throw new Error('the windows are not open');
    return [atAlice, atBob, atCarol];
  };

  it('are made, named and announced by the one, and seen so by the other at once', async () => {
    const [a, b] = panels();
    await alice.createGroup('Crossing', 'bob');
    await bob.row('Crossing').click();
    await b.open();
    await a.open();
    groupId = await a.groupId();
    expect(await b.sheet.getByRole('button', { name: 'Save' }).count()).toBe(1);
    expect(await b.sheet.getByRole('button', { name: 'Dissolve the group' }).count()).toBe(0);
    expect(await b.sheet.getByLabel('Announcement').count()).toBe(0);
    await a.type('Name', 'River crossing');
    await b.told('alice named the group “River crossing”');
    await bob.row('River crossing').waitFor();
    await a.type('Announcement', 'On the seventh of July');
    await b.sheet.getByText('On the seventh of July').waitFor();
    await b.type('My name in this group', 'Bobby');
    await a.member('bob').getByText('Bobby').waitFor();
  });

  it('have admins, who are offered what they may do as soon as they are', async () => {
    const [a, b] = panels();
    await a.press('bob', 'Make admin');
    await b.told('Bobby is now an admin');
    await b.sheet.getByLabel('Announcement').waitFor();
    await a.member('bob').getByText('Admin', { exact: true }).waitFor();
    expect(await b.member('alice').getByRole('button').count()).toBe(0);
    await a.press('bob', 'Take admin rights away');
    await b.sheet.getByLabel('Announcement').waitFor({ state: 'detached' });
  });

  it('fall silent for all but those who govern', async () => {
    const [a, b] = panels();
    await b.close();
    await a.sheet.getByLabel('Only the owner and admins may speak').click();
    await bob.page.locator('.silent').getByText('Only the owner and admins may speak.').waitFor();
    expect(await bob.messageBox.count()).toBe(0);
    await a.sheet.getByLabel('Only the owner and admins may speak').click();
    await bob.messageBox.waitFor();
    await a.press('bob', 'Mute for an hour');
    await bob.page.locator('.silent').getByText('You are muted.').waitFor();
    await a.press('bob', 'Unmute');
    await bob.say('I can speak again');
    await alice.sees('I can speak again');
  });

  it('are applied to, and an admin lets the applicant in', async () => {
    const [a, b, c] = panels();
    await a.choose('Visibility', 'Public');
    await a.choose('Who may join', 'After approval');
    await a.press('bob', 'Make admin');
    await carol.page.getByRole('button', { name: 'Join a group' }).click();
    await carol.page.getByLabel('Group ID').fill(groupId);
    await carol.page.getByLabel('A few words').fill('I know the way');
    await carol.page.keyboard.press('Enter');
    await carol.page.getByText('You will be let in once an admin has agreed.').waitFor();
    await carol.page.keyboard.press('Escape');
    await bob.page.locator('.requests .badge').getByText('1').waitFor();
    await bob.page.getByRole('button', { name: 'Requests' }).click();
    await bob.page.getByText('carol wants to join “River crossing”').waitFor();
    await bob.page.getByText('I know the way').waitFor();
    await bob.page.getByRole('button', { name: 'Approve' }).click();
    await bob.page.getByText('There is nothing to decide.').waitFor();
    await bob.page.keyboard.press('Escape');
    await carol.row('River crossing').click();
    await c.told('Bobby let carol in');
    await a.member('carol').waitFor();
    await b.told('Bobby let carol in');
    expect(await a.members()).toEqual(['alice', 'bob', 'carol']);
  });

  it('lose a member, who is told, and get the member back by a link', async () => {
    const [a, , c] = panels();
    await a.sure('Remove', a.member('carol'));
    await carol.page.getByText('You are not in this group any more.').waitFor();
    await a.member('carol').waitFor({ state: 'detached' });
    await a.sheet.getByRole('button', { name: 'Create a link' }).click();
    link = await a.sheet.locator('[data-link] input').inputValue();
    await carol.page.goto(link.replace('/#', '/?as=carol#'));
    await carol.page.getByText('You are invited to “River crossing” (2 members).').waitFor();
    await carol.page.getByRole('button', { name: 'Join', exact: true }).click();
    await c.told('carol joined by a link');
    await a.member('carol').waitFor();
    await carol.say('Here again');
    await bob.sees('Here again');
    await a.sheet.getByRole('button', { name: 'Revoke' }).click();
    await a.sheet.locator('[data-link]').waitFor({ state: 'detached' });
    expect(await carol.texts()).toContain('Here again');
  });

  it('are searched through and handed over', async () => {
    const [a, b] = panels();
    await a.sheet.getByLabel('Search members').fill('Bob');
    await eventually('bob is found', async () => (await a.members()).join() === 'bob');
    await a.sheet.getByLabel('Search members').fill('');
    await eventually('all are back', async () => (await a.members()).length === 3);
    await a.sure('Hand the group over', a.member('bob'));
    await b.told('Bobby is now the owner');
    await a.sheet.getByRole('button', { name: 'Leave the group' }).waitFor();
    expect(await a.sheet.getByLabel('Announcement').count()).toBe(0);
    await a.close();
  });

  it('tell it in the language of who reads', async () => {
    const profile = await browser.profile({ locale: 'zh-CN' });
    const window = await browser.open(profile, `?as=alice&device=2#g:${groupId}`);
    await window.online();
    await eventually('the history is there', async () => {
      await window.scrollUp();
      return window.page.getByText('alice创建了群聊“Crossing”').isVisible();
    });
    for (const text of ['Bobby成为管理员', 'Bobby同意carol加入群聊', 'carol通过链接加入了群聊']) {
      await window.page.getByText(text).first().waitFor();
    }
    expect(await window.page.getByRole('button', { name: '群聊信息' }).count()).toBe(1);
    await window.page.close();
  });

  it('end, and can still be read', async () => {
    const [, b] = panels();
    await b.open();
    await b.sure('Dissolve the group');
    for (const window of [alice, carol]) {
      await window.page.locator('.silent').getByText('This group was dissolved.').waitFor();
      await window.sees('Here again');
      expect(await window.messageBox.count()).toBe(0);
    }
  });

  it('are met face to face by those who type the same digits', async () => {
    for (const window of [alice, bob]) {
      await window.page.getByRole('button', { name: 'Face to face' }).click();
      await window.page.getByLabel('Four digits').fill('0714');
      await window.page.getByLabel('Latitude').fill(String(PLACE.latitude));
      await window.page.getByLabel('Longitude').fill(String(PLACE.longitude));
      await window.page.keyboard.press('Enter');
      await window.page.getByRole('button', { name: 'Into the group' }).waitFor();
    }
    await alice.page.getByText('Here: alice, bob').waitFor();
    await bob.page.getByRole('button', { name: 'Into the group' }).click();
    await bob.page.locator('[data-open^="g:"] h1', { hasText: 'alice, bob' }).waitFor();
    await alice.page.getByRole('button', { name: 'Into the group' }).click();
    await alice.page.locator('[data-open^="g:"] h1', { hasText: 'alice, bob' }).waitFor();
    await bob.say('We met on the bridge');
    await alice.sees('We met on the bridge');
    expect(await alice.texts()).toEqual(['We met on the bridge']);
  });

  it('had nothing to complain about', () => {
    expect(browser.complaints).toEqual([]);
  });
});
