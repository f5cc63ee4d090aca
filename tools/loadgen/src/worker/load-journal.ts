import type { Entry } from '@queqiao/protocol/client';
import { float64List, uint32List } from './number-list.js';
import type { LoadConversation } from './open-conversations.js';
import type { WorkerLog } from './worker-protocol.js';

/** Everything that one worker sent, was answered and was pushed. Messages are numbered from 0 over all phases. */
export class LoadJournal {
  readonly #conversationOf = uint32List();
  readonly #seqOf = uint32List();
  readonly #sentAt = float64List();
  readonly #device = uint32List();
  readonly #message = uint32List();
  readonly #seq = uint32List();
  #strays = 0;

  constructor(
    readonly prefix: string,
    private readonly conversations: readonly LoadConversation[],
  ) {}

  /** Notes a message that is about to be sent and returns its number. */
  sent(conversation: number): number {
    this.#conversationOf.push(conversation);
    this.#seqOf.push(0);
    this.#sentAt.push(performance.now());
    return this.#seqOf.length - 1;
  }

  messageId(message: number): string {
    return `${this.prefix}.${message}`;
  }

  /** Returns the milliseconds since it was sent. */
  acknowledged(message: number, seq: number): number {
    this.#seqOf.set(message, seq);
    return this.#since(message);
  }

  /** Returns the milliseconds since the message was sent; undefined for an entry that no message of this worker explains. */
  pushed(device: number, entry: Entry): number | undefined {
    const message = this.#numberOf(entry);
    if (message === undefined) {
      // Entries that the server wrote, such as the one that starts a group, are no messages.
      if (entry.clientMsgId !== '') this.#strays += 1;
      return undefined;
    }
    this.#device.push(device);
    this.#message.push(message);
    this.#seq.push(entry.seq);
    return this.#since(message);
  }

  audienceSize(message: number): number {
    return this.conversations[this.#conversationOf.at(message)]?.audience.length ?? 0;
  }

  toLog(): WorkerLog {
    return {
      prefix: this.prefix,
      conversations: this.conversations.map(({ id }) => id),
      audiences: this.conversations.map(({ audience }) => audience),
      conversationOf: this.#conversationOf.toArray(),
      seqOf: this.#seqOf.toArray(),
      pushes: {
        device: this.#device.toArray(),
        message: this.#message.toArray(),
        seq: this.#seq.toArray(),
      },
      strayPushes: this.#strays,
    };
  }

  #since(message: number): number {
    return performance.now() - this.#sentAt.at(message);
  }

  #numberOf({ clientMsgId, conversationId }: Entry): number | undefined {
    if (!clientMsgId.startsWith(`${this.prefix}.`)) return undefined;
    const message = Number(clientMsgId.slice(this.prefix.length + 1));
    const known = Number.isInteger(message) && message >= 0 && message < this.#seqOf.length;
    if (!known) return undefined;
    const conversation = this.conversations[this.#conversationOf.at(message)];
    return conversation?.id === conversationId ? message : undefined;
  }
}
