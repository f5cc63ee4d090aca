import { parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { FakeLog } from '../../test/fakes/fake-log.js';
import { AppendWriter } from './append-writer.js';
import { conversationKey, type AppendRequest } from './ports.js';

function request(app: string, clientMsgId: string): AppendRequest {
  return {
    appId: parseAppId(app),
    conversationId: parseConversationId('g:lobby'),
    sender: { kind: 'user', id: 'alice' },
    clientMsgId,
    kind: 'text',
    content: new Uint8Array(10),
    countable: true,
  };
}

it('turns one app away above its share of what waits, and takes another', async () => {
  const log = new FakeLog();
  for (const app of ['demo', 'other']) log.heads.add(conversationKey(request(app, '')));
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
    { owner: 'logic-1', maxQueuedItemsPerApp: 2 },
  );
  const taken = ['a', 'b'].map((id) => writer.append(request('demo', id)));
  const refused = await writer.append(request('demo', 'c')).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'RATE_LIMITED',
    field: 'maxQueuedItemsPerApp',
    retryAfterMs: 1_000,
  });
  await Promise.all([...taken, writer.append(request('other', 'd'))]);
  await expect(writer.append(request('demo', 'e'))).resolves.toMatchObject({ seq: 3 });
});
