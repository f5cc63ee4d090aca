import { DomainError } from '@queqiao/domain';
import { conversationKey, type AppendRequest, type AppendResult } from './ports.js';

/** What an entry costs beside its content: ids, numbers and the row around them. */
const ENTRY_OVERHEAD_BYTES = 256;
/** What a message costs that an entry takes away: the statements that blank it and all that hangs on it. */
const TARGET_BYTES = 700;

/** One caller's entry on its way through the writer. Settled exactly once; later calls are ignored. */
export class PendingAppend {
  readonly key: string;
  readonly bytes: number;
  /** Users that it names. */
  readonly mentions: number;
  /** Batches in a row that passed it over because its head was locked. */
  misses = 0;
  /** The store said that there is no head, and one was made since. */
  headMade = false;
  /** An earlier run of its batch may have stored it. */
  ambiguous = false;
  /** It is in the lane that waits for locks. */
  slow = false;
  readonly #resolve: (result: AppendResult) => void;
  readonly #reject: (error: DomainError) => void;

  constructor(
    readonly request: AppendRequest,
    resolve: (result: AppendResult) => void,
    reject: (error: DomainError) => void,
  ) {
    this.key = conversationKey(request);
    this.bytes = request.content.length + changeBytes(request) + ENTRY_OVERHEAD_BYTES;
    this.mentions = request.mentions?.userIds.length ?? 0;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Nobody waits any more. */
  get abandoned(): boolean {
    return this.request.signal?.aborted === true;
  }

  resolve(result: AppendResult): void {
    this.#resolve(result);
  }

  reject(error: DomainError): void {
    this.#reject(error);
  }
}

export function gaveUp(): DomainError {
  return new DomainError('DEADLINE_EXCEEDED', 'the caller gave up before the entry was stored');
}

/** An edit is written twice: as the entry, and as the new content of its target. */
function changeBytes({ change }: AppendRequest): number {
  if (change?.kind === 'edit') return change.content.length;
  const takesAway = change?.kind === 'recall' || change?.kind === 'delete';
  return takesAway ? change.targetSeqs.length * TARGET_BYTES : 0;
}
