import { content } from './content-fields.js';
import {
  also,
  bad,
  conversation,
  free,
  id,
  ID_OF_NOBODY,
  list,
  message,
  missing,
  not,
  seq,
  type FieldRule,
  type MethodRow,
} from './field-rules.js';

const OLD = {
  sender: { kind: 'KIND_USER', id: 'alice' },
  client_msg_id: 'old-1',
  created_ms: 1_000,
  content: { text: { text: 'hello' } },
};

/** Alone in its batch: what stands before one that the log refuses is stored. */
function alone(rule: FieldRule): FieldRule {
  const all = rule.bad.map((each) => ({
    ...each,
    value: [each.value ?? {}],
    at: `[0]${each.at}`,
  }));
  return { ...rule, bad: all };
}

const importedMessage = message(OLD, {
  sender: also(
    message(OLD.sender, { kind: not('KIND_UNSPECIFIED', 99), id: also(id, missing('nobody')) }),
    bad(undefined, { at: '.kind' }),
    bad({ kind: 'KIND_SYSTEM', id: 'x' }, { at: '.id' }),
  ),
  client_msg_id: id,
  created_ms: also(not(0, -1), bad(9e15)),
  content: content(
    bad({ command: { name: 'x' } }),
    bad({ text: { text: 'x' }, mentions: { all: true } }, { at: '.mentions' }),
  ),
});

const anyConversation = also(conversation, missing('g:nosuch'), missing('d:alice:nobody'));

/** What back ends do with conversations and their messages. */
export const appMessages: Record<string, MethodRow> = {
  'MessageService/ListMessages': {
    request: { conversation_id: 'g:team' },
    fields: {
      conversation_id: anyConversation,
      from_seq: not(-1, -(2 ** 31)),
      newest_first: free,
      page_token: not('x'),
      limit: not(501, -1),
    },
  },
  'ImportService/ImportMessages': {
    request: { conversation_id: 'g:team', messages: [OLD] },
    fields: {
      conversation_id: also(
        conversation,
        missing('g:nosuch'),
        bad('d:bob:carol', { named: 'messages[0].sender.id' }),
        missing('d:alice:nobody'),
      ),
      messages: also(
        alone(importedMessage),
        bad([]),
        bad(Array.from({ length: 201 }, () => OLD)),
        bad([OLD, { ...OLD, created_ms: 999 }], { at: '[1].created_ms' }),
      ),
      emit_events: free,
    },
  },
  'ConversationService/GetConversation': {
    request: { conversation_id: 'g:team' },
    fields: { conversation_id: anyConversation },
  },
  'ConversationService/ListConversations': {
    request: { user_id: 'alice' },
    fields: {
      user_id: also(id, missing('nobody')),
      page_token: not('x'),
      limit: not(201, -1),
    },
  },
  'ConversationService/ListReadStates': {
    request: { conversation_id: 'g:team' },
    fields: {
      conversation_id: anyConversation,
      page_token: not('x', ID_OF_NOBODY),
      limit: not(201, -1),
    },
  },
  'ConversationService/ListReaders': {
    request: { conversation_id: 'g:team', seq: 2 },
    fields: {
      conversation_id: anyConversation,
      seq: also(seq, missing(99_999)),
      unread: free,
      page_token: not('a:b'),
      limit: not(201, -1),
    },
  },
  'MessageService/RecallMessage': {
    request: { client_request_id: 'a1', conversation_id: 'g:team', target_seq: 5 },
    fields: {
      client_request_id: id,
      conversation_id: anyConversation,
      target_seq: also(seq, missing(99_999), missing(1)),
    },
  },
  'MessageService/DeleteMessages': {
    request: { client_request_id: 'a2', conversation_id: 'g:team', target_seqs: [6] },
    fields: {
      client_request_id: id,
      conversation_id: anyConversation,
      target_seqs: also(
        list(seq, { good: 6, min: 1, max: 100 }),
        missing([6, 99_999]),
        missing([1]),
      ),
    },
  },
};
