import {
  Entry_State,
  Sender_Kind,
  type ConnectionState,
  type ConversationView,
  type Entry,
  type LocalMessage,
  type MessageView,
} from '@queqiao/sdk';
import type {
  Connection,
  ConversationSummary,
  Line,
  LineBody,
  Outgoing,
} from '../state/chat-state.js';

import { peopleOfNotice } from '../state/group-notice.js';
import { toNotice } from './group-mapper.js';

/** What the client library says, in the page's own terms. */
export function toLine(message: MessageView): Line {
  const { seq, clientMsgId, createdMs, sender } = message;
  const byUser = sender !== undefined && sender.kind !== Sender_Kind.SYSTEM && sender.id !== '';
  return {
    seq,
    senderId: byUser ? sender.id : undefined,
    clientMsgId,
    createdMs,
    body: toBody(message),
  };
}

/** The newest line of a list: there it matters only whether the content is still there. */
function lastLine(entry: Entry): Line {
  const state = entry.state === Entry_State.UNSPECIFIED ? 'shown' : 'recalled';
  return toLine({ ...entry, state, edited: false, reactions: [], pinned: false, changing: false });
}

function toBody({ content, state }: MessageView): LineBody {
  if (state !== 'shown') return { kind: 'taken-back' };
  const body = content?.body;
  if (body?.$case === 'text') return { kind: 'text', text: body.value.text };
  if (body?.$case === 'groupCreated') return { kind: 'group-created', ...body.value };
  if (body?.$case === 'becameFriends') return { kind: 'became-friends' };
  const notice = body && toNotice(body);
  return notice === undefined ? { kind: 'unknown' } : { kind: 'group', notice };
}

export function toSummary(view: ConversationView): ConversationSummary {
  const { conversationId: id, name, unread, activeMs, lastEntry } = view;
  return { id, name, unread, activeMs, last: lastEntry && lastLine(lastEntry) };
}

/** Undefined for what is done to messages: it shows on them. */
export function toOutgoing(message: LocalMessage): Outgoing | undefined {
  const { conversationId, clientMsgId, createdMs, state: status, content } = message;
  const text = content.body?.$case === 'text' ? content.body.value.text : undefined;
  if (text === undefined) return undefined;
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
  const { body, senderId } = line;
  const spoken =
    body.kind === 'group-created'
      ? [body.creatorId]
      : body.kind === 'group'
        ? peopleOfNotice(body.notice)
        : [];
  return senderId === undefined ? [...spoken] : [...spoken, senderId];
}
