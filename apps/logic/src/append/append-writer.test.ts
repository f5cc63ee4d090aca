import { DomainError, parseAppId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeLog, ScriptedFailure } from '../../test/fakes/fake-log.js';
import { AppendWriter } from './append-writer.js';
import type { AppendLimits } from './limits.js';
import { conversationNotFound } from './permission.js';
import {
  conversationKey,
  type AppendRequest,
  type CommittedBatch,
  type ConversationKey,
  type HeadMaker,
} from './ports.js';

const appId = parseAppId('demo');
const group = key('g:lobby');
const other = key('g:other');
const direct = key('d:alice:bob');

let log: FakeLog;
let clock: FakeClock;
let published: CommittedBatch[];
let heads: HeadMaker & { calls: ConversationKey[][] };
let registry: Registry;

beforeEach(() => {
  log = new FakeLog();
  log.heads.add(conversationKey(group)).add(conversationKey(other));
  clock = new FakeClock();
  published = [];
  registry = new Registry();
  const calls: ConversationKey[][] = [];
  heads = {
    calls,
    ensure: async (keys) => {
      calls.push([...keys]);
      for (const wanted of keys) log.heads.add(conversationKey(wanted));
      return keys.map(() => null);
    },
  };
});

function key(id: string, app = appId): ConversationKey {
  return { appId: app, conversationId: parseConversationId(id) };
}

function request(id: string, where = group, more: Partial<AppendRequest> = {}): AppendRequest {
  const sender = { kind: 'user', id: 'alice' } as const;
  const content = new Uint8Array(10);
  return { ...where, sender, clientMsgId: id, kind: 'text', content, countable: true, ...more };
}

function makeWriter(limits: Partial<AppendLimits> = {}): AppendWriter {
  return new AppendWriter(
    {
      log,
      heads,
      clock,
      registry,
      logger: silentLogger(),
      failureOf: (error) => (error instanceof ScriptedFailure ? error.kind : 'defect'),
      onCommitted: (batch) => published.push(batch),
    },
    { owner: 'logic-1', ...limits },
  );
}

async function turns(count = 8): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
}

const idsOf = (): string[][] => log.batches.map((batch) => batch.ids);

