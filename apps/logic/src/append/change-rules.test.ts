import {
  DomainError,
  MAX_EDITS,
  MAX_PINS,
  MAX_REACTIONS_PER_USER,
  parseConversationId,
  type ChangeFacts,
  type EntryChange,
  type EntryState,
  type TargetFacts,
} from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { judgeAppend } from './permission.js';
import type { SenderMembership } from './ports.js';

const NOW = 1_000_000;
const WINDOW = 120_000;
const content = new Uint8Array(0);
const entryContent = () => content;

const CHANGES = {
  recall: { kind: 'recall', targetSeqs: [5], windowMs: WINDOW },
  edit: {
    kind: 'edit',
    targetSeqs: [5],
    windowMs: WINDOW,
    contentKind: 'text',
    content,
    entryContent,
    isOfTarget: () => true,
  },
  delete: { kind: 'delete', targetSeqs: [5] },
  react: { kind: 'react', targetSeqs: [5], emoji: '👍', removed: false },
  pin: { kind: 'pin', targetSeqs: [5], removed: false },
} as const satisfies Record<EntryChange['kind'], EntryChange>;

interface Case {
  change: EntryChange;
  where?: 'group' | 'direct';
  role?: SenderMembership['role'];
  own?: boolean;
  ageMs?: number;
  member?: Partial<SenderMembership>;
  target?: Partial<TargetFacts> | null;
  facts?: Partial<ChangeFacts>;
}

/** The code of the refusal; `ok` when there is none. */
function verdict(input: Case): string {
  const error = judge(input);
  return error?.code ?? 'ok';
}

function judge({ change, where = 'group', role = 'member', own = true, ...more }: Case) {
  const { ageMs = 0, member, target = {}, facts } = more;
  const stored: TargetFacts = {
    seq: 5,
    sender: { kind: 'user', id: own ? 'alice' : 'bob' },
    kind: 'text',
    state: 'present',
    revision: 0,
    createdMs: NOW - ageMs,
  };
  const conversationId = parseConversationId(where === 'group' ? 'g:team' : 'd:alice:bob');
  return judgeAppend(
    { sender: { kind: 'user', id: 'alice' }, conversationId, change },
    { role, joinedSeq: 0, leftSeq: null, flags: 0, clearedSeq: 0, mutedUntilMs: 0, ...member },
    { lastSeq: 9, flags: 0, nowMs: NOW },
    {
      nowMs: NOW,
      targets: [target && { ...stored, ...target }],
      ownReactions: new Set(),
      pinned: new Set(),
      ...facts,
    },
  );
}

const roles = ['member', 'admin', 'owner'] as const;
const kinds = Object.keys(CHANGES) as EntryChange['kind'][];

describe('every kind of change by every role, in time and too late, of own and others’ messages', () => {
  /** Own in time, own late, other's in time, other's late. */
  const GROUP: Record<EntryChange['kind'], Record<(typeof roles)[number], string>> = {
    recall: { member: 'ok no no no', admin: 'ok ok ok ok', owner: 'ok ok ok ok' },
    edit: { member: 'ok no no no', admin: 'ok no no no', owner: 'ok no no no' },
    delete: { member: 'ok ok no no', admin: 'ok ok ok ok', owner: 'ok ok ok ok' },
    react: { member: 'ok ok ok ok', admin: 'ok ok ok ok', owner: 'ok ok ok ok' },
    pin: { member: 'no no no no', admin: 'ok ok ok ok', owner: 'ok ok ok ok' },
  };
  const DIRECT: Record<EntryChange['kind'], string> = {
    recall: 'ok no no no',
    edit: 'ok no no no',
    delete: 'ok ok no no',
    react: 'ok ok ok ok',
    pin: 'ok ok ok ok',
  };
  const row = (base: Omit<Case, 'own' | 'ageMs'>): string =>
    [
      { own: true, ageMs: WINDOW },
      { own: true, ageMs: WINDOW + 1 },
      { own: false, ageMs: WINDOW },
      { own: false, ageMs: WINDOW + 1 },
    ]
      .map((more) => verdict({ ...base, ...more }))
      .map((code) => (code === 'PERMISSION_DENIED' ? 'no' : code))
      .join(' ');

  it.each(kinds.flatMap((kind) => roles.map((role) => [kind, role] as const)))(
    '%s by the %s of a group',
    (kind, role) => {
      expect(row({ change: CHANGES[kind], role })).toBe(GROUP[kind][role]);
    },
  );

  it.each(kinds)('%s in a direct chat', (kind) => {
    expect(row({ change: CHANGES[kind], where: 'direct' })).toBe(DIRECT[kind]);
  });
});

