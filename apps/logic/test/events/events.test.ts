import { DomainError, parseAppId } from '@queqiao/domain';
import { AppServiceDefinition as Apps, Scope } from '@queqiao/protocol/admin';
import {
  ConversationServiceDefinition as Conversations,
  MessageServiceDefinition as Messages,
} from '@queqiao/protocol/client';
import { metricValue } from '@queqiao/runtime/testing';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { STREAM_RECHECK_MS } from '../../src/api/door/admitted-stream.js';
import { STREAM_ACCOUNT_TTL_MS } from '../../src/compose/stream-accounts.js';
import { ApiRig, newId } from '../rig/api-rig.js';
import { Follower } from './event-rig.js';
import { MomentRig } from '../moments/moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let silent: TestApp;
const followers: Follower[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { events: true, maxTextBytes: 40_000 });
  silent = await rig.createApp('silent');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob');
});
afterAll(() => rig.stop());
afterEach(async () => {
  for (const each of followers.splice(0)) each.close();
  // Nodes hear of it later, and an app has so many streams at a node.
  for (const { logic } of rig.nodes) {
    await eventually('no stream is left', async () => {
      return (await metricValue(logic.registry, 'queqiao_event_streams')) === 0;
    });
  }
});

async function follow(...more: [Parameters<typeof Follower.begin>[2]?, number?]) {
  const follower = await Follower.begin(rig, app, ...more);
  followers.push(follower);
  return follower;
}

function start(...more: [ConstructorParameters<typeof Follower>[2]?, number?]): Follower {
  const follower = new Follower(rig, app, ...more);
  followers.push(follower);
  return follower;
}

/** Says something, by one of the nodes; what the entry is named. */
async function say(conversationId: string, text: string = newId(), node = 0): Promise<string> {
  const ann = await rig.signedIn(app, 'ann', node);
  const { seq } = await ann.send(conversationId, newId(), text);
  return `${conversationId} ${seq}`;
}

/** Every entry of the app, by conversation and seq. */
async function stored(appId = 'demo'): Promise<string[]> {
  const sql = `SELECT CONCAT(conversation_id, ' ', seq) AS name FROM entries WHERE app_id = '${appId}'`;
  return (await queryRows(rig.database.url, sql)).map(({ name }) => String(name));
}

/** Events that the first node has sent, to whomever. */
async function sent(): Promise<number> {
  const text = await rig.nodes[0]?.logic.registry.getSingleMetricAsString(
    'queqiao_event_sent_total',
  );
  return Number(/^queqiao_event_sent_total\{.*\} (\d+)$/m.exec(text ?? '')?.[1]);
}

function inOrder(names: readonly string[]): boolean {
  const last = new Map<string, number>();
  return names.every((name) => {
    const [conversation = '', seq] = name.split(' ');
    const before = last.get(conversation) ?? 0;
    last.set(conversation, Number(seq));
    return Number(seq) > before;
  });
}

