import { parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { FakeLog } from '../../test/fakes/fake-log.js';
import { AppendWriter } from './append-writer.js';
import type { AppendLimits } from './limits.js';
import { conversationKey, type AppendRequest } from './ports.js';

const apps = ['demo', 'other', 'third'];

function request(app: string, clientMsgId: string, bytes = 10): AppendRequest {
  return {
    appId: parseAppId(app),
    conversationId: parseConversationId('g:lobby'),
    sender: { kind: 'user', id: 'alice' },
    clientMsgId,
    kind: 'text',
    content: new Uint8Array(bytes),
    countable: true,
  };
}

function rig(limits: Partial<AppendLimits>) {
  const log = new FakeLog();
  for (const app of apps) log.heads.add(conversationKey(request(app, '')));
  const writer = new AppendWriter(
    {
      log,
      heads: { ensure: (keys) => Promise.resolve(keys.map(() => null)) },
      failureOf: () => 'defect',
      onCommitted: () => undefined,
      clock: new FakeClock(),
      logger: silentLogger(),
      registry: new Registry(),
    },
    { owner: 'logic-1', ...limits },
  );
  return { log, writer };
}

const refusalOf = (answer: Promise<unknown>) => answer.catch((error: unknown) => error);

describe('one app is turned away above its share of what waits, and another is not,', () => {
  it('of entries', async () => {
    const { writer } = rig({ maxQueuedItems: 8 });
    const taken = ['a', 'b'].map((id) => writer.append(request('demo', id)));
    expect(await refusalOf(writer.append(request('demo', 'c')))).toMatchObject({
      code: 'RATE_LIMITED',
      field: 'maxQueuedItems',
      retryAfterMs: 1_000,
    });
    await Promise.all([...taken, writer.append(request('other', 'd'))]);
    await expect(writer.append(request('demo', 'e'))).resolves.toMatchObject({ seq: 3 });
  });

  it('of bytes', async () => {
    const { writer } = rig({ maxQueuedBytes: 8_000 });
    const taken = [
      ...['a', 'b'].map((id) => writer.append(request('demo', id, 700))),
      writer.append(request('other', 'a', 700)),
    ];
    expect(await refusalOf(writer.append(request('demo', 'c', 700)))).toMatchObject({
      code: 'RATE_LIMITED',
      field: 'maxQueuedBytes',
      retryAfterMs: 1_000,
    });
    // However large, the first of an app has room.
    await Promise.all([...taken, writer.append(request('third', 'a', 4_000))]);
    await expect(writer.append(request('demo', 'd', 700))).resolves.toMatchObject({ seq: 3 });
  });
});

it('an app of large messages leaves places of a batch to one of small ones, as its own are dearer', async () => {
  const { log, writer } = rig({ maxBatch: 100, maxBatchBytes: 100_000 });
  const many = (app: string, name: string, bytes: number) =>
    Array.from({ length: 200 }, (_, n) => writer.append(request(app, `${name}${n}`, bytes)));
  // Each as much as four places.
  await Promise.all([...many('demo', 'large', 3_744), ...many('other', 'small', 10)]);
  const first = log.batches[0]?.ids ?? [];
  const found = (name: string) => first.filter((id) => id.startsWith(name)).length;
  // One after the other it would be 23 and 30.
  expect([found('large'), found('small')]).toEqual([19, 81]);
});
