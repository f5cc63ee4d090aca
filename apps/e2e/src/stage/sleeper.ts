import {
  ConversationServiceDefinition as Conversations,
  type Entry,
  type MemberState,
} from '@queqiao/protocol/client';
import { BareDevice } from '@queqiao/testkit';
import type { StageDeviceOptions } from './stage-device.js';

const SYNC_LIMIT = 200;
const PULL_LIMIT = 500;

/** A device that is offline while things happen, and then learns of them by a sync from where it was, and by pulls. */
export class Sleeper {
  readonly logs = new Map<string, Entry[]>();
  readonly states = new Map<string, MemberState>();
  #cursor: Uint8Array = new Uint8Array();
  #generation = 0;

  constructor(readonly options: StageDeviceOptions) {}

  /** Comes online, reads what has changed, and goes again. */
  async wake(): Promise<void> {
    this.#generation += 1;
    const { options } = this;
    const generation = this.#generation;
    const device = await BareDevice.signIn(options.socketUrl, { ...options, generation });
    await this.#sync(device);
    await device.close();
  }

  async #sync(device: BareDevice): Promise<void> {
    const { syncConversations } = Conversations.methods;
    for (let hasMore = true; hasMore;) {
      const request = { cursor: this.#cursor, limit: SYNC_LIMIT };
      const page = await device.call(Conversations, syncConversations, request, this.options.lane);
      for (const { conversationId, member } of page.conversations) {
        if (member !== undefined) this.states.set(conversationId, member);
        this.logs.set(conversationId, await this.#pull(device, conversationId));
      }
      this.#cursor = page.cursor;
      ({ hasMore } = page);
    }
  }

  /** From the beginning, because who comes back may see more than before. */
  async #pull(device: BareDevice, conversationId: string): Promise<Entry[]> {
    const { pullEntries } = Conversations.methods;
    const log: Entry[] = [];
    for (let fromSeq = 1, hasMore = true; hasMore;) {
      const range = { fromSeq, toSeq: 0, limit: PULL_LIMIT, backwards: false };
      const request = { conversationId, ...range };
      const answer = await device.call(Conversations, pullEntries, request, this.options.lane);
      log.push(...answer.entries);
      fromSeq = (log.at(-1)?.seq ?? answer.lastSeq) + 1;
      ({ hasMore } = answer);
    }
    return log;
  }
}