describe('a stream of events', () => {
  it('has every entry of every log, whatever wrote it, those of each log in their order', async () => {
    const moments = new MomentRig(rig, app);
    const [carol, dave] = [await moments.user('carol'), await moments.user('dave')];
    await moments.befriend([carol, dave]);
    await carol.post('hello');
    const ann = await rig.signedIn(app, 'ann');
    const { conversationId } = await ann.createGroup({ memberIds: ['bob', carol.id] });
    await Promise.all(
      [1, 2, 3, 4].flatMap((n) => [say(conversationId), say('d:ann:bob', 'x', n % 2)]),
    );
    const wanted = await stored();
    expect(wanted.length).toBeGreaterThan(12);
    const follower = start({ fromOldest: true });
    const names = await follower.until(wanted.length);
    expect([...names].sort()).toEqual([...wanted].sort());
    expect(inOrder(names)).toBe(true);
    const kinds = new Set(follower.seen.map(({ entry }) => entry.content?.body?.$case));
    const some = ['text', 'friendChanged', 'postChanged', 'groupCreated', 'becameFriends'];
    for (const kind of some) expect(kinds).toContain(kind);
  });

  it('begins with now, and tells where that is before anything happens', async () => {
    await say('d:ann:bob', 'before');
    // What was committed before may have no place yet, and then it comes.
    await eventually('events are in order', async () => {
      return (await queryRows(rig.database.url, 'SELECT 1 FROM event_outbox')).length === 0;
    });
    const follower = await follow({}, 1);
    expect(follower.answers[0]).toMatchObject({ events: [] });
    const said = [await say('d:ann:bob'), await say('d:ann:ann'), await say('d:ann:bob', 'x', 1)];
    expect(await follower.until(3)).toEqual(said);
    const late = start({ cursor: follower.answers[0]?.cursor ?? '' });
    expect(await late.until(3)).toEqual(said);
  });

  it('goes on behind any event, by either node, with nothing missing and nothing twice', async () => {
    const first = await follow();
    const batch = Array.from({ length: 40 }, (_, n) => say(`d:ann:${n % 2 ? 'bob' : 'ann'}`));
    await Promise.all(batch);
    const names = await first.until(40);
    for (const at of [0, 1, 7, 38, 39]) {
      const rest = start({ cursor: first.seen[at]?.cursor ?? '' }, at % 2);
      const last = await say('d:ann:bob');
      await rest.until(40 - at);
      await eventually('the last one', () => rest.names.includes(last));
      expect(rest.names.slice(0, 39 - at)).toEqual(names.slice(at + 1));
    }
  });

  it('tells what an entry says now: nothing of what was taken back', async () => {
    const call = await rig.calls(app, 'ann');
    const first = await follow();
    const [, seq] = (await say('d:ann:bob', 'my password')).split(' ');
    const target = { conversationId: 'd:ann:bob', targetSeq: Number(seq) };
    await call(Messages, 'recall', { ...target, clientMsgId: newId() });
    await first.until(2);
    const again = start({ cursor: first.answers[0]?.cursor ?? '' });
    await again.until(2);
    expect(again.seen[0]?.entry).toMatchObject({ seq: Number(seq), state: 1, content: undefined });
    expect(again.seen[1]?.entry.content?.body).toMatchObject({ $case: 'recall' });
    expect(JSON.stringify(again.answers)).not.toContain('my password');
  });

  it('reads no faster than it is read from, and loses nothing by that', async () => {
    const slow = await follow();
    slow.pause();
    const before = await sent();
    // Half of it is more than the buffers of a connection hold, which may be ten megabytes.
    const text = 'x'.repeat(39_000);
    const count = 1_000;
    const ann = await rig.signedIn(app, 'ann');
    for (let n = 0; n < count; n += 100) {
      await Promise.all(Array.from({ length: 100 }, () => ann.send('d:ann:ann', newId(), text)));
    }
    // Two that read have all of it, one after the other, and so had the third the time for it.
    const quick = start({ cursor: slow.cursor });
    await quick.until(count);
    await start({ cursor: slow.cursor }).until(count);
    expect((await sent()) - before).toBeLessThan(2.5 * count);
    expect(slow.seen.length).toBeLessThan(count / 2);
    slow.resume();
    expect(await slow.until(count)).toEqual(quick.names);
  });
});

describe('what one node leaves', () => {
  it('is put in order by another: what was acknowledged is told', async () => {
    const follower = await follow();
    // It dies with its commits: nothing of it ever looks at the outbox.
    await rig.withStores(async (database) => {
      const events = { ...unbound(database.events), onWritten: () => {}, waiting: async () => [] };
      const node = await rig.addNode({}, { database: { ...database, events } });
      const said = await say('d:ann:bob', 'last words', 2);
      await node.logic.stop();
      rig.nodes.pop();
      expect(await follower.until(1)).toEqual([said]);
    });
  });
});

/** The methods of an instance, to be changed one by one. */
function unbound<T extends object>(instance: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(instance)) as (keyof T)[];
  const methods = names.map((name) => {
    const method = instance[name];
    return [name, typeof method === 'function' ? method.bind(instance) : method];
  });
  return Object.fromEntries(methods) as T;
}

describe('a cursor', () => {
  const expired = { code: 'CURSOR_EXPIRED', field: 'cursor' };

  it('is good for as long as what follows it is kept, and says so afterwards', async () => {
    const first = await follow();
    await say('d:ann:bob');
    await first.until(1);
    const [begun, last] = [first.answers[0]?.cursor ?? '', first.cursor];
    await say('d:ann:bob');
    await first.until(2);
    const older = `UPDATE app_events SET placed_ms = placed_ms - 604800001 WHERE app_id = 'demo'`;
    await queryRows(rig.database.url, `${older} ORDER BY position DESC LIMIT 100000`);
    const kept = await say('d:ann:bob');
    await first.until(3);
    await rig.withStores(({ events }) => events.prune(1_000_000));
    for (const cursor of [begun, last])
      expect(await start({ cursor }).ended()).toMatchObject(expired);
    const here = start({ cursor: first.seen[1]?.cursor ?? '' });
    expect(await here.until(1)).toEqual([kept]);
    expect(await start({ fromOldest: true }).until(1)).toEqual([kept]);
  });

  it('of another history, or of no place at all, is none', async () => {
    const { cursor } = await follow();
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as number[];
    const made = (...values: unknown[]) =>
      Buffer.from(JSON.stringify(values)).toString('base64url');
    const [epoch = 0, position = 0] = parts;
    for (const strange of [
      made(epoch + 1, position, 0),
      made(epoch, position + 9, 0),
      made(epoch, -1, 0),
    ]) {
      expect(await start({ cursor: strange }).ended()).toMatchObject(expired);
    }
    const invalid = { code: 'INVALID_ARGUMENT', field: 'cursor' };
    for (const bad of ['x', made(1), made('1', 2, 3)]) {
      expect(await start({ cursor: bad }).ended()).toMatchObject(invalid);
    }
  });
});