describe('batches', () => {
  it('puts what arrives in one turn into one batch, and answers with places', async () => {
    const writer = makeWriter();
    const results = await Promise.all(['a', 'b', 'c'].map((id) => writer.append(request(id))));
    expect(idsOf()).toEqual([['a', 'b', 'c']]);
    expect(results.map((result) => result.seq)).toEqual([1, 2, 3]);
  });

  it('makes the next batch of what gathered while one is in flight', async () => {
    const writer = makeWriter();
    log.hold();
    const first = writer.append(request('a'));
    await turns();
    const rest = ['b', 'c', 'd'].map((id) => writer.append(request(id)));
    await turns();
    expect(idsOf()).toEqual([['a']]);
    log.release();
    await Promise.all([first, ...rest]);
    expect(idsOf()).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('keeps to the limits of entries and bytes', async () => {
    const byCount = makeWriter({ maxBatch: 2 });
    await Promise.all(['a', 'b', 'c'].map((id) => byCount.append(request(id))));
    const byBytes = makeWriter({ maxBatchBytes: 600 });
    await Promise.all(['d', 'e', 'f'].map((id) => byBytes.append(request(id))));
    expect(idsOf()).toEqual([['a', 'b'], ['c'], ['d', 'e'], ['f']]);
    const huge = byBytes.append(request('g', group, { content: new Uint8Array(601) }));
    expect(await codeOf(huge)).toBe('LIMIT_EXCEEDED');
  });

  it('counts what deletions take away, which is far more than they say', async () => {
    const writer = makeWriter({ maxBatchBytes: 150_000 });
    const targetSeqs = Array.from({ length: 100 }, (_, index) => index + 1);
    const change = { kind: 'delete', targetSeqs } as const;
    await Promise.all(['a', 'b', 'c'].map((id) => writer.append(request(id, group, { change }))));
    expect(idsOf()).toEqual([['a', 'b'], ['c']]);
  });

  it('hands the commit to delivery before it answers', async () => {
    const writer = makeWriter();
    let known = -1;
    await writer.append(request('a')).then(() => (known = published.length));
    expect(known).toBe(1);
    expect(published[0]?.entries.map((entry) => entry.seq)).toEqual([1]);
    expect(published[0]?.dispatchId).toBe('1');
  });

  it('splits lanes by conversation', async () => {
    const writer = makeWriter({ lanes: 8 });
    const targets = Array.from({ length: 16 }, (_, index) => key(`g:${index}`));
    for (const target of targets) log.heads.add(conversationKey(target));
    await Promise.all(
      targets.flatMap((target) => ['1', '2'].map((id) => writer.append(request(id, target)))),
    );
    expect(log.batches.length).toBeGreaterThan(1);
    expect(targets.map((target) => log.stored.get(conversationKey(target)))).toEqual(
      targets.map(() => ['1', '2']),
    );
  });
});

describe('callers', () => {
  it('turns callers away above the queue limits, with a hint', async () => {
    const elsewhere = key('g:lobby', parseAppId('other'));
    log.heads.add(conversationKey(elsewhere));
    const writer = makeWriter({ maxQueuedItems: 2 });
    const taken = [writer.append(request('a')), writer.append(request('b', elsewhere))];
    const refused = await writer.append(request('c')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
    await Promise.all(taken);
    await expect(writer.append(request('d'))).resolves.toMatchObject({ seq: 2 });
    const small = makeWriter({ maxQueuedBytes: 300 });
    const fits = small.append(request('e'));
    expect(await codeOf(small.append(request('f')))).toBe('UNAVAILABLE');
    await fits;
  });

  it('drops an entry whose caller gave up before its batch was formed', async () => {
    const writer = makeWriter();
    log.hold();
    const first = writer.append(request('a'));
    await turns();
    const caller = new AbortController();
    const second = writer.append(request('b', group, { signal: caller.signal }));
    const third = writer.append(request('c'));
    caller.abort();
    log.release();
    expect(await codeOf(second)).toBe('DEADLINE_EXCEEDED');
    await Promise.all([first, third]);
    expect(idsOf()).toEqual([['a'], ['c']]);
  });

  it('pushes to the sending session too when its caller is gone at the commit', async () => {
    const writer = makeWriter();
    const origin = { node: { nodeId: 'c1', bootId: 'b1' }, session: 7 };
    const caller = new AbortController();
    log.onWrite = () => caller.abort();
    const gone = writer.append(request('a', group, { origin, signal: caller.signal }));
    const waiting = writer.append(request('b', group, { origin }));
    await Promise.all([gone, waiting]);
    expect(published[0]?.entries.map((entry) => entry.origin)).toEqual([undefined, origin]);
  });

  it('drains: finishes what was taken, takes nothing more', async () => {
    const writer = makeWriter();
    const taken = writer.append(request('a'));
    const drained = writer.drain();
    expect(await codeOf(writer.append(request('b')))).toBe('UNAVAILABLE');
    await drained;
    await expect(taken).resolves.toMatchObject({ status: 'committed' });
  });
});

describe('locked heads', () => {
  it('lets a skipped conversation wait for the next batch, ahead of its later entries', async () => {
    const writer = makeWriter();
    log.locked.add(conversationKey(group));
    log.hold();
    const first = [writer.append(request('a')), writer.append(request('x', other))];
    await turns();
    const second = writer.append(request('b'));
    log.gate = undefined;
    log.release();
    await first[1];
    log.unlock(conversationKey(group));
    await Promise.all([...first, second]);
    expect(log.stored.get(conversationKey(group))).toEqual(['a', 'b']);
    expect(log.batches[1]?.ids).toEqual(['a', 'b']);
  });

  it('waits for the lock beside the other conversations after three misses', async () => {
    const writer = makeWriter();
    log.locked.add(conversationKey(group));
    const stuck = [writer.append(request('a')), writer.append(request('b'))];
    await turns();
    expect(log.batches.map((batch) => batch.skipLocked)).toEqual([true, true, true, false]);
    const late = writer.append(request('c'));
    await expect(writer.append(request('x', other))).resolves.toMatchObject({ seq: 1 });
    log.unlock(conversationKey(group));
    await Promise.all([...stuck, late]);
    expect(log.stored.get(conversationKey(group))).toEqual(['a', 'b', 'c']);
    await writer.append(request('d'));
    expect(log.batches.at(-1)).toEqual({ ids: ['d'], skipLocked: true });
  });

  it('moves a conversation that failed alone to the lane that waits', async () => {
    const writer = makeWriter();
    log.failures.push('transient');
    await expect(writer.append(request('a'))).resolves.toMatchObject({ seq: 1 });
    expect(log.batches.map((batch) => batch.skipLocked)).toEqual([true, false]);
  });
});

describe('heads', () => {
  it('makes the head of a direct chat once for all its entries', async () => {
    const writer = makeWriter();
    const results = await Promise.all(
      ['a', 'b']
        .map((id) => writer.append(request(id, direct)))
        .concat(writer.append(request('c'))),
    );
    expect(results.map((result) => result.seq)).toEqual([1, 2, 1]);
    expect(heads.calls).toEqual([[direct]]);
  });

  it('answers NOT_FOUND for groups, strangers and heads that cannot be made', async () => {
    const writer = makeWriter();
    expect(await codeOf(writer.append(request('a', key('g:nowhere'))))).toBe('NOT_FOUND');
    expect(await codeOf(writer.append(request('b', key('d:bob:carol'))))).toBe('NOT_FOUND');
    expect(heads.calls).toEqual([]);
    heads.ensure = async (keys) => keys.map(() => conversationNotFound());
    expect(await codeOf(writer.append(request('c', direct)))).toBe('NOT_FOUND');
    expect(log.stored.size).toBe(0);
  });

  it('makes no head for an entry that would only be refused', async () => {
    const writer = makeWriter();
    const refusal = new DomainError('LIMIT_EXCEEDED', 'too long');
    await expect(writer.append(request('a', direct, { refusal }))).rejects.toBe(refusal);
    await expect(writer.append(request('b', key('g:none'), { refusal }))).rejects.toBe(refusal);
    expect(heads.calls).toEqual([]);
  });

  it('says UNAVAILABLE when the heads cannot be made now', async () => {
    const writer = makeWriter({ maxAttempts: 2 });
    let calls = 0;
    heads.ensure = () => Promise.reject(new Error(`away ${(calls += 1)}`));
    const answer = codeOf(writer.append(request('a', direct)));
    await turns();
    await clock.advanceAsync(5_000);
    expect(await answer).toBe('UNAVAILABLE');
    expect(calls).toBe(2);
  });
});

describe('failures', () => {
  const both = (writer: AppendWriter): Promise<string[]> =>
    Promise.all([codeOf(writer.append(request('a'))), codeOf(writer.append(request('x', other)))]);

  it('runs a batch again after a transient failure', async () => {
    log.failures.push('transient', 'transient');
    const answers = both(makeWriter());
    await turns();
    await clock.advanceAsync(5_000);
    expect(await answers).toEqual(['resolved', 'resolved']);
    expect(log.batches.length).toBe(3);
  });

  it('gives up with UNAVAILABLE after bounded attempts, at once when the pool is full', async () => {
    log.failures.push('transient', 'transient', 'transient');
    const answers = both(makeWriter({ maxAttempts: 3 }));
    await turns();
    await clock.advanceAsync(5_000);
    expect(await answers).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    log.failures.push('unavailable');
    expect(await both(makeWriter())).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(log.stored.size).toBe(0);
  });

  it('answers a stored but unconfirmed batch from the look-up, and has it read and pushed', async () => {
    log.failures.push('ambiguous-stored');
    const writer = makeWriter();
    const results = Promise.all([
      writer.append(request('a')),
      writer.append(request('a')),
      writer.append(request('x', other)),
    ]);
    await turns();
    await clock.advanceAsync(5_000);
    expect((await results).map(({ status, seq }) => [status, seq])).toEqual([
      ['duplicate', 1],
      ['duplicate', 1],
      ['duplicate', 1],
    ]);
    expect(published).toEqual([
      {
        dispatchId: null,
        entries: [],
        heads: [],
        stored: [
          { ...group, seq: 1 },
          { ...other, seq: 1 },
        ],
      },
    ]);
  });

  it('does not push plain duplicates', async () => {
    const writer = makeWriter();
    await writer.append(request('a'));
    await expect(writer.append(request('a'))).resolves.toMatchObject({
      status: 'duplicate',
      seq: 1,
    });
    expect(published.length).toBe(1);
  });

  it('lets only the poisonous entry fail, and nothing overtakes', async () => {
    log.poison.add('c');
    const writer = makeWriter();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(ids.map((id) => codeOf(writer.append(request(id)))));
    expect(answers).toEqual(['resolved', 'resolved', 'INTERNAL', 'resolved', 'resolved']);
    expect(log.stored.get(conversationKey(group))).toEqual(['a', 'b', 'd', 'e']);
  });

  it('keeps the order when one half of a poisoned batch is skipped', async () => {
    log.poison.add('p');
    log.locked.add(conversationKey(group));
    const commit = log.commitBatch.bind(log);
    // The lock ends between the two halves: the second half alone could overtake the first.
    log.commitBatch = async (items, options) => {
      const result = await commit(items, options);
      log.unlock(conversationKey(group));
      return result;
    };
    const writer = makeWriter();
    const sends = [request('a'), request('p', other), request('b'), request('x', other)];
    await Promise.all(sends.map((send) => codeOf(writer.append(send))));
    expect(log.stored.get(conversationKey(group))).toEqual(['a', 'b']);
  });

  it('tells a defect apart: every entry gets INTERNAL, no halving', async () => {
    log.failures.push('defect');
    expect(await both(makeWriter())).toEqual(['INTERNAL', 'INTERNAL']);
    expect(log.batches.length).toBe(1);
  });

  it('answers its callers even when delivery throws', async () => {
    const parts = { log, heads, clock, registry, logger: silentLogger() };
    const writer = new AppendWriter(
      {
        ...parts,
        failureOf: () => 'defect',
        onCommitted: () => {
          throw new Error('broken');
        },
      },
      { owner: 'logic-1' },
    );
    await expect(writer.append(request('a'))).resolves.toMatchObject({ seq: 1 });
  });
});

it('counts batches, results and what waits', async () => {
  const writer = makeWriter();
  await Promise.all(['a', 'b', 'a'].map((id) => writer.append(request(id))));
  const text = await registry.metrics();
  expect(text).toContain('queqiao_append_batch_entries_sum 3');
  expect(text).toContain('queqiao_append_results_total{result="duplicate"} 1');
  expect(text).toContain('queqiao_append_queued_entries 0');
});
