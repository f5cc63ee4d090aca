import {
  also,
  conversation,
  free,
  id,
  ID_OF_NOBODY,
  list,
  missing,
  not,
  seq,
  type MethodRow,
} from './field-rules.js';

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
