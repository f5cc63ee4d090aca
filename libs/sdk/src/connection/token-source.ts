import type { Clock } from '../clock.js';

export type TokenOption = string | (() => Promise<string>);

/** Asks for a new token this long before the old one expires, in milliseconds. */
const EXPIRY_MARGIN_MS = 5_000;

/** Keeps the last token, so that a reconnect does not cost the app's back end a sign-in. */
export class TokenSource {
  readonly #option: TokenOption;
  readonly #clock: Clock;
  #token: string | undefined;
  #expiresAtMs = Number.POSITIVE_INFINITY;

  constructor(option: TokenOption, clock: Clock) {
    this.#option = option;
    this.#clock = clock;
  }

  /** False for a fixed token: once refused there is no other. */
  get renewable(): boolean {
    return typeof this.#option === 'function';
  }

  async get(): Promise<string> {
    if (typeof this.#option === 'string') return this.#option;
    if (this.#token !== undefined && this.#clock.now() < this.#expiresAtMs) return this.#token;
    return this.renew();
  }

  /** Always asks; rejects when the app's function does. */
  async renew(): Promise<string> {
    if (typeof this.#option === 'string') return this.#option;
    this.forget();
    const token = await this.#option();
    this.#token = token;
    return token;
  }

  forget(): void {
    this.#token = undefined;
    this.#expiresAtMs = Number.POSITIVE_INFINITY;
  }

  /** Both times by the server's clock, so that a wrong clock on this side does no harm. */
  expiresIn(ms: number): void {
    this.#expiresAtMs = this.#clock.now() + ms - EXPIRY_MARGIN_MS;
  }
}
