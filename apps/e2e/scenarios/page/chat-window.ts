/// <reference lib="dom" />
import type { Locator, Page } from 'playwright-core';

/** What a person does and sees in one window of the demo page. Waits are for things to appear, never for time to pass. */
export class ChatWindow {
  /** URLs of the sockets that it opened, in their order. */
  readonly sockets: string[] = [];

  constructor(readonly page: Page) {
    page.on('websocket', (socket) => this.sockets.push(socket.url()));
  }

  /** Signed in, connected and caught up. */
  async online(): Promise<void> {
    await this.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  }

  /** The browser says that there is a network again, so that the page need not wait. */
  async findsNetwork(): Promise<void> {
    await this.page.evaluate(() => dispatchEvent(new Event('online')));
    await this.online();
  }

  async signIn(name: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.keyboard.press('Enter');
    await this.online();
  }

  async startChat(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New chat' }).click();
    await this.page.getByLabel('Name of the person').fill(name);
    await this.page.keyboard.press('Enter');
  }

  async createGroup(name: string, members: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New group' }).click();
    await this.page.getByLabel('Name of the group').fill(name);
    await this.page.getByLabel('Members').fill(members);
    await this.page.keyboard.press('Enter');
    await this.page.locator('[data-open^="g:"]').waitFor();
  }

  row(title: string): Locator {
    return this.page.locator('[data-conversation]', { hasText: title });
  }

  badge(title: string): Locator {
    return this.row(title).locator('.badge');
  }

  get messageBox(): Locator {
    return this.page.locator('textarea[name="message"]');
  }

  async say(text: string): Promise<void> {
    await this.messageBox.fill(text);
    await this.messageBox.press('Enter');
  }

  bubbles(text?: string): Locator {
    return this.page.locator('.message', text === undefined ? {} : { hasText: text });
  }

  /** Waits until this text is a message of the open conversation. */
  async sees(text: string): Promise<void> {
    await this.bubbles(text).first().waitFor();
  }

  /** Texts of the open conversation, from top to bottom. */
  texts(): Promise<string[]> {
    return this.page.locator('.message .bubble-text').allInnerTexts();
  }

  /** Waits until an own message carries this mark. */
  async marked(text: string, status: 'pending' | 'sent' | 'failed'): Promise<void> {
    const marked = this.page.locator(`.message[data-status="${status}"]`, { hasText: text });
    await marked.first().waitFor();
  }

  /** Names of the databases in which devices of this profile keep what they know. */
  databases(): Promise<string[]> {
    return this.page.evaluate(async () => {
      const all = await indexedDB.databases();
      return all.map(({ name = '' }) => name).filter((name) => name.startsWith('queqiao.'));
    });
  }

  /** Messages and changes that the devices of this profile have kept because they are not sent. */
  keptSends(): Promise<number> {
    return this.page.evaluate(async () => {
      const count = (name: string): Promise<number> =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const counting = opening.result.transaction('sends').objectStore('sends').count();
            counting.onsuccess = () => {
              opening.result.close();
              resolve(counting.result);
            };
          };
        });
      const all = await indexedDB.databases();
      const counts = await Promise.all(all.map(({ name = '' }) => count(name)));
      return counts.reduce((sum, one) => sum + one, 0);
    });
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  /** Scrolls the open conversation to its first drawn line. */
  async scrollUp(): Promise<void> {
    await this.log.evaluate((log) => log.scrollTo({ top: 0 }));
  }
}
