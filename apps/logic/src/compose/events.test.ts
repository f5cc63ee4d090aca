import { parseAppId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { expect, it } from 'vitest';
import { EVENT_STREAMS_MAX, EVENT_STREAMS_MAX_PER_APP, OpenStreams } from './events.js';

const many = Array.from({ length: EVENT_STREAMS_MAX }, (_, n) => parseAppId(`app-${n}`));

/** What an app gets that asks for as many as it may have. */
function open(streams: OpenStreams, app: (typeof many)[number]): number {
  for (let n = 0; n < EVENT_STREAMS_MAX_PER_APP; n += 1) {
    try {
      streams.enter(app);
    } catch {
      return n;
    }
  }
  return EVENT_STREAMS_MAX_PER_APP;
}

it('apps that take all streams that they may leave some for those that come with none', () => {
  const streams = new OpenStreams(new Registry());
  const given = many.slice(0, 30).map((app) => open(streams, app));
  expect(given[0]).toBe(EVENT_STREAMS_MAX_PER_APP);
  expect(Math.min(...given)).toBeGreaterThan(0);
});

it('a node has so many streams and no more, and those that end are free again', () => {
  const streams = new OpenStreams(new Registry());
  const leave = many.map((app) => streams.enter(app));
  const late = parseAppId('late');
  expect(() => streams.enter(late)).toThrow('too many streams at this server');
  leave[0]?.();
  streams.enter(late);
});
