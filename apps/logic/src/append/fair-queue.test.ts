import { parseAppId, parseConversationId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';
import { PendingAppend } from './pending-append.js';

/** `app/conversation/message` */
function item(name: string): PendingAppend {
  const [appId = '', group = '', clientMsgId = ''] = name.split('/');
  const request = {
    appId: parseAppId(appId),
    conversationId: parseConversationId(`g:${group}`),
    sender: { kind: 'user', id: 'ann' } as const,
    clientMsgId,
    kind: 'text',
    content: new Uint8Array(),
    countable: true,
  };
  return new PendingAppend(
    request,
    () => undefined,
    () => undefined,
  );
}

function queueOf(...names: string[]): FairQueue {
  const queue = new FairQueue();
  for (const name of names) queue.push(item(name));
  return queue;
}

function take(queue: FairQueue, most = 100): string {
  let left = most;
  return queue
    .takeWhile(() => (left-- > 0 ? 1 : undefined))
    .map(({ request: { appId, clientMsgId } }) => `${appId}${clientMsgId}`)
    .join(' ');
}

describe('apps take turns', () => {
  it('so that one entry does not wait for hundreds of another app', () => {
    const queue = queueOf(...Array.from({ length: 500 }, (_, n) => `a/g/${n}`), 'b/g/1', 'c/g/1');
    expect(take(queue, 5)).toBe('a0 b1 c1 a1 a2');
    queue.push(item('b/g/2'));
    expect(take(queue, 3)).toBe('a3 b2 a4');
  });

  it('whoever had less is first in the next batch', () => {
    const queue = queueOf('a/g/1', 'a/g/2', 'a/g/3', 'b/g/1', 'b/g/2');
    expect([take(queue, 3), take(queue, 1), take(queue)]).toEqual(['a1 b1 a2', 'b2', 'a3']);
    expect(queue.isEmpty).toBe(true);
  });
});

describe('what entries cost', () => {
  const named = (taken: readonly PendingAppend[]): string =>
    taken.map(({ request: { appId, clientMsgId } }) => `${appId}${clientMsgId}`).join(' ');

  it('makes an app of large ones wait until the others have had as much', () => {
    const queue = queueOf('a/g/1', 'a/g/2', 'b/g/1', 'b/g/2', 'b/g/3', 'b/g/4', 'c/g/1');
    const cost = ({ request }: PendingAppend): number => (request.appId === 'a' ? 3 : 1);
    expect(named(queue.takeWhile(cost))).toBe('a1 b1 c1 b2 b3 a2 b4');
  });

  it('stops nobody but the app whose entry does not fit, which is first in the next batch', () => {
    const queue = queueOf('a/g/1', 'a/g/2', 'b/g/1', 'b/g/2');
    const fits = ({ request }: PendingAppend) => (request.appId === 'a' ? undefined : 1);
    expect(named(queue.takeWhile(fits))).toBe('b1 b2');
    queue.push(item('b/g/3'));
    expect(take(queue)).toBe('a1 b3 a2');
  });
});

it('within an app the order is that of coming, and of what was put back before it', () => {
  const queue = queueOf('a/g/3', 'b/g/2', 'a/h/4');
  queue.putBack(['a/g/1', 'b/g/1', 'a/h/2'].map(item));
  expect(take(queue)).toBe('a1 b1 a2 b2 a3 a4');
});

it('gives up a conversation of one app alone', () => {
  const queue = queueOf('a/g/1', 'b/g/1', 'a/h/2', 'a/g/3');
  const { key } = item('a/g/1');
  expect(queue.takeConversation(key).map(({ request }) => request.clientMsgId)).toEqual(['1', '3']);
  expect(take(queue)).toBe('a2 b1');
  expect(queueOf('a/g/1').takeConversation(key)).toHaveLength(1);
});
