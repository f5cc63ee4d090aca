import { Conversation, Entry } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { ConversationState } from '../../src/replica/conversation.js';
import { ROOM, room } from '../rig/scene.js';

const LIMITS = { maxHeldEntries: 10, maxKeptEntries: 10 };

function renamed(seq: number, name: string | undefined): Entry {
  const body = { $case: 'groupUpdated' as const, value: { name } };
  return Entry.create({ conversationId: ROOM, seq, content: { body } as Entry['content'] });
}

function described(name: string, lastSeq: number): Conversation {
  return Conversation.create({ conversationId: ROOM, name, lastSeq });
}

describe('the name of a group', () => {
  it('is the new one with the entry that says so, without a sync', async () => {
    const scene = room();
    const { client } = await scene.online('alice');
    const names: string[] = [];
    client.on('conversation', ({ name }) => names.push(name));
    const before = scene.server.calls.length;
    scene.server.change(ROOM, 'bob', { $case: 'groupUpdated', value: { name: 'Bridge' } });
    await scene.settle();
    expect(client.conversation(ROOM)?.name).toBe('Bridge');
    expect(names).toEqual(['Bridge']);
    scene.server.change(ROOM, 'bob', { $case: 'groupUpdated', value: { introduction: 'Hello' } });
    await scene.settle();
    expect(client.conversation(ROOM)?.name).toBe('Bridge');
    const methods = scene.server.calls.slice(before).map(({ method }) => method);
    expect(methods).not.toContain('SyncConversations');
  });

  it('is not taken back by what is older: an entry below a sync answer, an answer below an entry', () => {
    const state = new ConversationState(ROOM, LIMITS);
    const name = (): string => state.view('alice', []).name;
    state.log.anchor(0);
    state.describe(described('Newest', 2), false);
    state.log.offer(renamed(1, 'Older'), 'pull');
    state.surface('alice');
    expect(name()).toBe('Newest');
    state.log.offer(renamed(2, 'Newest'), 'pull');
    state.log.offer(renamed(3, 'Newer still'), 'push');
    state.surface('alice');
    state.describe(described('Newest', 2), false);
    expect(name()).toBe('Newer still');
    state.describe(described('The latest', 4), false);
    expect(name()).toBe('The latest');
  });

  it('goes on from where a stored one was left', () => {
    const state = new ConversationState(ROOM, LIMITS);
    state.log.anchor(0);
    state.describe(described('Stored', 0), false);
    const again = new ConversationState(ROOM, LIMITS);
    again.restore(state.record(), []);
    expect(again.view('alice', []).name).toBe('Stored');
    again.log.offer(renamed(1, 'Since'), 'pull');
    again.surface('alice');
    expect(again.view('alice', []).name).toBe('Since');
  });
});
