import { ChromiumMissingError, findChromium } from '@queqiao/dev-stack';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { ChatWindow } from './chat-window.js';

/** Quiet, and safe to run as root in a container. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Only keeps a broken test from hanging. */
const WAIT_LIMIT_MS = 60_000;

/** A browser and the windows opened in it. Everything that a window complains about is kept. */
export class TestBrowser {
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #pageUrl: string;

  private constructor(browser: Browser, pageUrl: string) {
    this.#browser = browser;
    this.#pageUrl = pageUrl;
  }

  static async launch(pageUrl: string): Promise<TestBrowser> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new ChromiumMissingError('TEST_HAS says it is there');
    return new TestBrowser(await chromium.launch({ executablePath, args: ARGUMENTS }), pageUrl);
  }

  /** Storage of its own, as another person's browser has. */
  profile(options: { readonly phone?: boolean; readonly locale?: string } = {}) {
    const { phone = false, locale = 'en-GB' } = options;
    const viewport = phone ? { width: 390, height: 780 } : { width: 1180, height: 760 };
    return this.#browser.newContext({ viewport, locale, isMobile: phone, hasTouch: phone });
  }

  /** A window in a profile; `query` such as `?as=alice&device=2`. Another back end may serve the page. */
  async open(
    profile: BrowserContext,
    query: string,
    pageUrl: string = this.#pageUrl,
  ): Promise<ChatWindow> {
    const page = await profile.newPage();
    page.setDefaultTimeout(WAIT_LIMIT_MS);
    page.on('pageerror', (error) => this.complaints.push(`${query}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${query}: ${message.text()}`);
    });
    const window = new ChatWindow(page);
    await page.goto(`${pageUrl}/${query}`);
    return window;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
