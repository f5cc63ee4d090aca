import { DomainError, parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { FakeLog } from '../../test/fakes/fake-log.js';
import { AppendWriter } from './append-writer.js';
import { conversationKey, type AppendRequest } from './ports.js';

let log: FakeLog;
let writer: AppendWriter;
let madeHeads: number;

beforeEach(() => {
  log = new FakeLog();
  log.heads.add(conversationKey(request('g:lobby')));
  madeHeads = 0;
  const heads = {
    ensure: async (keys: readonly unknown[]) => {
      madeHeads += 1;
      return keys.map(() => null);
    },
  };
  const parts = { log, heads, clock: new FakeClock(), registry: new Registry() };
  const deps = { ...parts, logger: silentLogger(), onCommitted: () => {} };
  writer = new AppendWriter({ ...deps, failureOf: () => 'defect' }, { owner: 'logic-1' });
});

function request(id: string, signal?: AbortSignal): AppendRequest {
  return {
    appId: parseAppId('demo'),
    conversationId: parseConversationId(id),
    sender: { kind: 'user', id: 'alice' },
    clientMsgId: signal === undefined ? 'stays' : 'goes',
    kind: 'text',
    content: new Uint8Array(10),
    countable: true,
    signal,
  };
}

/** What becomes of an entry whose caller leaves while its batch waits for its locks. */
async function givenUp(conversationId: string): Promise<unknown> {
  const caller = new AbortController();
  log.hold();
  const gone = writer.append(request(conversationId, caller.signal));
  gone.catch(() => undefined);
  for (let turn = 0; turn < 8; turn += 1) await new Promise((done) => setImmediate(done));
  expect(log.batches).toHaveLength(1);
  caller.abort();
  log.release();
  return gone.catch((error: unknown) => (error instanceof DomainError ? error.code : error));
}

it('an entry whose caller left while its batch waited for its locks is not written', async () => {
  expect(await givenUp('g:lobby')).toBe('DEADLINE_EXCEEDED');
  expect(log.stored.size).toBe(0);
  expect(await writer.append(request('g:lobby'))).toMatchObject({ seq: 1 });
});

it('no head is made for an entry whose caller left meanwhile', async () => {
  expect(await givenUp('d:alice:bob')).toBe('DEADLINE_EXCEEDED');
  expect(madeHeads).toBe(0);
});
