import { parseAppId, parseConversationId } from '@queqiao/domain';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import type { Apps } from '../app/ports.js';
import type { StreamContext } from '../caller.js';
import type { EventPlace } from './ports.js';
import {
  EVENTS_CONTENT_MAX_AGE_MS,
  EVENTS_MAX_BYTES,
  SubscribeEvents,
  type EventBatch,
} from './subscribe-events.js';

const appId = parseAppId('demo');
const conversationId = parseConversationId('d:ann:bob');

/** A log of contents so large that each is an answer of its own. */
function subscribed(length: number) {
  const log = Array.from({ length }, () => Buffer.alloc(EVENTS_MAX_BYTES));
  const clock = new FakeClock();
  const entry = (content: Uint8Array, seq: number) => {
    const sender = { kind: 'user', id: 'ann' } as const;
    const named = { conversationId, seq, ordinal: seq, sender, clientMsgId: '', kind: 'text' };
    return { ...named, revision: 0, state: 'present', createdMs: 1, content } as const;
  };
  const read = (_app: unknown, { position }: EventPlace) => {
    const events = log.slice(position).map((content, index) => {
      const seq = position + index + 1;
      return { place: { position: seq, seq: null }, entry: entry(content, seq) };
    });
    return Promise.resolve({ events, place: { position: log.length, seq: null } });
  };
  const begin = () => Promise.resolve({ position: 0, seq: null });
  const app = { status: 'active', settings: { events: true } };
  const use = new SubscribeEvents({
    apps: { app: () => Promise.resolve(app) } as unknown as Apps,
    events: { newest: begin, oldest: begin, read },
    epoch: { logEpoch: () => Promise.resolve(1) },
    bell: { listen: () => ({ wait: () => Promise.resolve(), close: () => undefined }) },
    streams: { enter: () => () => undefined, sent: () => undefined },
    clock,
  });
  const context = { appId, signal: new AbortController().signal } as StreamContext;
  return { log, clock, stream: use.run(context, { cursor: '', fromOldest: true }) };
}

async function next(stream: AsyncGenerator<EventBatch, void>): Promise<[number, number][]> {
  const { value } = await stream.next();
  if (value === undefined) throw new Error('the stream has ended');
  return value.events.map(({ entry: { seq, content } }) => [seq, content.byteLength]);
}

it('what was taken back while a reader was slow is gone from what it reads next, and nothing is left out', async () => {
  const { log, clock, stream } = subscribed(4);
  expect(await next(stream)).toEqual([[1, EVENTS_MAX_BYTES]]);
  log[1] = Buffer.alloc(0);
  log[3] = Buffer.alloc(0);
  clock.advance(EVENTS_CONTENT_MAX_AGE_MS);
  // As it was: it is not old.
  expect(await next(stream)).toEqual([[2, EVENTS_MAX_BYTES]]);
  clock.advance(1);
  expect(await next(stream)).toEqual([
    [3, EVENTS_MAX_BYTES],
    [4, 0],
  ]);
});
