import { parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { EventReader } from './event-reader.js';
import { EventWindow } from './event-window.js';
import { WEBHOOK_CONTENT_MAX_AGE_MS, WEBHOOK_MAX_SCAN } from './limits.js';
import type { SeqRange, WebhookEntry } from './ports.js';
import { webhookMetrics } from './webhook-metrics.js';

const conversationId = parseConversationId('d:ann:bob');
const begin = { position: 0, seq: null };

function entry(seq: number, text: string): WebhookEntry {
  const sender = { kind: 'user', id: 'ann' } as const;
  const rest = {
    clientMsgId: '',
    kind: 'text',
    revision: 0,
    state: 'present',
    createdMs: 1,
  } as const;
  return { conversationId, seq, ordinal: seq, sender, ...rest, content: Buffer.from(text) };
}

/** A window with entries 1, 2 … that were read at once, and what the database has of them now. */
function readAhead(...texts: string[]) {
  const clock = new FakeClock();
  const asked: { readonly range: SeqRange; readonly types: readonly string[] }[] = [];
  const now = new Map(texts.map((text, index) => [index + 1, text]));
  const firstEntry = (_app: unknown, _chat: unknown, range: SeqRange, types: readonly string[]) => {
    asked.push({ range, types });
    const text = now.get(range.fromSeq);
    return Promise.resolve(text === undefined ? null : entry(range.fromSeq, text));
  };
  const rows = { firstEntry, held: () => Promise.reject(), save: () => Promise.reject() };
  const metrics = webhookMetrics(new Registry());
  const reader = new EventReader({ clock, metrics, rows }, parseAppId('demo'));
  const window = new EventWindow(begin);
  const events = texts.map((text, index) => {
    return { place: { position: index + 1, seq: null }, entry: entry(index + 1, text) };
  });
  const place = events.at(-1)?.place ?? begin;
  window.add({ events, place, readMs: clock.monotonic() }, () => false);
  const next = () => {
    const item = window.take();
    if (item === undefined) throw new Error('nothing may be taken');
    return { kind: 'fresh', item } as const;
  };
  const textOf = async (task: Parameters<EventReader['find']>[0], types: string[] = []) => {
    const found = await reader.find(task, window, types);
    return found.entry && Buffer.from(found.entry.content).toString();
  };
  return { clock, reader, window, next, textOf, asked, now };
}

describe('what was read ahead', () => {
  it('is sent while it is young', async () => {
    const { clock, next, textOf, asked, now } = readAhead('hello');
    now.set(1, '');
    clock.advance(WEBHOOK_CONTENT_MAX_AGE_MS);
    expect(await textOf(next())).toBe('hello');
    expect(asked).toEqual([]);
  });

  it('is read again when it is not, and is nothing when it is gone', async () => {
    const { clock, window, next, textOf, now } = readAhead('hello', 'there');
    now.set(1, 'taken back');
    now.delete(2);
    clock.advance(WEBHOOK_CONTENT_MAX_AGE_MS + 1);
    const first = next();
    expect(await textOf(first)).toBe('taken back');
    window.done(first.item);
    expect(await textOf(next())).toBeNull();
  });

  it('is read again for another attempt', async () => {
    const { window, next, textOf, now } = readAhead('hello');
    const task = next();
    expect(await textOf(task)).toBe('hello');
    now.set(1, 'taken back');
    window.putBack(task.item);
    expect(await textOf(next())).toBe('taken back');
  });

  it('is kept no longer than it may be sent, and counts for as long', async () => {
    const { clock, reader, window, next } = readAhead('hello', 'there');
    expect(window.bytes).toBe(10);
    clock.advance(WEBHOOK_CONTENT_MAX_AGE_MS);
    window.forget(reader.sinceMs);
    expect(window.bytes).toBe(10);
    const task = next();
    const { entry: taken } = await reader.find(task, window, []);
    expect([window.bytes, reader.bytes]).toEqual([5, 0]);
    await reader.holding(taken ?? entry(9, ''), async () => {
      expect(reader.bytes).toBe(5);
      return Promise.resolve();
    });
    expect(reader.bytes).toBe(0);
    clock.advance(1);
    window.forget(reader.sinceMs);
    expect(window.bytes).toBe(0);
    window.done(task.item);
    expect(window.bytes).toBe(0);
    expect(window.size).toBe(1);
  });
});

it('what waits is looked for among its types, so many entries at a time', async () => {
  const { textOf, asked } = readAhead();
  const range = { firstSeq: 1, nextSeq: 3, lastSeq: 5_000 };
  const rest = { attempts: 0, firstAttemptMs: 0, dueMs: 0, lastError: '', eventId: '' };
  const wait = { conversationId, ...range, ...rest };
  expect(await textOf({ kind: 'waiting', wait }, ['recall'])).toBeNull();
  const first = { fromSeq: 3, toSeq: 2 + WEBHOOK_MAX_SCAN };
  expect(asked).toEqual([{ range: first, types: ['recall'] }]);
});
