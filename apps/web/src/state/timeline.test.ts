import { expect, it } from 'vitest';
import type { Line, LineBody, Outgoing } from './chat-state.js';
import { timeline } from './timeline.js';

const MINUTE_MS = 60_000;

function line(seq: number, senderId: string | undefined, createdMs: number, body?: LineBody): Line {
  return {
    seq,
    senderId,
    clientMsgId: `m${seq}`,
    createdMs,
    body: body ?? { kind: 'text', text: `t${seq}` },
  };
}

const draw = (lines: Line[], outgoing: Outgoing[] = []) =>
  timeline({ meId: 'alice', lines, outgoing, dayOf: (ms) => String(ms >= 100 * MINUTE_MS) });

it('draws a day above its first line, also when only a message on its way is from it', () => {
  const late = { conversationId: 'g:x', clientMsgId: 'o1', text: 'x', createdMs: 100 * MINUTE_MS };
  const items = draw(
    [line(1, 'bob', 0), line(2, 'bob', 1)],
    [{ ...late, status: 'pending', problem: '' }],
  );
  expect(items.map(({ kind }) => kind)).toEqual(['day', 'bubble', 'bubble', 'day', 'bubble']);
});

it('joins what one sender says in a row', () => {
  const items = draw([
    line(1, 'bob', 0),
    line(2, 'bob', MINUTE_MS),
    line(3, 'bob', 20 * MINUTE_MS),
    line(4, 'alice', 20 * MINUTE_MS),
  ]);
  const blocks = items.flatMap((item) =>
    item.kind === 'bubble' ? [[item.startsBlock, item.endsBlock, item.mine]] : [],
  );
  expect(blocks).toEqual([
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [true, true, true],
  ]);
});

it('keeps the key of an own message when it lands in the log', () => {
  const message = { conversationId: 'g:x', clientMsgId: 'm1', text: 't1', createdMs: 0 };
  const before = draw([], [{ ...message, status: 'pending', problem: '' }]);
  const after = draw([line(1, 'alice', 0)]);
  expect(after[1]).toMatchObject({ key: before[1]?.key, status: 'sent' });
});

it('shows what the system says in a direct chat as said by the other side, and elsewhere as a notice', () => {
  const said = [line(1, undefined, 0), line(2, undefined, 0, { kind: 'became-friends' })];
  const direct = timeline({
    meId: 'alice',
    peerId: 'news',
    lines: said,
    outgoing: [],
    dayOf: String,
  });
  expect(direct[1]).toMatchObject({ kind: 'bubble', senderId: 'news', mine: false, text: 't1' });
  expect(direct[2]).toMatchObject({ kind: 'notice' });
  expect(draw(said).map(({ kind }) => kind)).toEqual(['day', 'notice', 'notice']);
});

it('shows events as notices and unknown content as such', () => {
  const created: LineBody = { kind: 'group-created', name: 'L', creatorId: 'bob', memberIds: [] };
  const items = draw([
    line(1, 'bob', 0, created),
    line(2, undefined, 0),
    line(3, 'bob', 0, { kind: 'unknown' }),
    line(4, 'bob', 0, { kind: 'became-friends' }),
    line(5, 'bob', 0, { kind: 'group', notice: { what: 'dissolved' } }),
    line(6, 'bob', 0, { kind: 'taken-back' }),
  ]);
  const kinds = items.map(({ kind }) => kind);
  expect(kinds).toEqual(['day', 'notice', 'notice', 'bubble', 'notice', 'notice', 'notice']);
  expect(items[3]).toMatchObject({ text: undefined });
});
