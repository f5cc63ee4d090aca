import { describe, expect, it } from 'vitest';
import {
  describeConversation,
  directConversationId,
  groupConversationId,
  parseConversationId,
  selfConversationId,
} from './conversation-id.js';
import { DomainError } from './domain-error.js';
import { parseGroupId, parseUserId } from './ids.js';

const alice = parseUserId('alice');
const bob = parseUserId('bob');

describe('conversation ids', () => {
  it('names a direct chat the same from both sides', () => {
    expect(directConversationId(alice, bob)).toBe('d:alice:bob');
    expect(directConversationId(bob, alice)).toBe('d:alice:bob');
  });

  it('sorts by byte, so capitals come before small letters and "_" between them', () => {
    expect(directConversationId(parseUserId('a'), parseUserId('Z'))).toBe('d:Z:a');
    expect(directConversationId(parseUserId('a'), parseUserId('_'))).toBe('d:_:a');
  });

  it('knows notes to self, groups and self feeds', () => {
    expect(describeConversation(directConversationId(alice, alice))).toEqual({
      kind: 'direct',
      a: 'alice',
      b: 'alice',
    });
    expect(describeConversation(groupConversationId(parseGroupId('lobby')))).toEqual({
      kind: 'group',
      group: 'lobby',
    });
    expect(describeConversation(selfConversationId(alice))).toEqual({
      kind: 'self',
      user: 'alice',
    });
  });

  it.each([
    'd:bob:alice',
    'd:alice',
    'd:alice:',
    'd::bob',
    'd:a:b:c',
    'g:',
    'g:a:b',
    's:',
    'x:alice',
    '',
    ':',
    'g:a b',
    'g:ä',
    `g:${'a'.repeat(65)}`,
    'd:alice:bob\n',
    'G:lobby',
  ])('refuses %j and names the field', (value) => {
    expect(describeConversation(value)).toBeUndefined();
    try {
      parseConversationId(value);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DomainError);
      expect((error as DomainError).code).toBe('INVALID_ARGUMENT');
      expect((error as DomainError).field).toBe('conversation_id');
    }
  });
});
