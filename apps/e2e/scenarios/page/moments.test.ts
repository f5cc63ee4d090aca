import { eventually, machineHas } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCluster } from '../../src/scenario.js';
import { TestBrowser } from './browser.js';
import { MomentsWindow } from './moments-window.js';
import { png } from './pictures.js';
import { recordedVideo } from './recorded-video.js';

const BRIDGE = 'The bridge at night';

describe.runIf(machineHas('browser'))('moments on the page', () => {
  const cluster = useCluster();
  let browser: TestBrowser;
  let ida: MomentsWindow;
  let jack: MomentsWindow;

  async function window(name: string): Promise<MomentsWindow> {
    const opened = await browser.open(await browser.profile(), `?as=${name}`);
    await opened.online();
    return new MomentsWindow(opened);
  }

  beforeAll(async () => {
    // Each sign-in gets the next connect node: the two meet over both.
    const { socketUrls } = cluster();
    const { pageUrl } = await cluster().startWeb(0, { QUEQIAO_SOCKET_URL: socketUrls.join() });
    browser = await TestBrowser.launch(pageUrl);
    ida = await window('ida');
    jack = await window('jack');
    await ida.contacts.open();
    await ida.contacts.ask('jack', 'We met on the bridge');
    await jack.contacts.open();
    await jack.contacts.press('Accept');
    await jack.contacts.person('Friends', 'ida').waitFor();
    await ida.contacts.person('Friends', 'jack').waitFor();
  });
  afterAll(() => browser?.close());

  /** References to a post are written after it was made, in the background. */
  const comesTo = (friend: MomentsWindow, post: string): Promise<boolean> =>
    eventually(`a friend sees ${post}`, async () => {
      await friend.refresh();
      return (await friend.post(post).count()) === 1;
    });

  it('begins with nothing', async () => {
    await ida.open();
    await ida.page.getByText('Nothing here yet. Share a moment!').waitFor();
    await ida.openNotices();
    await ida.page.getByText('Nobody has said anything yet.').waitFor();
    await ida.back();
    await jack.open();
    expect(await jack.page.locator('[data-post]').count()).toBe(0);
  });

  it('shows a post with uploaded pictures to a friend', async () => {
    await ida.compose(BRIDGE);
    await ida.addPictures(png(20), png(30));
    await ida.publish();
    await ida.post(BRIDGE).waitFor();
    expect(await ida.pictures(BRIDGE)).toEqual([20, 30]);
    await comesTo(jack, BRIDGE);
    expect(await jack.pictures(BRIDGE)).toEqual([20, 30]);
    await jack.post(BRIDGE).getByRole('button', { name: 'Picture 1' }).click();
    await jack.page.getByRole('dialog', { name: 'Picture 1' }).waitFor();
    await jack.page.keyboard.press('ArrowRight');
    await jack.page.getByRole('dialog', { name: 'Picture 2' }).waitFor();
    await jack.page.keyboard.press('Escape');
    await jack.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await jack.press(BRIDGE, 'Delete').count()).toBe(0);
  });

  it('tells the author of a like and a comment at once, and shows both', async () => {
    await jack.press(BRIDGE, 'Like').click();
    await jack.press(BRIDGE, 'Unlike').waitFor();
    await ida.seesUnread('1');
    await ida.post(BRIDGE).locator('.likes').getByText('jack').waitFor();
    await jack.say(BRIDGE, 'I know that place');
    await ida.seesUnread('2');
    await ida.comment('I know that place').waitFor();
    await ida.openNotices();
    await ida.notice('like').getByText('jack likes this').waitFor();
    await ida.notice('comment').getByText('jack commented: I know that place').waitFor();
    // Looking at them is reading them.
    await ida.button.locator('.badge').waitFor({ state: 'detached' });
    expect(await ida.page.locator('[data-notice]').count()).toBe(2);
  });

  it('carries an answer back, from the notice on', async () => {
    await ida.notice('comment').getByRole('button').click();
    await ida.page.locator('[data-moments="post"]').waitFor();
    await ida.reply('I know that place', 'Come again');
    await ida.comment('Come again').getByText('ida to jack').waitFor();
    await jack.seesUnread('1');
    await jack.comment('Come again').waitFor();
    await jack.openNotices();
    await jack.notice('reply').getByText('ida replied: Come again').waitFor();
    expect(await jack.notice('comment').count()).toBe(0);
    await jack.back();
  });

  it('lets one take back what one said, and the author all of it', async () => {
    await jack.say(BRIDGE, 'One word too many');
    await ida.comment('One word too many').waitFor();
    expect(await jack.deleteButton('Come again').count()).toBe(0);
    await ida.deleteButton('One word too many').click();
    await ida.comment('One word too many').waitFor({ state: 'detached' });
    await jack.deleteButton('I know that place').click();
    await jack.comment('I know that place').waitFor({ state: 'detached' });
    await ida.page.reload();
    await ida.window.online();
    await ida.comment('Come again').waitFor();
    expect(await ida.comment('I know that place').count()).toBe(0);
    // What is gone is no notice either.
    await ida.openNotices();
    await ida.notice('like').waitFor();
    expect(await ida.notice('comment').count()).toBe(0);
    await ida.back();
  });

  it('keeps a post from whom its audience leaves out, from the beginning and from then on', async () => {
    await ida.compose('Not for everybody');
    await ida.composer.getByLabel('Who sees it').selectOption('All friends but these');
    await ida.composer.getByRole('group', { name: 'Friends' }).getByLabel('jack').check();
    await ida.publish();
    const hidden = ida.post('Not for everybody');
    await hidden.locator('[data-audience="except"]').waitFor();
    await ida.compose('For all');
    await ida.publish();
    await comesTo(jack, 'For all');
    expect(await jack.post('Not for everybody').count()).toBe(0);
    const open = ida.post('For all');
    await open.getByRole('button', { name: 'Who sees it?' }).click();
    await ida.page.getByRole('dialog').getByLabel('Who sees it').selectOption('Only me');
    await ida.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await open.locator('[data-audience="private"]').waitFor();
    await jack.page.reload();
    await jack.window.online();
    await jack.post(BRIDGE).waitFor();
    expect(await jack.post('For all').count()).toBe(0);
  });

  it('edits a post and takes it away', async () => {
    await ida.press(BRIDGE, 'Edit').click();
    const editor = ida.page.getByRole('dialog', { name: 'Edit post' });
    await editor.getByPlaceholder('What is on your mind?').fill('The bridge by day');
    await editor.getByRole('button', { name: 'Take it out' }).first().click();
    await editor.getByRole('button', { name: 'Save' }).click();
    const post = ida.post('The bridge by day');
    await post.getByText('edited', { exact: true }).waitFor();
    expect(await ida.pictures('The bridge by day')).toEqual([30]);
    await jack.page.reload();
    await jack.window.online();
    await jack.post('The bridge by day').waitFor();
    await ida.press('The bridge by day', 'Delete').click();
    await ida.press('The bridge by day', 'Really? Delete').click();
    await post.waitFor({ state: 'detached' });
    await jack.press('The bridge by day', 'Unlike').click();
    await jack.page.getByText('This post is no longer there.').waitFor();
    await jack.refresh();
    await jack.post('The bridge by day').waitFor({ state: 'detached' });
  });

  it('carries a video, a place, a page and a name, and tells whom it names', async () => {
    const { composer } = ida;
    await ida.compose('All of it');
    const svg = { name: 'x.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') };
    await composer.getByLabel('Add a video').setInputFiles(svg);
    await composer.getByText('That is not a picture or video that can be shown.').waitFor();
    await composer.getByLabel('Add a video').setInputFiles(await recordedVideo(ida.page));
    await composer.locator('.chosen video').waitFor();
    await composer.getByText('Place and link').click();
    await composer.getByLabel('Place', { exact: true }).fill('Magpie Bridge');
    await composer.getByLabel('Address of a page').fill('https://example.com/bridge');
    const mentions = composer.getByRole('group', { name: 'Call to the attention of' });
    await composer.locator('summary', { hasText: 'Call to the attention of' }).click();
    await mentions.getByLabel('jack').check();
    await ida.publish();
    await jack.seesUnread('1');
    await jack.openNotices();
    await jack.notice('mention').getByRole('button').click();
    const post = jack.post('All of it');
    await post.getByText('Magpie Bridge').waitFor();
    await post.getByText('With @jack').waitFor();
    const card = post.getByRole('link', { name: 'https://example.com/bridge' });
    expect(await card.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await jack.videoWidth('All of it')).toBe(64);
  });

  it('is passed on in a message, and says how often', async () => {
    await jack.press('All of it', 'Share').click();
    const sheet = jack.page.getByRole('dialog', { name: 'Share with' });
    await sheet.locator('[data-person="ida"]').getByRole('button').click();
    await sheet.waitFor({ state: 'detached' });
    await jack.post('All of it').getByText('shared 1×').waitFor();
    await jack.contacts.openChats();
    await jack.window.row('ida').click();
    await jack.window.sees('ida posted: All of it');
    expect(await jack.page.locator('[data-moments]').count()).toBe(0);
  });

  it('marks what is new as long as it was not looked at', async () => {
    const dot = jack.button.locator('.red-dot');
    expect(await dot.count()).toBe(0);
    await ida.compose('While you were away');
    await ida.publish();
    await eventually('something is new', async () => {
      await jack.window.findsNetwork();
      return (await dot.count()) === 1;
    });
    await jack.open();
    await jack.post('While you were away').waitFor();
    await dot.waitFor({ state: 'detached' });
  });

  it('is pulled down on a phone, beside which there is room for nothing else', async () => {
    const profile = await browser.profile({ phone: true });
    const phone = new MomentsWindow(await browser.open(profile, '?as=jack&device=2'));
    await phone.window.online();
    await phone.open();
    await phone.post('While you were away').waitFor();
    await ida.compose('One more');
    await ida.publish();
    await eventually('the phone has it', async () => {
      await phone.pullDown();
      return (await phone.post('One more').count()) === 1;
    });
    expect(await phone.button.isVisible()).toBe(false);
    await phone.back();
    await phone.button.waitFor();
    await phone.page.close();
  });

  it('shows the posts of one person, as far as that one lets the friend see them', async () => {
    await jack.compose('From jack');
    await jack.publish();
    await ida.contacts.open();
    await ida.contacts.details('jack');
    await ida.page.getByRole('dialog').getByRole('button', { name: 'Moments' }).click();
    await ida.page.locator('[data-moments="person"]').waitFor();
    await ida.post('From jack').waitFor();
    await jack.contacts.open();
    await jack.contacts.details('ida');
    await jack.page.getByLabel('Does not see my posts').check();
    await jack.contacts.press('Save');
    await jack.page.getByRole('dialog').waitFor({ state: 'detached' });
    await ida.refresh();
    await ida.page.getByText('Nothing here yet.', { exact: true }).waitFor();
    expect(await ida.post('From jack').count()).toBe(0);
  });

  it('had nothing to complain about', () => {
    expect(browser.complaints).toEqual([]);
  });
});
