import type { Locator } from 'playwright-core';
import type { ChatWindow } from './chat-window.js';

/** What a person does and sees in the contacts of one window. */
export class ContactsWindow {
  constructor(readonly window: ChatWindow) {}

  get page() {
    return this.window.page;
  }

  get tab(): Locator {
    return this.page.getByRole('tab', { name: 'Contacts' });
  }

  async open(): Promise<void> {
    await this.tab.click();
  }

  async openChats(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Chats' }).click();
  }

  section(name: 'Find people' | 'Friend requests' | 'Friends' | 'Blocked'): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  person(section: Parameters<ContactsWindow['section']>[0], userId: string): Locator {
    return this.section(section).locator(`[data-person="${userId}"]`);
  }

  async search(query: string): Promise<void> {
    await this.page.getByLabel('Find people').getByRole('textbox').fill(query);
    await this.page.keyboard.press('Enter');
  }

  async ask(userId: string, text: string): Promise<void> {
    await this.search(userId);
    await this.person('Find people', userId).getByRole('button').click();
    await this.page.getByLabel('What to say').fill(text);
    await this.page.keyboard.press('Enter');
    await this.person('Friend requests', userId).waitFor();
  }

  /** Opens what there is to say about a friend. */
  async details(name: string): Promise<void> {
    await this.page
      .getByRole('button', { name: `About ${name}` })
      .first()
      .click();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** Waits until the friend is shown as online, or not. */
  async seesPresence(userId: string, kind: 'online' | 'offline'): Promise<void> {
    await this.person('Friends', userId).locator(`[data-presence="${kind}"]`).waitFor();
  }

  /** The line under the title of the open chat. */
  get note(): Locator {
    return this.page.locator('.pane .bar .note');
  }
}
