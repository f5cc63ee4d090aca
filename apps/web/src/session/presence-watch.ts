import type { Presence, QueqiaoClient } from '@queqiao/sdk';

/** People watched at a time: half of what a person's devices may watch together. */
const MAX_WATCHED = 100;

/** Watches the people that the page shows, the first ones that it showed. */
export class PresenceWatch {
  readonly #watched = new Set<string>();
  #refused = new Set<string>();

  constructor(
    private readonly client: Pick<QueqiaoClient['presence'], 'subscribe'>,
    private readonly onKnown: (presences: readonly Presence[]) => void,
  ) {}

  want(userIds: readonly string[]): void {
    const room = MAX_WATCHED - this.#watched.size;
    const fresh = userIds.filter((id) => !this.#watched.has(id)).slice(0, room);
    if (fresh.length === 0) return;
    for (const id of fresh) this.#watched.add(id);
    this.client.subscribe(fresh).then(this.onKnown, () => {
      for (const id of fresh) this.#refused.add(id);
    });
  }

  /** A new connection: what was refused may be possible now. */
  retry(): void {
    const again = [...this.#refused];
    this.#refused = new Set();
    for (const id of again) this.#watched.delete(id);
    this.want(again);
  }
}
