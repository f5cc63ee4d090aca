import type { LargeMember } from '@queqiao/protocol/link';
import type { LogicCaller } from './logic-caller.js';
import type { TurnEnd } from './ports.js';

/** Users of one call. */
const MAX_USERS = 500;
/** Calls in flight; further users wait for one to end. */
const MAX_CALLS = 8;

interface Waiting {
  readonly appId: string;
  readonly userId: string;
  readonly resolve: (members: readonly LargeMember[] | null) => void;
}

/** Asks logic in which large groups users are, many in one call: thousands of devices may sign in at once. */
export class MembershipReads {
  readonly #waiting: Waiting[] = [];
  #calls = 0;
  #planned = false;

  constructor(private readonly deps: { readonly logic: LogicCaller; readonly turnEnd: TurnEnd }) {}

  /** Null: nobody could say. Never rejects. */
  read(appId: string, userId: string): Promise<readonly LargeMember[] | null> {
    return new Promise((resolve) => {
      this.#waiting.push({ appId, userId, resolve });
      this.#plan();
    });
  }

  #plan(): void {
    if (this.#planned || this.#calls >= MAX_CALLS) return;
    this.#planned = true;
    this.deps.turnEnd(() => {
      this.#planned = false;
      while (this.#waiting.length > 0 && this.#calls < MAX_CALLS) void this.#call(this.#take());
    });
  }

  /** Those of one app, in the order of arrival. */
  #take(): Waiting[] {
    const appId = this.#waiting[0]?.appId;
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of this.#waiting) {
      (one.appId === appId && batch.length < MAX_USERS ? batch : rest).push(one);
    }
    this.#waiting.splice(0, this.#waiting.length, ...rest);
    return batch;
  }

  async #call(batch: readonly Waiting[]): Promise<void> {
    this.#calls += 1;
    const userIds = [...new Set(batch.map(({ userId }) => userId))];
    const appId = batch[0]?.appId ?? '';
    const answer = await this.deps.logic.largeMemberships({ appId, userIds, conversationId: '' });
    this.#calls -= 1;
    const byUser = new Map<string, LargeMember[]>(userIds.map((id) => [id, []]));
    if ('value' in answer) {
      for (const member of answer.value.members) byUser.get(member.userId)?.push(member);
    }
    for (const { userId, resolve } of batch) {
      resolve('value' in answer ? (byUser.get(userId) ?? []) : null);
    }
    if (this.#waiting.length > 0) this.#plan();
  }
}
