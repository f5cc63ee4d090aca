import type { Rows } from './scene.js';

export const conversationRows: Rows = {
  SyncConversations: () => ({
    good: { limit: 10 },
    refused: [
      ['INVALID_ARGUMENT limit', { limit: -1 }],
      ['INVALID_ARGUMENT cursor', { cursor: 'AAAA' }],
    ],
  }),
  PullEntries: ({ team }) => {
    const good = { conversation_id: `g:${team}`, from_seq: 2, limit: 2 };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT limit', { ...good, limit: -1 }],
        ['INVALID_ARGUMENT conversation_id', { ...good, conversation_id: 'nowhere' }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
  CatchUp: ({ team, chat }) => ({
    good: { ranges: [`g:${team}`, chat, 'g:nowhere'].map((each) => ({ conversation_id: each })) },
    refused: [['INVALID_ARGUMENT ranges[0].conversation_id', { ranges: [{}] }]],
  }),
  MarkRead: ({ chat }) => {
    const good = { conversation_id: chat, seq: 1 };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT seq', { ...good, seq: 99 }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
  UpdateSettings: (scene) => {
    const words = { draft: scene.words('draft'), remark: scene.words('remark') };
    const good = { conversation_id: scene.chat, pinned: true, ...words };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT remark', { ...good, remark: 'x'.repeat(1_001) }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
  ClearHistory: ({ chat }) => {
    const good = { conversation_id: chat, through_seq: 1 };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT through_seq', { ...good, through_seq: 99 }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
  ListReaders: async (scene) => {
    const conversation_id = `g:${scene.team}`;
    await scene.as(scene.ben, 'ConversationService/MarkRead', { conversation_id, seq: 3 });
    const good = { conversation_id, seq: 2 };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT limit', { ...good, limit: -1 }],
        ['NOT_FOUND seq', { ...good, seq: 99 }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
};
