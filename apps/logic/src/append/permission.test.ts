import { DomainError, HEAD_FLAGS, MEMBER_FLAGS, parseConversationId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { judgeAppend } from './permission.js';
import type { AppendItem, HeadState, SenderMembership } from './ports.js';

const NOW = 1_000_000;
const conversationId = parseConversationId('g:team');
const alice = { sender: { kind: 'user', id: 'alice' }, conversationId } as const;
const system = { sender: { kind: 'system', id: '' }, conversationId } as const;
const member: SenderMembership = {
  role: 'member',
  joinedSeq: 0,
  leftSeq: null,
  flags: 0,
  clearedSeq: 0,
  mutedUntilMs: 0,
};
const head: HeadState = { lastSeq: 9, flags: 0, nowMs: NOW };
const takesBack = {
  ...alice,
  change: { kind: 'recall', targetSeqs: [5], windowMs: 0 },
} as const satisfies Partial<AppendItem>;
const codeOf = (...args: Parameters<typeof judgeAppend>): string =>
  judgeAppend(...args)?.code ?? 'ok';

describe('who may append', () => {
  it('lets members in', () => {
    expect(judgeAppend(alice, member, head)).toBeNull();
  });

  it('gives the refusal that an entry brings along, whoever sends it', () => {
    const refusal = new DomainError('APP_SUSPENDED', 'the app is suspended');
    expect(judgeAppend({ ...alice, refusal }, member, head)).toBe(refusal);
    expect(judgeAppend({ ...alice, refusal }, null, head)).toBe(refusal);
    expect(judgeAppend({ ...system, refusal }, null, head)).toBe(refusal);
  });

  it('refuses an id that was used for something else, by the name that the caller has for it', () => {
    const refusal = new DomainError('APP_SUSPENDED', 'the app is suspended');
    for (const idField of [undefined, 'client_request_id'] as const) {
      const error = judgeAppend({ ...alice, refusal, idField }, null, head, undefined, true);
      expect([error?.code, error?.field]).toEqual(['ALREADY_EXISTS', idField ?? 'client_msg_id']);
    }
  });

  it('hides a conversation from those who were never in it', () => {
    expect(codeOf(alice, null, head)).toBe('NOT_FOUND');
  });

  it('refuses former and muted members, each with its own code', () => {
    expect(codeOf(alice, { ...member, leftSeq: 4 }, head)).toBe('NOT_A_MEMBER');
    expect(codeOf(alice, { ...member, leftSeq: 0 }, head)).toBe('NOT_A_MEMBER');
    expect(codeOf(alice, { ...member, mutedUntilMs: NOW + 1 }, head)).toBe('MUTED');
    expect(codeOf(alice, { ...member, mutedUntilMs: NOW }, head)).toBe('ok');
    expect(codeOf(takesBack, { ...member, mutedUntilMs: NOW + 1 }, head)).toBe('ok');
  });

  it('hears only owner and admins when all are muted', () => {
    const quiet = { ...head, flags: HEAD_FLAGS.allMuted };
    expect(codeOf(alice, member, quiet)).toBe('MUTED');
    expect(codeOf(takesBack, member, quiet)).toBe('ok');
    expect(codeOf(alice, { ...member, role: 'admin' }, quiet)).toBe('ok');
    expect(codeOf(alice, { ...member, role: 'owner' }, quiet)).toBe('ok');
    expect(codeOf(system, null, quiet)).toBe('ok');
  });

  it('takes nothing more for a group that has ended, from nobody', () => {
    const ended = { ...head, flags: HEAD_FLAGS.dissolved };
    expect(codeOf(alice, { ...member, role: 'owner' }, ended)).toBe('DISSOLVED');
    expect(codeOf(system, null, ended)).toBe('DISSOLVED');
    expect(codeOf(takesBack, member, ended)).toBe('ok');
    expect(codeOf(alice, null, ended)).toBe('NOT_FOUND');
  });

  it('lets the system and the business write without a membership', () => {
    const shop = { sender: { kind: 'business', id: 'shop' }, conversationId } as const;
    expect(judgeAppend(system, null, head)).toBeNull();
    expect(judgeAppend(shop, null, head)).toBeNull();
  });
});

it('takes nothing more for a chat of a user who was erased, but what takes away', () => {
  const closed = { ...head, flags: HEAD_FLAGS.closed };
  const chat = { conversationId: parseConversationId('d:alice:bob') };
  const notes = { conversationId: parseConversationId('d:alice:alice') };
  expect(codeOf({ ...system, ...chat }, null, closed)).toBe('NOT_FOUND');
  expect(codeOf({ ...alice, ...notes }, member, closed)).toBe('NOT_FOUND');
  const blocked = { ...member, flags: MEMBER_FLAGS.blockedByPeer };
  expect(codeOf({ ...alice, ...chat }, blocked, closed)).toBe('NOT_FOUND');
  const change = { kind: 'recall', targetSeqs: [5], windowMs: 0 } as const;
  expect(codeOf({ ...system, ...chat, change }, null, closed)).toBe('ok');
});

describe('who may talk directly', () => {
  const chat = { ...alice, conversationId: parseConversationId('d:alice:bob') };
  const { blockedByPeer, friends, allowed } = MEMBER_FLAGS;

  it.each([
    ['open', 0, 'ok'],
    ['open', blockedByPeer, 'BLOCKED'],
    ['friends', 0, 'NOT_A_FRIEND'],
    ['friends', friends, 'ok'],
    ['friends', allowed, 'ok'],
    ['friends', friends | blockedByPeer, 'BLOCKED'],
    ['business', friends, 'NOT_A_FRIEND'],
    ['business', allowed, 'ok'],
    ['business', allowed | blockedByPeer, 'BLOCKED'],
  ] as const)('where the rule is %s, with flags %i: %s', (directRule, flags, code) => {
    expect(codeOf({ ...chat, directRule }, { ...member, flags }, head)).toBe(code);
  });

  it('lets nobody keep own messages from being taken back', () => {
    const { change } = takesBack;
    const blocked = { ...member, flags: blockedByPeer };
    expect(codeOf({ ...chat, change, directRule: 'friends' }, blocked, head)).toBe('ok');
  });

  it('asks nothing of notes to self and of the app', () => {
    const notes = { ...chat, conversationId: parseConversationId('d:alice:alice') };
    expect(codeOf({ ...notes, directRule: 'friends' }, member, head)).toBe('ok');
    const shop = { ...chat, sender: { kind: 'business', id: 'shop' } } as const;
    expect(codeOf({ ...shop, directRule: 'friends' }, null, head)).toBe('ok');
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
