import { selfConversationId, type AppId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  EVENT_ENTRIES_SQL,
  EVENT_HEAD_SQL,
  EVENTS_SQL,
  OLDEST_EVENT_SQL,
} from '../../src/event/event-reads.js';
import { NEXT_WAITING_SQL } from '../../src/event/event-store.js';
import { TAKE_OUT_SQL } from '../../src/event/place-events.js';
import { EVENTS_KEPT_MS, type Database } from '../../src/index.js';
import { addUsers, allow, app, direct, message, StoreRig, upsert, user } from '../rig/store-rig.js';

let rig: StoreRig;
let one: Database;
let two: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  [one, two] = [rig.open(), rig.open()];
  await one.apps.createApp(app, 'Demo');
  await one.apps.setSettings(app, { events: true });
  await addUsers(one, 'ann', 'bob', 'carl');
  const chats = [direct('ann', 'bob'), direct('ann', 'carl'), direct('bob', 'carl')];
  await one.conversations.ensureDirect(
    chats.map((conversationId) => ({ appId: app, conversationId })),
  );
});
afterAll(() => rig.stop());
beforeEach(async () => {
  for (const table of ['event_outbox', 'app_events', 'app_event_heads']) {
    await rig.root.query(`DELETE FROM ${table}`);
  }
});

interface Placed {
  position: number;
  name: string;
}

async function placed(): Promise<string[]> {
  const rows = await rig.rows<Placed>(
    `SELECT position, CONCAT(conversation_id, ' ', first_seq, '-', last_seq) AS name
     FROM app_events WHERE app_id = ? ORDER BY position`,
    [app],
  );
  rows.forEach(({ position }, index) => expect(position).toBe(index + 1));
  return rows.map(({ name }) => name);
}

/** One commit of so many entries; its name among events. */
async function commit(database: Database, a: string, b: string, count = 1): Promise<string> {
  const chat = direct(a, b);
  const items = Array.from({ length: count }, () => message(chat, a));
  const { committed } = await database.append.commitBatch(items, allow);
  const [head] = committed;
  return `${chat} ${head?.firstSeq}-${head?.lastSeq}`;
}

