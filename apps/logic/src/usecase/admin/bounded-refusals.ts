import type { AdminCall, Refusals } from './ports.js';

/**
 * Refused calls of the back ends of one app that a node records in a minute: the table is that of all apps, and kept for 400 days.
 * Nodes do not ask each other, so n of them record n times as many.
 */
export const AUDIT_MAX_REFUSALS = 60;
const WINDOW_MS = 60_000;

/** Records so many refusals of an app as an auditor may read, and passes over the rest. */
export class BoundedRefusals implements Refusals {
  #counts = new Map<string, number>();
  #endsMs = 0;

  constructor(
    private readonly refusals: Refusals,
    private readonly parts: {
      readonly monotonic: () => number;
      /** Called for each one that is passed over. */
      readonly onDropped: () => void;
    },
  ) {}

  async recordRefusal(
    call: AdminCall,
    about: { readonly appId: string; readonly target: string },
    code: Parameters<Refusals['recordRefusal']>[2],
  ): Promise<void> {
    const nowMs = this.parts.monotonic();
    if (nowMs >= this.#endsMs) {
      this.#counts = new Map();
      this.#endsMs = nowMs + WINDOW_MS;
    }
    const count = (this.#counts.get(about.appId) ?? 0) + 1;
    if (count > AUDIT_MAX_REFUSALS) return this.parts.onDropped();
    this.#counts.set(about.appId, count);
    await this.refusals.recordRefusal(call, about, code);
  }
}
