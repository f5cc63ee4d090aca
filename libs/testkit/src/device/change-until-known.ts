import { randomUUID } from 'node:crypto';
import {
  Content,
  ConversationServiceDefinition as Conversations,
  MessageServiceDefinition as Messages,
  UpdateSettingsRequest,
  type MemberState,
} from '@queqiao/protocol/client';
import type { MessageChange, OwnChange } from '../history/changes.js';
import type { BareDevice } from './bare-device.js';
import { contentOf, untilKnown, type Reconnecting } from './send-until-known.js';

/** Makes a change of messages, repeated like a send; resolves with the seq, 0 when it had been made before. */
export async function changeUntilKnown(
  device: Reconnecting,
  ids: { readonly conversationId: string; readonly clientMsgId: string },
  change: MessageChange,
): Promise<number> {
  const { seq } = await untilKnown(device, (socket) => askFor(socket, ids, change));
  return seq;
}

/** Makes a change of what the user has of a conversation, repeated like a send; the state is as it was answered. */
export async function changeOwnUntilKnown(
  device: Reconnecting,
  conversationId: string,
  change: OwnChange,
): Promise<MemberState | undefined> {
  const ids = { conversationId, clientRequestId: randomUUID() };
  const { member } = await untilKnown(device, (socket) => askOwn(socket, ids, change));
  return member;
}

/** The content of a change's entry, as the client library sends it. */
export function changeContent(change: MessageChange): Content {
  return Content.create({ body: bodyOf(change) });
}

function bodyOf(change: MessageChange): NonNullable<Content['body']> {
  switch (change.kind) {
    case 'recall':
      return { $case: 'recall', value: { targetSeq: change.targetSeq } };
    case 'delete':
      return { $case: 'delete', value: { targetSeqs: [...change.targetSeqs] } };
    case 'edit': {
      const { targetSeq } = change;
      return { $case: 'edit', value: { targetSeq, content: contentOf(change), revision: 0 } };
    }
    case 'react': {
      const { targetSeq, emoji, removed } = change;
      return { $case: 'reaction', value: { targetSeq, emoji, removed } };
    }
    case 'pin':
      return { $case: 'pin', value: { targetSeq: change.targetSeq, removed: change.removed } };
  }
}

function askFor(
  socket: BareDevice,
  ids: { readonly conversationId: string; readonly clientMsgId: string },
  change: MessageChange,
): Promise<{ readonly seq: number }> {
  const { recall, edit, deleteForAll, react, pin } = Messages.methods;
  const { conversationId: to } = ids;
  switch (change.kind) {
    case 'recall':
      return socket.call(Messages, recall, { ...ids, targetSeq: change.targetSeq }, to);
    case 'delete': {
      const request = { ...ids, targetSeqs: [...change.targetSeqs] };
      return socket.call(Messages, deleteForAll, request, to);
    }
    case 'edit': {
      const request = { ...ids, targetSeq: change.targetSeq, content: contentOf(change) };
      return socket.call(Messages, edit, request, to);
    }
    case 'react': {
      const { targetSeq, emoji, removed: remove } = change;
      return socket.call(Messages, react, { ...ids, targetSeq, emoji, remove }, to);
    }
    case 'pin': {
      const { targetSeq, removed: remove } = change;
      return socket.call(Messages, pin, { ...ids, targetSeq, remove }, to);
    }
  }
}

function askOwn(
  socket: BareDevice,
  ids: { readonly conversationId: string; readonly clientRequestId: string },
  change: OwnChange,
): Promise<{ readonly member?: MemberState | undefined }> {
  const { updateSettings, clearHistory } = Conversations.methods;
  const { conversationId } = ids;
  switch (change.kind) {
    case 'settings': {
      const request = UpdateSettingsRequest.create({ ...ids, ...change.settings });
      return socket.call(Conversations, updateSettings, request, conversationId);
    }
    case 'clear': {
      const request = { conversationId, throughSeq: change.throughSeq };
      return socket.call(Conversations, clearHistory, request, conversationId);
    }
    case 'hide': {
      const request = { conversationId, seqs: [...change.seqs] };
      return socket.call(Messages, Messages.methods.deleteForMe, request, conversationId);
    }
  }
}
