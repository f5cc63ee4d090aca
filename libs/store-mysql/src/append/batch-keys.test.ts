import type { AppId, ConversationId } from '@queqiao/domain';
import { expect, it } from 'vitest';
import { headsInOrder, keyedItem } from './batch-keys.js';

it('heads are locked in the order of their keys, each once, however the batch came', () => {
  const places = ['b g:2', 'a g:3', 'b g:1', 'a g:3', 'a g:20', 'B g:9'];
  const items = places.map((place, at) => {
    const [appId = '', conversationId = ''] = place.split(' ');
    return keyedItem({
      appId: appId as AppId,
      conversationId: conversationId as ConversationId,
      sender: { kind: 'user', id: 'ann' },
      clientMsgId: `c${at}`,
      kind: 'text',
      content: new Uint8Array(),
      countable: true,
    });
  });
  const order = headsInOrder(items).map(
    ({ appId, conversationId }) => `${appId} ${conversationId}`,
  );
  // By byte, as the primary key compares: every node takes the locks that two batches share in one order.
  expect(order).toEqual(['B g:9', 'a g:20', 'a g:3', 'b g:1', 'b g:2']);
});
