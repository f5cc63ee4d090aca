import { DomainError, parseAppId, parseClientMsgId, parseConversationId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { IMPORT_MAX_WAITING } from './import-turns.js';
import { ImportWriter, type ImportedBatch } from './import-writer.js';
import type {
  AppendItem,
  AppendOutcome,
  BatchCommit,
  CommitFailure,
  CommitOptions,
} from './ports.js';

const NOW = 1_000;
/** Of one app alone. */
const SHARE = IMPORT_MAX_WAITING / 4;

function item(n: number, more: Partial<AppendItem> = {}): AppendItem {
  return {
    appId: parseAppId('demo'),
    conversationId: parseConversationId('d:ann:bob'),
    sender: { kind: 'user', id: 'ann' },
    clientMsgId: parseClientMsgId(`m${n}`),
    kind: 'text',
    content: Buffer.from(`m${n}`),
    countable: false,
    createdMs: n,
    ...more,
  };
}

class Failure extends Error {
  constructor(readonly what: CommitFailure) {
    super(what);
  }
}

/** One log that judges and numbers, and fails as it is told to. */
class OneLog {
  readonly stored: string[] = [];
  readonly asked: CommitOptions[] = [];
  failures: CommitFailure[] = [];
  /** What of a failing commit went through all the same. */
  headless = false;
  gate: Promise<void> = Promise.resolve();
  running = 0;
  most = 0;

  async commitBatch(items: readonly AppendItem[], options: CommitOptions): Promise<BatchCommit> {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await this.gate;
    this.running -= 1;
    this.asked.push(options);
    const failure = this.failures.shift();
    if (failure !== undefined && failure !== 'ambiguous') throw new Failure(failure);
    const outcomes = items.map((each) => this.#outcome(each, options));
    if (failure === 'ambiguous') throw new Failure(failure);
    const committed = outcomes.some(({ status }) => status === 'committed');
    return { outcomes, dispatchId: committed ? 'd1' : null, committed: [] };
  }

  #outcome(each: AppendItem, { judge }: CommitOptions): AppendOutcome {
    if (this.headless) return { status: 'no-head' };
    const at = this.stored.indexOf(each.clientMsgId);
    const createdMs = each.createdMs ?? 0;
    if (at >= 0) return { status: 'duplicate', seq: at + 1, ordinal: 0, createdMs };
    const head = { lastSeq: this.stored.length, flags: 0, nowMs: NOW };
    const error = judge(each, null, head);
    if (error) return { status: 'refused', error };
    return { status: 'committed', seq: this.stored.push(each.clientMsgId), ordinal: 0, createdMs };
  }
}

function rig() {
  const log = new OneLog();
  const clock = new FakeClock();
  const metrics = new Registry();
  const told: ImportedBatch[] = [];
  let reason: DomainError | null = null;
  const writer = new ImportWriter(
    {
      log,
      clock,
      metrics,
      heads: {
        ensure: (keys) => {
          log.headless = false;
          return Promise.resolve(keys.map(() => reason));
        },
      },
      failureOf: (error) => (error instanceof Failure ? error.what : 'defect'),
      onImported: (batch) => told.push(batch),
    },
    { owner: 'logic-1' },
  );
  const signal = { aborted: false };
  const bring = (...items: AppendItem[]) => writer.append(items, { events: false, signal });
  const refuseHeads = (error: DomainError): void => void (reason = error);
  return { log, clock, metrics, told, bring, signal, refuseHeads, writer };
}

const statuses = (outcomes: readonly AppendOutcome[]) => outcomes.map(({ status }) => status);

describe('an import', () => {
  it('is one quiet transaction that waits for its lock, and delivery is told of its end', async () => {
    const { log, told, bring } = rig();
    expect(statuses(await bring(item(1), item(2)))).toEqual(['committed', 'committed']);
    expect(log.asked).toMatchObject([{ skipLocked: false, quiet: { events: false } }]);
    expect(told).toMatchObject([{ dispatchId: 'd1', entries: [{ seq: 2, quiet: true }] }]);
    expect(statuses(await bring(item(1), item(2)))).toEqual(['duplicate', 'duplicate']);
    expect(told).toHaveLength(1);
  });

  it('stores nothing behind a message that is refused', async () => {
    const { log, bring, metrics } = rig();
    const outcomes = await bring(item(1), item(2, { replyToSeq: 9 }), item(3), item(1));
    expect(statuses(outcomes)).toEqual(['committed', 'refused', 'refused', 'duplicate']);
    expect(log.stored).toEqual(['m1']);
    expect(statuses(await bring(item(1), item(2), item(3)))).toContain('committed');
    expect(log.stored).toEqual(['m1', 'm2', 'm3']);
    const labels = { result: 'refused' };
    expect(await metricValue(metrics, 'queqiao_import_messages_total', labels)).toBe(2);
  });

  it('is of what was said before now', async () => {
    const [outcome] = await rig().bring(item(1, { createdMs: NOW + 1 }));
    expect(outcome).toMatchObject({ status: 'refused', error: { field: 'created_ms' } });
    expect(statuses(await rig().bring(item(1, { createdMs: NOW })))).toEqual(['committed']);
  });

  it.each(['transient', 'ambiguous'] as const)(
    'is run again after a failure that is %s',
    async (what) => {
      const { log, clock, bring } = rig();
      log.failures = [what, what];
      const answer = bring(item(1), item(2));
      for (let attempt = 0; attempt < 3; attempt += 1) await clock.advanceAsync(1_000);
      await answer;
      expect(log.stored).toEqual(['m1', 'm2']);
    },
  );

  it.each(['poisoned', 'unavailable', 'defect'] as const)(
    'ends with a failure that is %s',
    async (what) => {
      const { log, bring } = rig();
      log.failures = [what];
      await expect(bring(item(1))).rejects.toThrow(what);
      expect(statuses(await bring(item(1)))).toEqual(['committed']);
    },
  );

  it('makes a direct chat whose users exist, and no group', async () => {
    const { log, bring, refuseHeads } = rig();
    log.headless = true;
    expect(statuses(await bring(item(1)))).toEqual(['committed']);
    log.headless = true;
    const conversationId = parseConversationId('g:team');
    await expect(bring(item(2, { conversationId }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    refuseHeads(new DomainError('NOT_FOUND', 'no such user'));
    await expect(bring(item(2))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('imports of one node', () => {
  /** None is stored before `open`. */
  function gated() {
    const made = rig();
    let open = (): void => {};
    made.log.gate = new Promise((resolve) => (open = resolve));
    const of = (appId: string, n: number) => made.bring(item(n, { appId: parseAppId(appId) }));
    return { ...made, open: () => open(), of };
  }

  it('of one app take turns, and have a share of the places', async () => {
    const { log, metrics, open, of } = gated();
    const all = Array.from({ length: SHARE + 1 }, (_, n) => of('demo', n + 1));
    const limit = { field: 'IMPORT_MAX_WAITING', retryAfterMs: 1_000 };
    await expect(of('demo', 99)).rejects.toMatchObject({ code: 'RATE_LIMITED', ...limit });
    expect(await metricValue(metrics, 'queqiao_import_turned_away_total')).toBe(1);
    expect(await metricValue(metrics, 'queqiao_import_waiting_batches')).toBe(SHARE);
    open();
    await Promise.all(all);
    expect(log.most).toBe(1);
    expect(log.stored).toEqual(Array.from({ length: SHARE + 1 }, (_, n) => `m${n + 1}`));
    expect(await metricValue(metrics, 'queqiao_import_waiting_batches')).toBe(0);
  });

  it('of several apps take turns by app, and one is refused nothing for another', async () => {
    const { log, open, of } = gated();
    const many = Array.from({ length: SHARE + 1 }, (_, n) => of('demo', n + 1));
    const few = [of('other', 51), of('other', 52), of('third', 61)];
    open();
    await Promise.all([...many, ...few]);
    expect(log.stored.slice(0, 7)).toEqual(['m1', 'm2', 'm51', 'm61', 'm3', 'm52', 'm4']);
  });

  it('are bounded over all apps', async () => {
    const { open, of } = gated();
    const all = Array.from({ length: IMPORT_MAX_WAITING + 1 }, (_, n) => of(`app-${n}`, n + 1));
    await expect(of('late', 99)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    open();
    await Promise.all(all);
  });

  it('do not begin for callers that gave up, and go on with the next one', async () => {
    const { log, bring, signal, writer } = rig();
    const first = bring(item(1));
    signal.aborted = true;
    const second = bring(item(2));
    const third = writer.append([item(3)], { events: false, signal: { aborted: false } });
    await expect(second).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await Promise.allSettled([first, third]);
    expect(log.stored).toContain('m3');
    expect(log.stored).not.toContain('m2');
  });
});
