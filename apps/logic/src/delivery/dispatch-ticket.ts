/**
 * Counts the pushes of one dispatch row. The row is settled when every one of them has been acknowledged or has nobody left
 * to reach; a single failure keeps it for the recovery.
 */
export class DispatchTicket {
  readonly #onClosed: (kept: boolean) => void;
  #open = 1;
  #failed = false;

  /** `onClosed` is called once, when all holds are released and `seal` was called. */
  constructor(onClosed: (kept: boolean) => void) {
    this.#onClosed = onClosed;
  }

  /** One push more to wait for; the result releases it, once: true when it needs nothing more. */
  hold(): (done: boolean) => void {
    this.#open += 1;
    let released = false;
    return (done) => {
      if (released) return;
      released = true;
      if (!done) this.#failed = true;
      this.#release();
    };
  }

  /** Something of the row could not even be tried. */
  fail(): void {
    this.#failed = true;
  }

  /** No more holds follow. */
  seal(): void {
    this.#release();
  }

  #release(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#onClosed(this.#failed);
  }
}
