/// <reference lib="dom" />
import type { Locator } from 'playwright-core';
import type { ChatWindow } from './chat-window.js';

/** What a person does with groups in one window of the demo page. */
export class GroupPanel {
  constructor(readonly window: ChatWindow) {}

  get sheet(): Locator {
    return this.window.page.getByRole('dialog', { name: 'About the group' });
  }

  async open(): Promise<void> {
    await this.window.page.getByRole('button', { name: 'About the group' }).click();
    await this.sheet.waitFor();
    await this.sheet.locator('[data-group-id]').waitFor();
  }

  async close(): Promise<void> {
    await this.window.page.keyboard.press('Escape');
    await this.sheet.waitFor({ state: 'detached' });
  }

  groupId(): Promise<string> {
    return this.sheet.locator('[data-group-id]').innerText();
  }

  async type(label: string, text: string): Promise<void> {
    await this.sheet.getByLabel(label, { exact: true }).fill(text);
    await this.window.page.keyboard.press('Enter');
  }

  async choose(label: string, option: string): Promise<void> {
    const choice = this.sheet.getByLabel(label, { exact: true });
    await choice.selectOption({ label: option });
    await choice.locator('option:checked', { hasText: option }).waitFor({ state: 'attached' });
  }

  member(userId: string): Locator {
    return this.sheet.locator(`[data-member="${userId}"]`);
  }

  async press(userId: string, label: string): Promise<void> {
    await this.member(userId).getByRole('button', { name: label, exact: true }).click();
  }

  /** Presses a button that asks once more. */
  async sure(label: string, within: Locator = this.sheet): Promise<void> {
    await within.getByRole('button', { name: label, exact: true }).click();
    await within.getByRole('button', { name: `Really? ${label}` }).click();
  }

  /** Ids of the members that are shown. */
  members(): Promise<string[]> {
    return this.sheet
      .locator('[data-member]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-member') ?? ''));
  }

  /** Waits until the open conversation tells this. */
  async told(text: string): Promise<void> {
    const notice = this.window.page.locator('.notice', { hasText: text });
    await notice.last().waitFor({ state: 'attached' });
  }
}
