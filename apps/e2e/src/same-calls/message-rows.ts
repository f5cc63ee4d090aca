import type { JsonObject } from '@queqiao/testkit';
import type { Calls, Rows, Scene } from './scene.js';

/** A change of amy's message at 2 in her team. */
function change(scene: Scene, more: JsonObject): Calls {
  const { team, cat } = scene;
  const good = { conversation_id: `g:${team}`, client_msg_id: 'changed', target_seq: 2, ...more };
  return {
    good,
    refused: [
      ['INVALID_ARGUMENT client_msg_id', { ...good, client_msg_id: 'a b' }],
      ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ['NOT_FOUND conversation_id', { ...good, conversation_id: `d:${scene.ben}:${cat}` }],
      ['NOT_FOUND target_seq', { ...good, client_msg_id: 'no-such', target_seq: 99 }],
    ],
  };
}

export const messageRows: Rows = {
  Send: (scene) => {
    const { chat, amy, ben, cat } = scene;
    const good = { conversation_id: chat, client_msg_id: 'sent', content: scene.text('hello') };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT client_msg_id', { ...good, client_msg_id: '' }],
        ['INVALID_ARGUMENT content', { ...good, content: {} }],
        ['INVALID_ARGUMENT content.text.text', { ...good, content: { text: { text: '' } } }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: `d:${amy}:nobody` }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: `d:${ben}:${cat}` }],
        ['PERMISSION_DENIED conversation_id', { ...good, conversation_id: `s:${amy}` }],
      ],
    };
  },
  Recall: (scene) => change(scene, {}),
  Edit: (scene) => change(scene, { content: scene.text('edited') }),
  DeleteForAll: ({ team }) => {
    const good = { conversation_id: `g:${team}`, client_msg_id: 'deleted', target_seqs: [3] };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT target_seqs', { ...good, target_seqs: [] }],
        ['NOT_FOUND target_seqs', { ...good, client_msg_id: 'no-such', target_seqs: [99] }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
  React: (scene) => change(scene, { emoji: '👍' }),
  Pin: (scene) => change(scene, {}),
  DeleteForMe: ({ team }) => {
    const good = { conversation_id: `g:${team}`, seqs: [3] };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT seqs', { ...good, seqs: [] }],
        ['INVALID_ARGUMENT seqs[0]', { ...good, seqs: [99] }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
      ],
    };
  },
  Signal: ({ chat, amy }) => {
    const good = { conversation_id: chat, name: 'typing' };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT name', { ...good, name: '' }],
        ['NOT_FOUND conversation_id', { ...good, conversation_id: 'g:nowhere' }],
        ['PERMISSION_DENIED conversation_id', { ...good, conversation_id: `s:${amy}` }],
      ],
    };
  },
};
