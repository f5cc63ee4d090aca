import { describe, expect, it } from 'vitest';
import { parseConversationId } from './conversation-id.js';
import { memberView, type MemberRow, type VisibleHead } from './member-view.js';

const row: MemberRow = {
  conversationId: parseConversationId('g:x'),
  rev: 3,
  role: 'member',
  flags: 0,
  mutedUntilMs: 0,
  joinedSeq: 0,
  leftSeq: null,
  readSeq: 4,
  readOrdinal: 4,
  clearedSeq: 0,
  peerReadSeq: 0,
  peerDeliveredSeq: 0,
  mentionedSeq: 0,
  settings: {},
  hiddenSeqs: [],
};
const head: VisibleHead = { lastSeq: 10, lastOrdinal: 8, mentionAllSeq: 0 };
const view = (more: Partial<MemberRow>, seen: Partial<VisibleHead> = {}) =>
  memberView({ ...row, ...more }, { ...head, ...seen });

describe('what devices are told of a member', () => {
  it('has every setting, off unless set', () => {
    expect(view({})).toMatchObject({ unread: 4, leftSeq: undefined, hiddenThroughSeq: 0 });
    expect(view({}).settings).toEqual({
      pinned: false,
      muted: false,
      hidden: false,
      draft: '',
      remark: '',
      markedUnread: false,
    });
    const settings = { pinned: true, muted: true, draft: 'd', remark: 'r', markedUnread: true };
    expect(view({ settings }).settings).toEqual({ ...settings, hidden: false });
  });

  it('is hidden until the log is longer', () => {
    const settings = { hiddenAtSeq: 10 };
    expect(view({ settings })).toMatchObject({ hiddenThroughSeq: 10, settings: { hidden: true } });
    expect(view({ settings }, { lastSeq: 11 }).settings.hidden).toBe(false);
    // Hidden while nothing was ever said.
    expect(view({ settings: { hiddenAtSeq: 0 } }, { lastSeq: 0 }).settings.hidden).toBe(true);
  });

  it.each([
    ['by name', { mentionedSeq: 7 }, {}, 7],
    ['by all', {}, { mentionAllSeq: 9 }, 9],
    ['by both: the newer one', { mentionedSeq: 7 }, { mentionAllSeq: 6 }, 7],
    ['but read', { mentionedSeq: 4 }, { mentionAllSeq: 3 }, 0],
    ['before the join', { joinedSeq: 7, readSeq: 5, mentionedSeq: 7 }, {}, 0],
    ['before the clear', { clearedSeq: 7, mentionedSeq: 7 }, {}, 0],
    ['after the leave', { leftSeq: 6, mentionedSeq: 5 }, { lastSeq: 6, mentionAllSeq: 8 }, 5],
  ])('is mentioned %s', (_name, more, seen, expected) => {
    expect(view(more, seen).mentionedSeq).toBe(expected);
  });
});
