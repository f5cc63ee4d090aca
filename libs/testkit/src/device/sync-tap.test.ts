import { EventEmitter } from 'node:events';
import {
  Conversation,
  ConversationServiceDefinition as Conversations,
  encodeItems,
  SyncConversationsRequest,
  SyncConversationsResponse,
} from '@queqiao/protocol/client';
import type { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import { SyncTap } from './sync-tap.js';

const METHOD = `${Conversations.fullName}/${Conversations.methods.syncConversations.name}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A socket on which the client library asks from a cursor, and is answered with another and these conversations. */
class FakeSocket extends EventEmitter {
  readonly sent: Uint8Array[] = [];

  send(data: Uint8Array): void {
    this.sent.push(data);
  }

  asks(id: number, cursor: string, method = METHOD): void {
    const body = SyncConversationsRequest.encode({ cursor: bytes(cursor), limit: 0 }).finish();
    const value = { id, method, body, affinity: '', requestId: '' };
    this.send(encodeItems([{ item: { $case: 'call', value } }]));
  }

  answers(id: number, cursor: string, seqs: Readonly<Record<string, number>>): void {
    const conversations = Object.entries(seqs).map(([conversationId, lastSeq]) =>
      Conversation.create({ conversationId, lastSeq }),
    );
    const answer = SyncConversationsResponse.create({ cursor: bytes(cursor), conversations });
    const body = SyncConversationsResponse.encode(answer).finish();
    const value = { id, result: { $case: 'body' as const, value: body } };
    this.emit('message', Buffer.from(encodeItems([{ item: { $case: 'reply', value } }])));
  }
}

function tapped(tap = new SyncTap()): { tap: SyncTap; socket: FakeSocket } {
  const socket = new FakeSocket();
  tap.attach(socket as unknown as WebSocket);
  return { tap, socket };
}

function claims(tap: SyncTap, cursor: string): Record<string, number> {
  const all = [...tap.claims(bytes(cursor))];
  return Object.fromEntries(all.map(({ conversationId, lastSeq }) => [conversationId, lastSeq]));
}

describe('what a kept cursor claims', () => {
  it('is what its page named, once, and the call goes out as it was', () => {
    const { tap, socket } = tapped();
    socket.asks(1, '');
    socket.answers(1, 'x', { a: 3 });
    expect(socket.sent).toHaveLength(1);
    expect(claims(tap, 'x')).toEqual({ a: 3 });
    expect(claims(tap, 'x')).toEqual({});
  });

  it('is also what the pages before it named', () => {
    const { tap, socket } = tapped();
    socket.asks(1, '');
    socket.answers(1, 'x', { a: 3 });
    socket.asks(2, 'x');
    socket.answers(2, 'y', { b: 4 });
    expect(claims(tap, 'y')).toEqual({ a: 3, b: 4 });
  });

  it('is nothing of pages that it does not follow from', () => {
    const { tap, socket } = tapped();
    socket.asks(1, '');
    socket.answers(1, 'x', { a: 3 });
    const again = tapped(tap).socket;
    again.asks(1, '');
    again.answers(1, 'z', { a: 5 });
    expect(claims(tap, 'z')).toEqual({ a: 5 });
  });

  it('is nothing of other calls', () => {
    const { tap, socket } = tapped();
    socket.asks(1, '', 'some.Service/Other');
    socket.answers(1, 'x', { a: 3 });
    expect(claims(tap, 'x')).toEqual({});
  });
});
