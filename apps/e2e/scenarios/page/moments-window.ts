/// <reference lib="dom" />
import type { Locator } from 'playwright-core';
import type { ChatWindow } from './chat-window.js';
import { ContactsWindow } from './contacts-window.js';

/** What a person does and sees in the moments of one window. */
export class MomentsWindow {
  readonly contacts: ContactsWindow;

  constructor(readonly window: ChatWindow) {
    this.contacts = new ContactsWindow(window);
  }

  get page() {
    return this.window.page;
  }

  /** Opens them, and how many notices were not read. */
  get button(): Locator {
    return this.page.locator('.sidebar').getByRole('button', { name: 'Moments' });
  }

  async open(): Promise<void> {
    await this.button.click();
    await this.page.locator('[data-moments="timeline"]').waitFor();
  }

  async openNotices(): Promise<void> {
    await this.page.getByRole('button', { name: 'Notices' }).click();
    await this.page.locator('[data-moments="notices"]').waitFor();
  }

  async back(): Promise<void> {
    await this.page.locator('.moments').getByRole('button', { name: 'Back to the list' }).click();
  }

  /** Asks what came since. */
  async refresh(): Promise<void> {
    await this.page.getByRole('button', { name: 'Look for new posts' }).click();
  }

  /** A finger does the same. */
  async pullDown(): Promise<void> {
    await this.page.locator('.moments-scroll').evaluate((pane) => {
      const move = (type: string, clientY: number): void => {
        const touches = [new Touch({ identifier: 1, target: pane, clientX: 100, clientY })];
        pane.dispatchEvent(new TouchEvent(type, { touches, bubbles: true }));
      };
      move('touchstart', 200);
      move('touchmove', 300);
    });
  }

  post(text: string): Locator {
    return this.page.locator('[data-post]', { hasText: text });
  }

  /** A button of a post. */
  press(post: string, name: string): Locator {
    return this.post(post).getByRole('button', { name, exact: true });
  }

  deleteButton(comment: string): Locator {
    return this.comment(comment).getByRole('button', { name: 'Delete comment' });
  }

  comment(text: string): Locator {
    return this.page.locator('[data-comment]', { hasText: text });
  }

  notice(kind: 'like' | 'comment' | 'reply' | 'mention'): Locator {
    return this.page.locator(`[data-notice="${kind}"]`);
  }

  /** Waits for the number of notices on the button that opens the moments. */
  async seesUnread(count: string): Promise<void> {
    await this.button.locator('.badge').getByText(count, { exact: true }).waitFor();
  }

  get composer(): Locator {
    return this.page.getByRole('dialog', { name: 'New post' });
  }

  async compose(text: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New post', exact: true }).click();
    await this.composer.getByPlaceholder('What is on your mind?').fill(text);
  }

  async addPictures(...buffers: Buffer[]): Promise<void> {
    const files = buffers.map((buffer, index) => {
      return { name: `${index}.png`, mimeType: 'image/png', buffer };
    });
    await this.composer.getByLabel('Add pictures').setInputFiles(files);
    await this.composer
      .locator('.chosen img')
      .nth(buffers.length - 1)
      .waitFor();
  }

  async publish(): Promise<void> {
    await this.composer.getByRole('button', { name: 'Post', exact: true }).click();
    await this.composer.waitFor({ state: 'detached' });
  }

  async say(post: string, text: string): Promise<void> {
    await this.post(post).getByRole('button', { name: 'Comment', exact: true }).click();
    await this.page.getByLabel('Write a comment').fill(text);
    await this.page.keyboard.press('Enter');
    await this.comment(text).waitFor();
  }

  async reply(comment: string, text: string): Promise<void> {
    await this.comment(comment).getByRole('button').first().click();
    await this.page.locator('input[name="comment"]').fill(text);
    await this.page.keyboard.press('Enter');
    await this.comment(text).waitFor();
  }

  /** Of the video of a post, once the browser knows it. */
  async videoWidth(post: string): Promise<number> {
    const video = this.post(post).locator('video');
    return video.evaluate(async (each) => {
      const shown = each as HTMLVideoElement;
      if (shown.videoWidth > 0) return shown.videoWidth;
      await new Promise((resolve) => shown.addEventListener('loadedmetadata', resolve));
      return shown.videoWidth;
    });
  }

  /** Sizes of the pictures of a post, once all of them were loaded. */
  async pictures(post: string): Promise<number[]> {
    const images = this.post(post).locator('.pictures img');
    await images.first().waitFor();
    return images.evaluateAll((all) =>
      Promise.all(
        all.map(async (each) => {
          const image = each as HTMLImageElement;
          await image.decode();
          return image.naturalWidth;
        }),
      ),
    );
  }
}
