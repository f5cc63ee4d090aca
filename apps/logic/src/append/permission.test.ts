import { DomainError, parseConversationId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { judgeAppend, MEMBER_FLAGS } from './permission.js';
import type { SenderMembership } from './ports.js';

const conversationId = parseConversationId('g:team');
const alice = { sender: { kind: 'user', id: 'alice' }, conversationId } as const;
const member: SenderMembership = {
  role: 'member',
  joinedSeq: 0,
  leftSeq: null,
  flags: 0,
  clearedSeq: 0,
};
const head = { lastSeq: 9 };
const { muted } = MEMBER_FLAGS;

describe('who may append', () => {
  it('lets members in', () => {
    expect(judgeAppend(alice, member, head)).toBeNull();
  });

  it('gives the refusal that an entry brings along, whoever sends it', () => {
    const refusal = new DomainError('APP_SUSPENDED', 'the app is suspended');
    expect(judgeAppend({ ...alice, refusal }, member, head)).toBe(refusal);
    expect(judgeAppend({ ...alice, refusal }, null, head)).toBe(refusal);
    expect(judgeAppend({ ...alice, sender: { kind: 'system', id: '' }, refusal }, null, head)).toBe(
      refusal,
    );
  });

  it('hides a conversation from those who were never in it', () => {
    expect(judgeAppend(alice, null, head)?.code).toBe('NOT_FOUND');
  });

  it('refuses former and muted members, each with its own code', () => {
    expect(judgeAppend(alice, { ...member, leftSeq: 4 }, head)?.code).toBe('NOT_A_MEMBER');
    expect(judgeAppend(alice, { ...member, leftSeq: 0 }, head)?.code).toBe('NOT_A_MEMBER');
    expect(judgeAppend(alice, { ...member, flags: muted }, head)?.code).toBe('MUTED');
    expect(judgeAppend(alice, { ...member, flags: 8 }, head)).toBeNull();
  });

  it('lets the system and the business write without a membership', () => {
    const system = { sender: { kind: 'system', id: '' }, conversationId } as const;
    const shop = { sender: { kind: 'business', id: 'shop' }, conversationId } as const;
    expect(judgeAppend(system, null, head)).toBeNull();
    expect(judgeAppend(shop, null, head)).toBeNull();
  });
});

describe('what may be answered', () => {
  const newcomer = { ...member, joinedSeq: 4 };
  const cleaner = { ...member, clearedSeq: 6 };

  it.each([
    [1, member, null],
    [9, member, null],
    [10, member, 'NOT_FOUND'],
    [4, newcomer, 'NOT_FOUND'],
    [5, newcomer, null],
    [6, cleaner, 'NOT_FOUND'],
    [7, cleaner, null],
    [6, { ...newcomer, clearedSeq: 2 }, null],
  ])('entry %i by one who joined after %o: %s', (replyToSeq, asker, code) => {
    const verdict = judgeAppend({ ...alice, replyToSeq }, asker, head);
    expect(verdict?.code ?? null).toBe(code);
    if (code) expect(verdict?.field).toBe('content.reply_to.seq');
  });
});
