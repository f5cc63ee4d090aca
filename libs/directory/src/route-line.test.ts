import { expect, it } from 'vitest';
import { encodeLine, parseLine, parseLines } from './route-line.js';

const ROUTE = {
  deviceId: 'phone',
  generation: 7,
  nodeId: 'c1',
  bootId: 'b1',
  platform: 'ios',
  session: 42,
  codec: 'json',
} as const;

it('writes and reads one line per device', () => {
  expect(encodeLine(ROUTE)).toBe('phone|7|c1:b1|ios|42|json');
  expect(parseLines('phone|7|c1:b1|ios|42|json\nweb|1|c2:b2|web|1|proto')).toEqual([
    ROUTE,
    {
      deviceId: 'web',
      generation: 1,
      nodeId: 'c2',
      bootId: 'b2',
      platform: 'web',
      session: 1,
      codec: 'proto',
    },
  ]);
});

it('reads lines of a later version that have more fields', () => {
  expect(parseLine('phone|7|c1:b1|ios|42|json|more|')).toEqual(ROUTE);
});

it('takes no session that gave way for a route', () => {
  expect(parseLines('phone|7|c1:b1|ios|42||json\nphone|8|c1:b1|ios|43|json')).toEqual([
    { ...ROUTE, generation: 8, session: 43 },
  ]);
});

it('answers nothing for no lines', () => {
  expect(parseLines(null)).toEqual([]);
  expect(parseLines('')).toEqual([]);
});

it.each(['x', 'a|b|c|d|e|proto', 'a|1|c1|ios|1|proto', 'a|1|c:b|ios|1|xml', '|1|c:b|ios|1|proto'])(
  'leaves out %j',
  (line) => {
    expect(parseLines(`${line}\n${encodeLine(ROUTE)}`)).toEqual([ROUTE]);
  },
);
