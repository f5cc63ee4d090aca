import type { Clock } from '@queqiao/runtime';
import type { Readiness } from './ports.js';

export interface LinkReadinessOptions {
  /** After this, one attached logic node is enough to become ready. */
  readonly settleMs: number;
  /** A node that was ready stays so for this long without any link. */
  readonly lostMs: number;
}

export const DEFAULT_LINK_READINESS: LinkReadinessOptions = { settleMs: 10_000, lostMs: 30_000 };

/**
 * Ready once attached to every live logic node, or to at least one after a settling time; from then on while any link is open
 * or was open lately. One frozen logic node, or a directory that is away, never makes a node unready.
 */
export class LinkReadiness {
  readonly #clock: Clock;
  readonly #options: LinkReadinessOptions;
  readonly #startedAt: number;
  #wasReady = false;
  #attached = 0;
  #missing: number | undefined;
  #noneSince: number;

  constructor(clock: Clock, options: Partial<LinkReadinessOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...DEFAULT_LINK_READINESS, ...options };
    this.#startedAt = clock.monotonic();
    this.#noneSince = this.#startedAt;
  }

  /** `missing`: live logic nodes without an open link; undefined while the directory has never answered. */
  update(attached: number, missing: number | undefined): void {
    if (this.#attached > 0 && attached === 0) this.#noneSince = this.#clock.monotonic();
    this.#attached = attached;
    this.#missing = missing;
    this.read();
  }

  read(): Readiness {
    const now = this.#clock.monotonic();
    if (!this.#wasReady) {
      const settled = now - this.#startedAt >= this.#options.settleMs;
      this.#wasReady = this.#attached > 0 && (this.#missing === 0 || settled);
      if (this.#wasReady) return { ready: true, reasons: [] };
      return { ready: false, reasons: [this.#startReason()] };
    }
    const lost = this.#attached === 0 && now - this.#noneSince >= this.#options.lostMs;
    if (!lost) return { ready: true, reasons: [] };
    return { ready: false, reasons: ['link: no logic node attached'] };
  }

  #startReason(): string {
    if (this.#attached > 0) return `link: ${this.#missing ?? 'some'} logic nodes not attached yet`;
    return 'link: no logic node attached yet';
  }
}
