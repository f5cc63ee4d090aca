import { parseAppId, parseConversationId, type UserId } from '@queqiao/domain';
import { expect, it } from 'vitest';
import { DirectHeads } from './direct-heads.js';
import type { ConversationKey } from './ports.js';

function key(app: string, id: string): ConversationKey {
  return { appId: parseAppId(app), conversationId: parseConversationId(id) };
}

it('makes heads only where every user exists in that app, in one call', async () => {
  const users: Record<string, string[]> = { demo: ['alice', 'bob'], shop: ['alice'] };
  const made: ConversationKey[][] = [];
  const heads = new DirectHeads({
    users: {
      existing: async (appId, ids) =>
        new Set<UserId>(ids.filter((id) => users[appId]?.includes(id))),
    },
    inserts: {
      ensureDirect: async (keys) => {
        made.push([...keys]);
      },
    },
  });
  const wanted = [
    key('demo', 'd:alice:bob'),
    key('shop', 'd:alice:bob'),
    key('demo', 'd:alice:alice'),
    key('shop', 's:alice'),
    key('demo', 's:carol'),
    key('demo', 'g:lobby'),
  ];
  const answers = await heads.ensure(wanted);
  expect(answers.map((answer) => answer?.code ?? 'made')).toEqual([
    'made',
    'NOT_FOUND',
    'made',
    'made',
    'NOT_FOUND',
    'NOT_FOUND',
  ]);
  expect(made).toEqual([[wanted[0], wanted[2], wanted[3]]]);
});
