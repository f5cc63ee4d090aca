import {
  Content,
  ConversationServiceDefinition,
  MessageServiceDefinition,
} from '@queqiao/protocol/client';
import type { SendReceipt } from './actions/outbox.js';
import { randomId } from './actions/random-id.js';
import type { Engine } from './engine.js';

/** Name of the signal that says: the user is typing. */
export const TYPING_SIGNAL = 'typing';

export interface SendOptions {
  /** Left out: a new one. Unique per sender and conversation: [A-Za-z0-9_.-]{1,64}. */
  readonly clientMsgId?: string;
  /** True: does not raise the unread count of the others. */
  readonly notCounted?: boolean;
}

export interface Readers {
  readonly userIds: readonly string[];
  /** For the next page; empty: there is none. */
  readonly nextPageToken: string;
  readonly readCount: number;
  readonly unreadCount: number;
}

/** Sending, and what can be done to messages that were sent. */
export class MessageActions {
  readonly #engine: Engine;
  readonly #typedMs = new Map<string, number>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  send(conversationId: string, content: Content, options: SendOptions = {}): Promise<SendReceipt> {
    const { clientMsgId = randomId(), notCounted = false } = options;
    return this.#engine.outbox.add({ conversationId, clientMsgId, content, notCounted });
  }

  recall(conversationId: string, targetSeq: number): Promise<SendReceipt> {
    return this.#change(conversationId, { $case: 'recall', value: { targetSeq } });
  }

  edit(conversationId: string, targetSeq: number, content: Content): Promise<SendReceipt> {
    const value = { targetSeq, content, revision: 0 };
    return this.#change(conversationId, { $case: 'edit', value });
  }

  deleteForAll(conversationId: string, targetSeqs: readonly number[]): Promise<SendReceipt> {
    return this.#change(conversationId, {
      $case: 'delete',
      value: { targetSeqs: [...targetSeqs] },
    });
  }

  react(id: string, targetSeq: number, emoji: string, removed: boolean): Promise<SendReceipt> {
    return this.#change(id, { $case: 'reaction', value: { targetSeq, emoji, removed } });
  }

  pin(conversationId: string, targetSeq: number, removed: boolean): Promise<SendReceipt> {
    return this.#change(conversationId, { $case: 'pin', value: { targetSeq, removed } });
  }

  async sendTransient(conversationId: string, content: Content): Promise<void> {
    const request = { conversationId, clientMsgId: randomId(), content, onlineOnly: true };
    const options = { thisSessionOnly: true };
    await this.#engine.call(MessageServiceDefinition, 'send', request, options);
  }

  async signal(conversationId: string, name: string, data: Uint8Array): Promise<void> {
    const request = { conversationId, name, data };
    const options = { thisSessionOnly: true };
    await this.#engine.call(MessageServiceDefinition, 'signal', request, options);
  }

  /** Never fails: nobody waits for it. */
  typing(conversationId: string): void {
    const { clock } = this.#engine;
    const { typingIntervalMs } = this.#engine.stats().limits;
    const nowMs = clock.now();
    if (nowMs - (this.#typedMs.get(conversationId) ?? 0) < typingIntervalMs) return;
    for (const [id, atMs] of this.#typedMs) {
      if (nowMs - atMs >= typingIntervalMs) this.#typedMs.delete(id);
    }
    this.#typedMs.set(conversationId, nowMs);
    this.signal(conversationId, TYPING_SIGNAL, new Uint8Array()).catch(() => undefined);
  }

  async listReaders(
    conversationId: string,
    seq: number,
    options: { readonly unread?: boolean; readonly pageToken?: string; readonly limit?: number },
  ): Promise<Readers> {
    const request = { conversationId, seq, ...options };
    return this.#engine.call(ConversationServiceDefinition, 'listReaders', request);
  }

  #change(conversationId: string, body: NonNullable<Content['body']>): Promise<SendReceipt> {
    return this.send(conversationId, { ...Content.create(), body });
  }
}
