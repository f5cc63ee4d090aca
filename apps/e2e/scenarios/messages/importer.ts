import { createGrpcClient } from '@queqiao/grpc-kit';
import { Sender_Kind, type Entry } from '@queqiao/protocol/client';
import {
  ImportedMessage,
  ImportServiceDefinition,
  MessageServiceDefinition,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { text } from '../../src/doors.js';

/** Messages of one call. */
export const BATCH = 200;
/** When the first of them was said. */
export const LONG_AGO_MS = 1_262_304_000_000;

/** The n-th message of a conversation elsewhere, from 1; its authors take turns. */
export function oldMessage(authors: readonly string[], n: number): ImportedMessage {
  return ImportedMessage.create({
    sender: { kind: Sender_Kind.USER, id: authors[n % authors.length] ?? '' },
    clientMsgId: `old-${n}`,
    createdMs: LONG_AGO_MS + n * 1_000,
    content: text(`old ${n}`),
  });
}

/** An app's back end that knows all logic nodes, and goes to the next one until it is answered. */
export class Importer {
  /** Calls that were not answered. */
  unanswered = 0;
  #turn = 0;
  readonly #doors;
  readonly #metadata: Record<string, string>;

  constructor(addresses: readonly string[], app: TestApp) {
    this.#doors = addresses.map((address) => ({
      imports: createGrpcClient(ImportServiceDefinition, address, { ownConnection: true }),
      messages: createGrpcClient(MessageServiceDefinition, address, { ownConnection: true }),
    }));
    this.#metadata = { authorization: `Bearer ${app.credential}` };
  }

  /** `began` is told of every attempt, as it is under way. */
  async bring(
    conversationId: string,
    messages: ImportedMessage[],
    began: (node: number) => void = () => {},
  ): Promise<number[]> {
    const request = { conversationId, messages, emitEvents: false };
    for (;;) {
      const node = this.#turn++ % this.#doors.length;
      const call = this.#doors[node]?.imports.importMessages(request, { metadata: this.#metadata });
      began(node);
      const answer = await call?.catch(() => undefined);
      if (answer !== undefined) return answer.results.map(({ seq }) => seq);
      this.unanswered += 1;
    }
  }

  async log(conversationId: string): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let pageToken = ''; ;) {
      const request = { conversationId, fromSeq: 0, newestFirst: false, pageToken, limit: 500 };
      const page = await this.#moderator.listMessages(request, { metadata: this.#metadata });
      entries.push(...page.entries);
      if (page.nextPageToken === '') return entries;
      pageToken = page.nextPageToken;
    }
  }

  async recall(conversationId: string, targetSeq: number): Promise<void> {
    const request = { clientRequestId: `recall-${targetSeq}`, conversationId, targetSeq };
    await this.#moderator.recallMessage(request, { metadata: this.#metadata });
  }

  async remove(conversationId: string, targetSeqs: number[]): Promise<void> {
    const request = { clientRequestId: `remove-${targetSeqs[0]}`, conversationId, targetSeqs };
    await this.#moderator.deleteMessages(request, { metadata: this.#metadata });
  }

  close(): void {
    for (const { imports, messages } of this.#doors) {
      imports.close();
      messages.close();
    }
  }

  get #moderator() {
    const [door] = this.#doors;
    if (door === undefined) throw new Error('there is no logic node');
    return door.messages;
  }
}
