import type { AppId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';

/** Told when this node has put events of an app in order. */
export class EventBell {
  readonly #ears = new Map<AppId, Set<Ear>>();

  constructor(private readonly clock: Clock) {}

  listen(appId: AppId): Ear {
    const ears = this.#ears.get(appId) ?? new Set();
    this.#ears.set(appId, ears);
    const ear = new Ear(this.clock, () => {
      ears.delete(ear);
      if (ears.size === 0 && this.#ears.get(appId) === ears) this.#ears.delete(appId);
    });
    ears.add(ear);
    return ear;
  }

  ring(appId: AppId): void {
    for (const ear of this.#ears.get(appId) ?? []) ear.hear();
  }
}

/** Keeps one ring for whoever asks next: what happens between two waits is not missed. */
class Ear {
  #rung = false;
  #wake: () => void = () => {};

  constructor(
    private readonly clock: Clock,
    readonly close: () => void,
  ) {}

  hear(): void {
    this.#rung = true;
    this.#wake();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.setTimer(ms, () => this.#wake());
        this.#wake = () => {
          timer.cancel();
          signal.removeEventListener('abort', this.#wake);
          this.#wake = () => {};
          resolve();
        };
        signal.addEventListener('abort', this.#wake);
      });
    }
    this.#rung = false;
  }
}
