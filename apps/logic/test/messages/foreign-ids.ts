import type { JsonObject } from '../rig/any-door.js';
import { newId } from '../rig/api-rig.js';
import type { Requests, Row } from '../api/tenancy-rows.js';

/** How rows of the table are made, see there. */
export interface RowMakers {
  readonly on: (more?: JsonObject) => Row;
  readonly inEach: (request: (conversationId: string) => JsonObject) => Requests;
  readonly named: (request: (content: JsonObject) => JsonObject) => Row;
}

/** Calls of the app's back end on conversations, of which it may name every one of its own. */
export function appMessageRows({ on, inEach, named }: RowMakers): Record<string, Row> {
  const asked = (more: JsonObject): JsonObject => ({ client_request_id: newId(), ...more });
  const old = (id: string, content: JsonObject = { text: { text: 'hello' } }): JsonObject => ({
    sender: { kind: 'KIND_USER', id },
    client_msg_id: newId(),
    created_ms: '1',
    content,
  });
  const system = { sender: { kind: 'KIND_SYSTEM' } };
  return {
    'server.v1.MessageService/ListMessages': on(),
    'server.v1.MessageService/RecallMessage': {
      conversation_id: inEach((conversation_id) => asked({ conversation_id, target_seq: 1 })),
    },
    'server.v1.MessageService/DeleteMessages': {
      conversation_id: inEach((conversation_id) => asked({ conversation_id, target_seqs: [1] })),
    },
    'server.v1.ConversationService/GetConversation': on(),
    'server.v1.ConversationService/ListConversations': {
      user_id: ({ user }) => [{ user_id: user }],
    },
    'server.v1.ConversationService/ListReadStates': on(),
    'server.v1.ConversationService/ListReaders': on({ seq: 1 }),
    'server.v1.ImportService/ImportMessages': {
      ...named((content) => ({
        conversation_id: 'd:alice:alice',
        messages: [old('alice', content)],
      })),
      'messages.sender.id': ({ user }) => [
        { conversation_id: 'g:own', messages: [old(user)] },
        { conversation_id: `d:alice:${user}`, messages: [old(user)] },
      ],
      conversation_id: inEach((conversation_id) => ({
        conversation_id,
        messages: [{ ...old(''), ...system }],
      })),
    },
  };
}
