import type { Database } from '@queqiao/store-mysql';

/**
 * The stores of a node that is stopped after one step of a job, of those that tell of deeds (`notify`) or of all others (`advance`): what
 * it had begun neither ends nor fails until it goes on.
 */
export class StoppedNode {
  ended = false;
  goOn: () => void = () => undefined;
  readonly #gone = new Promise<void>((resolve) => (this.goOn = resolve));
  #steps = 0;

  constructor(
    private readonly stores: Database,
    private readonly kind: 'advance' | 'notify',
  ) {}

  get database(): Database {
    const { momentJobs, notices } = this.stores;
    return {
      ...this.stores,
      momentJobs: {
        claimDue: (claim) => (this.#steps === 0 ? momentJobs.claimDue(claim) : Promise.resolve([])),
        backlog: () => momentJobs.backlog(),
        advance: (job) => this.#step('advance', () => momentJobs.advance(job)),
      },
      notices: {
        list: (...of) => notices.list(...of),
        countUnread: (...of) => notices.countUnread(...of),
        markRead: (...of) => notices.markRead(...of),
        prune: (limit) => notices.prune(limit),
        notify: (...of) => this.#step('notify', () => notices.notify(...of)),
      },
    };
  }

  async #step<T>(kind: 'advance' | 'notify', work: () => Promise<T>): Promise<T> {
    if (kind !== this.kind) return work();
    this.#steps += 1;
    if (this.#steps === 1) return work();
    await this.#gone;
    const outcome = await work();
    this.ended = true;
    return outcome;
  }
}