describe('whatever the kind', () => {
  const gone: EntryState[] = ['recalled', 'deleted'];
  const hidden: [string, Case['target']][] = [
    ['no entry at all', null],
    ...gone.map((state) => [`one that was ${state}`, { state }] as [string, Case['target']]),
    ...['recall', 'edit', 'delete', 'reaction', 'pin', 'groupCreated'].map(
      (kind) => [`a ${kind}`, { kind }] as [string, Case['target']],
    ),
  ];

  it.each(kinds.flatMap((kind) => hidden.map(([name, target]) => [kind, name, target] as const)))(
    '%s does not find %s',
    (kind, _name, target) => {
      const error = judge({ change: CHANGES[kind], target, role: 'owner' });
      expect(error).toBeInstanceOf(DomainError);
      expect(error?.code).toBe('NOT_FOUND');
      expect(error?.field).toBe(kind === 'delete' ? 'target_seqs' : 'target_seq');
    },
  );

  it.each(kinds)('%s does not find what was said before the join', (kind) => {
    const change = CHANGES[kind];
    expect(verdict({ change, role: 'owner', member: { joinedSeq: 5 } })).toBe('NOT_FOUND');
    expect(verdict({ change, role: 'owner', member: { joinedSeq: 4 } })).toBe('ok');
  });

  it.each(kinds)('%s is not for those who left', (kind) => {
    expect(verdict({ change: CHANGES[kind], role: 'owner', member: { leftSeq: 8 } })).toBe(
      'NOT_A_MEMBER',
    );
  });

  it.each(kinds)('%s by a muted member may only take away', (kind) => {
    const member = { mutedUntilMs: NOW + 1 };
    const takesAway = kind === 'recall' || kind === 'delete';
    expect(verdict({ change: CHANGES[kind], member })).toBe(takesAway ? 'ok' : 'MUTED');
  });
});

describe('limits', () => {
  it('an edit keeps the kind and ends at the highest revision', () => {
    const change = CHANGES.edit;
    expect(judge({ change, target: { kind: 'image' } })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'content',
    });
    expect(verdict({ change, target: { revision: MAX_EDITS - 1 } })).toBe('ok');
    expect(verdict({ change, target: { revision: MAX_EDITS } })).toBe('LIMIT_EXCEEDED');
  });

  it('a user has a bounded number of reactions on a message, and may always take one away', () => {
    const full = Array.from({ length: MAX_REACTIONS_PER_USER }, (_, n) => `e${n}`);
    const facts = { ownReactions: new Set(full) };
    const change = CHANGES.react;
    expect(verdict({ change, facts: { ownReactions: new Set(full.slice(1)) } })).toBe('ok');
    expect(verdict({ change, facts })).toBe('LIMIT_EXCEEDED');
    expect(verdict({ change: { ...change, emoji: 'e3' }, facts })).toBe('ok');
    expect(verdict({ change: { ...change, removed: true }, facts })).toBe('ok');
  });

  it('a conversation has a bounded number of pins', () => {
    const full = Array.from({ length: MAX_PINS }, (_, n) => n + 10);
    const base = { change: CHANGES.pin, role: 'admin' } as const;
    expect(verdict({ ...base, facts: { pinned: new Set(full) } })).toBe('LIMIT_EXCEEDED');
    expect(verdict({ ...base, facts: { pinned: new Set([...full.slice(1), 5]) } })).toBe('ok');
    const unpin = { ...CHANGES.pin, removed: true };
    expect(verdict({ ...base, change: unpin, facts: { pinned: new Set(full) } })).toBe('ok');
  });

  it('one bad target refuses a deletion as a whole', () => {
    const change = { kind: 'delete', targetSeqs: [4, 5] } as const;
    const own = { kind: 'text', state: 'present', revision: 0, createdMs: NOW } as const;
    const targets = [
      { ...own, seq: 4, sender: { kind: 'user', id: 'alice' } },
      { ...own, seq: 5, sender: { kind: 'user', id: 'bob' } },
    ] as const;
    expect(verdict({ change, facts: { targets } })).toBe('PERMISSION_DENIED');
    expect(verdict({ change, facts: { targets: [targets[0], null] } })).toBe('NOT_FOUND');
    expect(verdict({ change, role: 'admin', facts: { targets } })).toBe('ok');
  });

  it('back ends change whatever is there', () => {
    const targets = [
      {
        seq: 5,
        sender: { kind: 'user', id: 'bob' },
        kind: 'text',
        state: 'present',
        revision: 0,
        createdMs: 0,
      },
    ] as const;
    const facts = {
      nowMs: NOW,
      targets,
      ownReactions: new Set<string>(),
      pinned: new Set<number>(),
    };
    const conversationId = parseConversationId('g:team');
    const item = { sender: { kind: 'system', id: '' }, conversationId } as const;
    const judged = (change: EntryChange) =>
      judgeAppend({ ...item, change }, null, { lastSeq: 9, flags: 0, nowMs: NOW }, facts)?.code ??
      'ok';
    expect(judged(CHANGES.recall)).toBe('ok');
    expect(judged(CHANGES.pin)).toBe('ok');
    expect(judged(CHANGES.edit)).toBe('PERMISSION_DENIED');
  });
});
