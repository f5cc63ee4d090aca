import { senderKey } from '@queqiao/domain';
import {
  conversationKey,
  type AppendItem,
  type AppendLog,
  type AppendOutcome,
  type AppendPlace,
  type BatchCommit,
  type CommitOptions,
  type CommittedHead,
} from '../../src/append/index.js';

export class ScriptedFailure extends Error {
  constructor(readonly kind: 'transient' | 'ambiguous' | 'poisoned' | 'unavailable' | 'defect') {
    super(kind);
  }
}

/** The log in memory, with locks and failures that a test sets by hand. */
export class FakeLog implements AppendLog {
  /** Keys of conversations that exist. */
  readonly heads = new Set<string>();
  /** Keys of conversations whose head is locked: skipped, or waited for until `unlock`. */
  readonly locked = new Set<string>();
  /** client_msg_ids that poison a batch. */
  readonly poison = new Set<string>();
  /** Thrown by the next commits, one each; `ambiguous-stored` stores the batch and throws `ambiguous`. */
  readonly failures: (ScriptedFailure['kind'] | 'ambiguous-stored')[] = [];
  readonly batches: { ids: string[]; skipLocked: boolean }[] = [];
  readonly stored = new Map<string, string[]>();
  /** Set: commits wait for `release`. */
  gate: Promise<void> | undefined;
  /** Called when a batch is judged, and not committed yet. */
  onWrite: () => void = () => {};
  #open: () => void = () => {};
  readonly #places = new Map<string, AppendPlace>();
  readonly #unlocked: (() => void)[] = [];
  #dispatch = 0;

  hold(): void {
    this.gate = new Promise((resolve) => (this.#open = resolve));
  }

  release(): void {
    this.gate = undefined;
    this.#open();
  }

  unlock(key: string): void {
    this.locked.delete(key);
    for (const wake of this.#unlocked.splice(0)) wake();
  }

  async commitBatch(items: readonly AppendItem[], options: CommitOptions): Promise<BatchCommit> {
    const { skipLocked } = options;
    this.batches.push({ ids: items.map((item) => item.clientMsgId), skipLocked });
    await this.gate;
    if (!skipLocked) await this.#lock(items);
    const failure = this.failures.shift();
    if (failure && failure !== 'ambiguous-stored') throw new ScriptedFailure(failure);
    if (items.some((item) => this.poison.has(item.clientMsgId)))
      throw new ScriptedFailure('poisoned');
    const commit = this.#store(items, options);
    this.onWrite();
    if (failure) throw new ScriptedFailure('ambiguous');
    return commit;
  }

  async #lock(items: readonly AppendItem[]): Promise<void> {
    while (items.some((item) => this.locked.has(conversationKey(item)))) {
      await new Promise<void>((resolve) => this.#unlocked.push(resolve));
    }
  }

  #store(items: readonly AppendItem[], options: CommitOptions): BatchCommit {
    const committed = new Map<string, CommittedHead>();
    const outcomes = items.map((item): AppendOutcome => {
      const key = conversationKey(item);
      if (this.locked.has(key)) return { status: 'skipped' };
      if (!this.heads.has(key)) return { status: 'no-head' };
      const retry = `${key} ${senderKey(item.sender)} ${item.clientMsgId}`;
      const before = this.#places.get(retry);
      if (before) return { status: 'duplicate', ...before };
      const error = options.judge(
        item,
        {
          role: 'member',
          joinedSeq: 0,
          leftSeq: null,
          flags: 0,
          clearedSeq: 0,
          mutedUntilMs: 0,
        },
        { lastSeq: this.stored.get(key)?.length ?? 0, flags: 0, nowMs: 1_000 },
      );
      if (error) return { status: 'refused', error };
      const log = this.stored.get(key) ?? [];
      this.stored.set(key, log);
      log.push(item.clientMsgId);
      const place = { seq: log.length, ordinal: log.length, createdMs: 1_000 };
      this.#places.set(retry, place);
      const { appId, conversationId } = item;
      const head = { memberVersion: 1, leaveVersion: 0, mode: 'routed' } as const;
      committed.set(key, { appId, conversationId, ...head });
      return { status: 'committed', ...place };
    });
    const dispatchId = committed.size > 0 ? String((this.#dispatch += 1)) : null;
    return { outcomes, dispatchId, committed: [...committed.values()] };
  }
}
