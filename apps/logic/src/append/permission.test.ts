import { DomainError } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { judgeAppend, MEMBER_FLAGS } from './permission.js';

const alice = { sender: { kind: 'user', id: 'alice' } } as const;
const member = { leftSeq: null, flags: 0 };

describe('who may append', () => {
  it('lets members in', () => {
    expect(judgeAppend(alice, member)).toBeNull();
  });

  it('gives the refusal that an entry brings along, whoever sends it', () => {
    const refusal = new DomainError('APP_SUSPENDED', 'the app is suspended');
    expect(judgeAppend({ ...alice, refusal }, member)).toBe(refusal);
    expect(judgeAppend({ ...alice, refusal }, null)).toBe(refusal);
    expect(judgeAppend({ sender: { kind: 'system', id: '' }, refusal }, null)).toBe(refusal);
  });

  it('hides a conversation from those who were never in it', () => {
    expect(judgeAppend(alice, null)?.code).toBe('NOT_FOUND');
  });

  it('refuses former and muted members, each with its own code', () => {
    expect(judgeAppend(alice, { ...member, leftSeq: 4 })?.code).toBe('NOT_A_MEMBER');
    expect(judgeAppend(alice, { ...member, leftSeq: 0 })?.code).toBe('NOT_A_MEMBER');
    expect(judgeAppend(alice, { ...member, flags: MEMBER_FLAGS.muted })?.code).toBe('MUTED');
    expect(judgeAppend(alice, { ...member, flags: 8 })).toBeNull();
  });

  it('lets the system and the business write without a membership', () => {
    expect(judgeAppend({ sender: { kind: 'system', id: '' } }, null)).toBeNull();
    expect(judgeAppend({ sender: { kind: 'business', id: 'shop' } }, null)).toBeNull();
  });
});
