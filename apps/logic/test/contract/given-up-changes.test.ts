import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { furnish } from '../fields/fields-world.js';
import { GivenUpRig, type Work } from './given-up-rig.js';
import { changingMethods, readingMethods, requestOf } from './reading-world.js';

let given: GivenUpRig;
let roomId: string;

beforeAll(async () => {
  given = await GivenUpRig.start();
  roomId = await furnish(given.rig, given.app);
  given.stopClock();
  // All that is cached; what they read is not there in part.
  for (const path of readingMethods()) await given.call(path, requestOf(path)).catch(() => {});
});
beforeEach(() => given.settled());
afterAll(() => given.stop());

it('knows the changes', () => {
  expect(changingMethods().length).toBeGreaterThan(80);
});

/** They say something at once, by the writer, which has connections of its own; or they ask for nothing. */
const NEED_NO_TURN: ReadonlySet<string> = new Set([
  'queqiao.client.v1.MessageService/DeleteForAll',
  'queqiao.client.v1.MessageService/Edit',
  'queqiao.client.v1.MessageService/Pin',
  'queqiao.client.v1.MessageService/React',
  'queqiao.client.v1.MessageService/Recall',
  'queqiao.client.v1.MessageService/Send',
  'queqiao.client.v1.PresenceService/UnsubscribePresence',
  'queqiao.server.v1.MessageService/DeleteMessages',
  'queqiao.server.v1.MessageService/RecallMessage',
  'queqiao.server.v1.MessageService/SendMessage',
]);

describe.each(changingMethods())('%s', (path) => {
  const change: Work = (signal) => given.call(path, requestOf(path, roomId), signal);

  it('begins no statement when its turn comes for a connection and nobody waits for it', async () => {
    const expected = NEED_NO_TURN.has(path) ? undefined : [];
    expect(await given.changeSentLate(change)).toEqual(expected);
  });

  it('begins no statement for who is gone', async () => {
    for (let nth = 1; ; nth += 1) {
      const held = await given.changeSentAfter(nth, change);
      if (held === undefined) break;
      expect(held.after, `after ${held.statement}`).toEqual([]);
      await given.settled();
    }
  });
});
