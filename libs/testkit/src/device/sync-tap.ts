import {
  ConversationServiceDefinition as Conversations,
  decodeFrame,
  SyncConversationsRequest,
  SyncConversationsResponse,
} from '@queqiao/protocol/client';
import type { WebSocket } from 'ws';

interface Page {
  readonly from: string;
  readonly conversations: readonly { readonly conversationId: string; readonly lastSeq: number }[];
}

const SYNC = `${Conversations.fullName}/${Conversations.methods.syncConversations.name}`;

/** Listens to the sync calls of a client library and knows what each cursor stands for, which is opaque to devices. */
export class SyncTap {
  /** By the cursor that came with it. */
  readonly #pages = new Map<string, Page>();
  /** Cursors that were asked from, by call. */
  readonly #asked = new Map<number, string>();

  /** Follows a new connection; what was asked on others will not be answered. */
  attach(socket: WebSocket): void {
    this.#asked.clear();
    const send = socket.send.bind(socket);
    socket.send = (data: Uint8Array): void => {
      this.#sent(data);
      send(data);
    };
    socket.on('message', (data: ArrayBuffer | Buffer) => {
      if (this.#asked.size > 0) this.#received(new Uint8Array(data));
    });
  }

  /** What a device claims to have that keeps this cursor, beyond what it claimed before; each is told once. */
  *claims(cursor: Uint8Array): Generator<Page['conversations'][number]> {
    for (let key: string | undefined = keyOf(cursor); key !== undefined;) {
      const page: Page | undefined = this.#pages.get(key);
      this.#pages.delete(key);
      if (page !== undefined) yield* page.conversations;
      key = page?.from;
    }
  }

  #sent(data: Uint8Array): void {
    for (const { item } of decodeFrame(data)) {
      if (item?.$case !== 'call' || item.value.method !== SYNC) continue;
      const { cursor } = SyncConversationsRequest.decode(item.value.body);
      this.#asked.set(item.value.id, keyOf(cursor));
    }
  }

  #received(data: Uint8Array): void {
    for (const { item } of decodeFrame(data)) {
      if (item?.$case !== 'reply') continue;
      const from = this.#asked.get(item.value.id);
      this.#asked.delete(item.value.id);
      const { result } = item.value;
      if (from === undefined || result?.$case !== 'body') continue;
      const { cursor, conversations } = SyncConversationsResponse.decode(result.value);
      // Nothing new: the cursor is that of an earlier page.
      if (keyOf(cursor) !== from) this.#pages.set(keyOf(cursor), { from, conversations });
    }
  }
}

function keyOf(cursor: Uint8Array): string {
  return Buffer.from(cursor).toString('base64');
}
