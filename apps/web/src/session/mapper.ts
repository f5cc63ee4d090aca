import {
  Sender_Kind,
  type ConnectionState,
  type ConversationView,
  type Entry,
  type LocalMessage,
} from '@queqiao/sdk';
import type {
  Connection,
  ConversationSummary,
  Line,
  LineBody,
  Outgoing,
} from '../state/chat-state.js';

/** What the client library says, in the page's own terms. */
export function toLine(entry: Entry): Line {
  const { seq, clientMsgId, createdMs, sender } = entry;
  const byUser = sender !== undefined && sender.kind !== Sender_Kind.SYSTEM && sender.id !== '';
  return {
    seq,
    senderId: byUser ? sender.id : undefined,
    clientMsgId,
    createdMs,
    body: toBody(entry),
  };
}

function toBody({ content }: Entry): LineBody {
  const body = content?.body;
  if (body?.$case === 'text') return { kind: 'text', text: body.value.text };
  if (body?.$case === 'groupCreated') return { kind: 'group-created', ...body.value };
  return { kind: 'unknown' };
}

export function toSummary(view: ConversationView): ConversationSummary {
  const { conversationId: id, name, unread, activeMs, lastEntry } = view;
  return { id, name, unread, activeMs, last: lastEntry && toLine(lastEntry) };
}

export function toOutgoing(message: LocalMessage): Outgoing {
  const { conversationId, clientMsgId, createdMs, state: status, content } = message;
  const text = content.body?.$case === 'text' ? content.body.value.text : '';
  const problem = message.error?.message ?? '';
  return { conversationId, clientMsgId, createdMs, status, text, problem };
}

export function toConnection(state: ConnectionState, nowMs: number): Connection {
  switch (state.name) {
    case 'idle':
      return { kind: 'stopped' };
    case 'waiting':
      return { kind: 'waiting', retryAtMs: nowMs + state.retryInMs };
    case 'signed-out':
      return { kind: 'signed-out', code: state.code, reason: state.reason };
    case 'connecting':
    case 'syncing':
    case 'online':
      return { kind: state.name };
  }
}

/** Everyone a line speaks of. */
export function peopleIn(line: Line | undefined): string[] {
  if (!line) return [];
  const ids = line.body.kind === 'group-created' ? [line.body.creatorId] : [];
  return line.senderId === undefined ? ids : [...ids, line.senderId];
}