describe('commits', () => {
  it('wait in the outbox with their entries, whoever writes them, and get one place each', async () => {
    const names = [await commit(one, 'ann', 'bob', 3), await commit(two, 'ann', 'bob')];
    await upsert(one, { userId: user('ann'), nickname: 'Ann' });
    expect(await one.events.backlog()).toMatchObject({ rows: 3 });
    expect(await placed()).toEqual([]);
    expect(await one.events.place(app)).toEqual({ placed: 3, more: false });
    expect(await two.events.place(app)).toEqual({ placed: 0, more: false });
    const all = await placed();
    expect(all.slice(0, 2)).toEqual(names);
    expect(all[2]).toMatch(new RegExp(`^${selfConversationId(user('ann'))} (\\d+)-\\1$`));
    expect(await one.events.backlog()).toEqual({ rows: 0, oldestMs: 0 });
  });

  it('are told of at their own node, after they are there', async () => {
    const told: (readonly AppId[])[] = [];
    two.events.onWritten((appIds) => told.push(appIds));
    await commit(two, 'ann', 'bob');
    await upsert(two, { userId: user('ann'), nickname: 'Ann too' });
    await commit(one, 'ann', 'bob');
    two.events.onWritten(() => {});
    expect(told).toEqual([[app], [app]]);
  });

  it('that are rolled back leave nothing', async () => {
    const refuse = {
      ...allow,
      judge: () => {
        throw new Error('refused');
      },
    };
    const items = [message(direct('ann', 'bob'), 'ann')];
    await expect(one.append.commitBatch(items, refuse)).rejects.toThrow('refused');
    expect(await one.events.backlog()).toMatchObject({ rows: 0 });
  });

  it('that are not through yet are neither seen nor waited for', async () => {
    const open = await StoreRig.root(rig.created.rootUrl);
    try {
      await open.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await open.beginTransaction();
      const values = `('${app}', '${direct('ann', 'bob')}', 1000000, 1000000, 1)`;
      const columns = 'app_id, conversation_id, first_seq, last_seq, created_ms';
      await open.query(`INSERT INTO event_outbox (${columns}) VALUES ${values}`);
      const others = [await commit(one, 'ann', 'bob'), await commit(one, 'ann', 'carl')];
      expect(await one.events.place(app)).toEqual({ placed: 2, more: false });
      expect(await placed()).toEqual(others);
      await open.commit();
      expect(await one.events.place(app)).toEqual({ placed: 1, more: false });
    } finally {
      open.destroy();
    }
  });

  it('are placed by one node at a time; the other is told so', async () => {
    await commit(one, 'ann', 'bob');
    await one.events.place(app);
    const holder = await StoreRig.root(rig.created.rootUrl);
    try {
      await holder.beginTransaction();
      await holder.query('SELECT * FROM app_event_heads WHERE app_id = ? FOR UPDATE', [app]);
      await commit(one, 'ann', 'bob');
      expect(await two.events.place(app)).toBeNull();
      await holder.rollback();
      expect(await two.events.place(app)).toEqual({ placed: 1, more: false });
    } finally {
      holder.destroy();
    }
  });

  it('of many writers and two that place get gapless places, those of a log in its order', async () => {
    const names: string[] = [];
    const writing = new AbortController();
    const write = async (database: Database, a: string, b: string): Promise<void> => {
      for (let n = 0; n < 25; n += 1) names.push(await commit(database, a, b, (n % 3) + 1));
    };
    const place = async (database: Database): Promise<void> => {
      while (!writing.signal.aborted) await database.events.place(app);
    };
    const writers = [one, two].flatMap((database) => [
      write(database, 'ann', 'bob'),
      write(database, 'ann', 'carl'),
      write(database, 'bob', 'carl'),
    ]);
    const placers = [place(one), place(two)];
    await Promise.all(writers);
    writing.abort();
    await Promise.all(placers);
    while ((await one.events.place(app))?.placed !== 0);
    const all = await placed();
    expect([...all].sort()).toEqual([...names].sort());
    for (const chat of [direct('ann', 'bob'), direct('ann', 'carl'), direct('bob', 'carl')]) {
      const ranges = all.filter((name) => name.startsWith(`${chat} `));
      const seqs = ranges.map((name) => /(\d+)-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
      seqs.forEach(([first], index) => {
        if (index > 0) expect(first).toBe((seqs[index - 1]?.[1] ?? 0) + 1);
      });
    }
  });
});

describe('a reader', () => {
  it('gets pages in order, and goes on in the middle of a commit', async () => {
    await commit(one, 'ann', 'bob', 150);
    await commit(one, 'ann', 'carl', 2);
    await one.events.place(app);
    const seqs: number[] = [];
    for (let place = await one.events.oldest(app); ;) {
      const page = await one.events.read(app, place);
      if (page === null || page.events.length === 0) break;
      seqs.push(page.events.length);
      ({ place } = page);
    }
    expect(seqs).toEqual([100, 50 + 2]);
    const page = await one.events.read(app, await one.events.oldest(app));
    const middle = page?.events[69]?.place ?? { position: 0, seq: 0 };
    const rest = await one.events.read(app, middle);
    expect(rest?.events[0]?.entry.seq).toBe((page?.events[69]?.entry.seq ?? 0) + 1);
  });

  it('is told when what it asks for is gone, or was never there', async () => {
    await commit(one, 'ann', 'bob', 2);
    await commit(one, 'ann', 'bob');
    await one.events.place(app);
    const page = await one.events.read(app, { position: 0, seq: null });
    const half = page?.events[0]?.place ?? { position: 0, seq: null };
    const aged = `UPDATE app_events SET placed_ms = placed_ms - ${EVENTS_KEPT_MS + 1_000}`;
    await rig.root.query(`${aged} WHERE position = 1`);
    expect(await one.events.prune(100)).toBe(1);
    expect(await one.events.prune(100)).toBe(0);
    expect(await one.events.read(app, { position: 0, seq: null })).toBeNull();
    expect(await one.events.read(app, half)).toBeNull();
    expect((await one.events.read(app, { position: 1, seq: null }))?.events).toHaveLength(1);
    expect(await one.events.oldest(app)).toEqual({ position: 1, seq: null });
    expect(await one.events.read(app, { position: 3, seq: null })).toBeNull();
    await rig.root.query(aged);
    expect(await one.events.prune(100)).toBe(1);
    expect(await one.events.oldest(app)).toEqual(await one.events.newest(app));
  });
});

it('is off by default, noticed where it is turned on, and costs an app without it no row', async () => {
  const fresh = rig.open();
  const elsewhere = 'elsewhere' as AppId;
  await fresh.apps.createApp(elsewhere, 'Elsewhere');
  const chat = direct('ann', 'bob');
  await rig.rows(
    `INSERT INTO users (app_id, user_id, nickname, created_ms, updated_ms) VALUES ('elsewhere','ann','',1,1),('elsewhere','bob','',1,1)`,
  );
  await fresh.conversations.ensureDirect([{ appId: elsewhere, conversationId: chat }]);
  const send = (database: Database) =>
    database.append.commitBatch([{ ...message(chat, 'ann'), appId: elsewhere }], allow);
  await send(fresh);
  await fresh.apps.setSettings(elsewhere, { events: false });
  await send(rig.open());
  expect(await fresh.events.waiting('')).toEqual([]);
  await fresh.apps.setSettings(elsewhere, { events: true });
  await send(rig.open());
  await commit(fresh, 'ann', 'bob');
  expect(await fresh.events.waiting('')).toEqual([app, elsewhere]);
  expect(await fresh.events.waiting(app)).toEqual([elsewhere]);
});

describe('plans', () => {
  interface PlanRow {
    table: string;
    type: string;
    key: string | null;
    Extra: string | null;
  }
  const plan = async (sql: string, values: (string | number)[]): Promise<string[]> => {
    const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
    for (const { Extra } of rows) expect(Extra ?? '').not.toMatch(/filesort|join buffer/);
    return rows.map(({ table, key, type }) => `${table} ${key} ${type}`);
  };
  beforeAll(async () => {
    const chat = direct('ann', 'bob');
    const rows = Array.from({ length: 300 }, (_, n) => n + 1);
    const list = (row: (n: number) => string) => rows.map(row).join(',');
    // Others on both sides, as it is one that begins in the middle of the table.
    for (const name of ['a', 'b', 'c', 'plan', 'x', 'y', 'z']) {
      await rig.rows(
        `INSERT INTO app_events VALUES ${list((n) => `('${name}',${n},'${chat}',${n},${n},1)`)}`,
      );
    }
    await rig.rows(
      `INSERT INTO event_outbox VALUES ${list((n) => `('plan','${chat}',${n},${n},1)`)}`,
    );
    await rig.root.query('ANALYZE TABLE app_events, event_outbox, app_event_heads, entries');
  });

  it('events are one range, entries and rows of the outbox one row each', async () => {
    const keys = JSON.stringify([[direct('ann', 'bob'), 7]]);
    expect(await plan(EVENTS_SQL, ['plan', 200, 100])).toEqual([
      expect.stringMatching(/^app_events PRIMARY (range|ref)$/),
    ]);
    expect(await plan(OLDEST_EVENT_SQL, ['plan'])).toEqual([
      expect.stringMatching(/^app_events PRIMARY (range|ref)$/),
    ]);
    expect(await plan(EVENT_ENTRIES_SQL, [keys, app])).toContain('e PRIMARY eq_ref');
    const [begin, end] = TAKE_OUT_SQL;
    expect(await plan(`${begin}?${end}?`, [keys, 'plan'])).toContain('o PRIMARY eq_ref');
    await plan(EVENT_HEAD_SQL, [app]);
  });

  it('what waits of the next app is one look-up, whatever waits of the one before', async () => {
    expect(await plan(NEXT_WAITING_SQL, ['plan'])).toEqual([
      expect.stringMatching(/^event_outbox PRIMARY (range|index)$/),
    ]);
  });
});