describe('an app', () => {
  it('that wants no events has none, and pays nothing', async () => {
    const zoe = await rig.signedIn(silent, 'zoe');
    await zoe.send('d:zoe:zoe', newId());
    await zoe.createGroup({});
    expect((await stored('silent')).length).toBe(2);
    for (const table of ['event_outbox', 'app_events', 'app_event_heads']) {
      const sql = `SELECT 1 FROM ${table} WHERE app_id = 'silent'`;
      expect(await queryRows(rig.database.url, sql)).toEqual([]);
    }
    const refused = new Follower(rig, silent);
    followers.push(refused);
    expect(await refused.ended()).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('sees nothing of another, whatever its ids', async () => {
    const rival = await rig.createApp('rival', { events: true });
    const theirs = await Follower.begin(rig, rival, { fromOldest: true });
    followers.push(theirs);
    const ours = await follow();
    const strange = new Follower(rig, rival, { cursor: ours.cursor });
    followers.push(strange);
    expect(await strange.ended()).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'cursor' });
    const said = await say('d:ann:bob', 'ours');
    expect(await ours.until(1)).toEqual([said]);
    const namesake = await rig.signedIn(rival, 'ann');
    await namesake.send('d:ann:ann', newId(), 'theirs');
    expect(await theirs.until(1)).toEqual(['d:ann:ann 1']);
    expect(ours.names).toEqual([said]);
  });

  it('has a bounded number of streams at a node, and each that ends makes room', async () => {
    const many = await Promise.all(Array.from({ length: 8 }, () => follow()));
    const limit = { code: 'LIMIT_EXCEEDED', field: 'EVENT_STREAMS_MAX_PER_APP' };
    expect(await start().ended()).toMatchObject(limit);
    many[0]?.close();
    await eventually('room', async () => {
      const next = start();
      const outcome = await Promise.race([
        next.ended().then(() => false),
        eventually('an answer', () => next.answers.length > 0).then(() => true),
      ]).catch(() => false);
      if (!outcome) next.close();
      return outcome;
    });
  });

  it('that is suspended gets no further event', async () => {
    const closing = await rig.createApp('closing', { events: true });
    const follower = await Follower.begin(rig, closing);
    followers.push(follower);
    await rig.changeApps((apps) => apps.setStatus(parseAppId('closing'), 'suspended'));
    expect(await follower.ended()).toMatchObject({ code: 'APP_SUSPENDED' });
  });
});

it('a credential that is revoked gets no further event, whether there are any or not', async () => {
  const operate = rig.operatorCalls(1);
  const made = async () => {
    const wanted = { clientRequestId: newId(), appId: app.appId, scopes: [Scope.READ] };
    const { credential, bearer } = await operate(Apps, 'createCredential', wanted);
    const follower = await Follower.begin(rig, { credential: bearer });
    followers.push(follower);
    return { follower, credentialId: credential?.credentialId ?? '' };
  };
  const [quiet, kept] = [await made(), await made()];
  const { credentialId } = quiet;
  await operate(Apps, 'revokeCredential', {
    clientRequestId: newId(),
    appId: app.appId,
    credentialId,
  });
  expect(await quiet.follower.ended()).toMatchObject({ code: 'UNAUTHENTICATED' });
  const said = await say('d:ann:bob');
  expect(await kept.follower.until(1)).toEqual([said]);
  expect(quiet.follower.names).toEqual([]);
  // The promise is five seconds, with what reading takes.
  expect(STREAM_RECHECK_MS + STREAM_ACCOUNT_TTL_MS).toBeLessThanOrEqual(4_000);
});

describe('a node that goes', () => {
  it('sends streams elsewhere, where they go on', async () => {
    const index = rig.nodes.length;
    const node = await rig.addNode();
    const leaving = await follow({}, index);
    const first = await say('d:ann:bob', 'one', 1);
    await leaving.until(1);
    await node.logic.drain();
    const end = await leaving.ended();
    expect(end).toBeInstanceOf(DomainError);
    expect(end).toMatchObject({ code: 'UNAVAILABLE' });
    await node.logic.stop();
    rig.nodes.pop();
    const second = await say('d:ann:bob', 'two', 1);
    expect(leaving.names).toEqual([first]);
    expect(await start({ cursor: leaving.cursor }, 1).until(1)).toEqual([second]);
  });
});

it('marks of what was read are no events', async () => {
  const follower = await follow();
  const call = await rig.calls(app, 'bob');
  await call(Conversations, 'markRead', { conversationId: 'd:ann:bob', seq: 1 });
  const said = await say('d:ann:bob');
  expect(await follower.until(1)).toEqual([said]);
});
