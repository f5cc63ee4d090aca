import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '@queqiao/protocol/client';
import { contents, createClient, Platform, type QueqiaoClient } from '@queqiao/sdk';
import { shownBy } from '@queqiao/sdk/testing';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BackEnd } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';
import { BATCH, Importer, LONG_AGO_MS, oldMessage } from './importer.js';

const cluster = useCluster();
const MESSAGES = 5_000;
/** Batches in the middle of which the node that has them is killed. */
const DEADLY = new Set([4, 9, 14, 19]);
/** Live messages that are sent while a batch is under way. */
const LIVE_EACH = 2;
const LIVE = (MESSAGES / BATCH) * LIVE_EACH;
const LIMIT_MS = 300_000;
const CHAT = 'd:ann:bob';
/** Members of the group that have said nothing; with them it is a large one. */
const SILENT = Array.from({ length: 10 }, (_, n) => `silent-${n}`);

function device(app: TestApp, userId: string, deviceId: string, node: number): QueqiaoClient {
  const client = createClient({
    url: cluster().socketUrls[node] ?? '',
    token: () => app.token(userId),
    device: { id: deviceId, platform: Platform.LINUX },
    fullHistory: true,
    limits: { maxKeptEntries: 4 * MESSAGES },
    webSocket: (url, protocols) => new WebSocket(url, protocols),
  });
  client.start();
  return client;
}

/** Brings all of a conversation while somebody speaks in it; nodes are killed while they have a batch. */
async function bringAll(
  importer: Importer,
  id: string,
  authors: readonly string[],
  speaker: QueqiaoClient,
): Promise<void> {
  const restarts: Promise<void>[] = [];
  const said: Promise<unknown>[] = [];
  for (let batch = 0; batch < MESSAGES / BATCH; batch += 1) {
    let deadly = DEADLY.has(batch);
    const messages = Array.from({ length: BATCH }, (_, at) =>
      oldMessage(authors, batch * BATCH + at + 1),
    );
    for (let n = 1; n <= LIVE_EACH; n += 1) {
      const words = `live ${batch * LIVE_EACH + n}`;
      said.push(speaker.send(id, contents.text(words)));
    }
    await importer.bring(id, messages, (node) => {
      if (!deadly) return;
      deadly = false;
      // A few milliseconds later the batch is somewhere between its first lock and its answer.
      restarts.push(killIn(batch, node));
    });
    // Both nodes are there when the next one is killed.
    if (DEADLY.has(batch)) await Promise.all(restarts);
  }
  expect(restarts).toHaveLength(DEADLY.size);
  await Promise.all(said);
}

async function killIn(milliseconds: number, node: number): Promise<void> {
  const { process } = cluster().logicAt(node);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await process.kill();
  await process.start();
}

async function isLarge(conversationId: string): Promise<boolean> {
  const sql = 'SELECT mode FROM conversations WHERE conversation_id = ?';
  const [row] = await queryRows(cluster().database.url, sql, [conversationId]);
  return row?.['mode'] === 'subscribed';
}

/** Text and time of what was said in a log, message by message. */
function saidIn(entries: readonly Entry[], prefix: string): [string, number][] {
  return entries.flatMap(({ content, createdMs }): [string, number][] => {
    const body = content?.body;
    const words = body?.$case === 'text' ? body.value.text : '';
    return words.startsWith(prefix) ? [[words, createdMs]] : [];
  });
}

const OLD = Array.from({ length: MESSAGES }, (_, at): [string, number] => [
  `old ${at + 1}`,
  LONG_AGO_MS + (at + 1) * 1_000,
]);

const LIVE_WORDS = Array.from({ length: LIVE }, (_, at) => `live ${at + 1}`).sort();

it(
  'ten thousand old messages are there once, in order, with their times, on every device, although nodes are killed',
  async () => {
    const app = await cluster().createApp('moved', { largeGroupMembers: SILENT.length });
    const addresses = cluster().logic.map(({ grpcAddress }) => grpcAddress);
    const backEnd = new BackEnd(addresses[0] ?? '', app);
    await backEnd.upsert('ann', 'bob', 'cat', ...SILENT);
    const group = await backEnd.createGroup('ann', 'team', ['bob', 'cat', ...SILENT]);
    backEnd.close();
    const importer = new Importer(addresses, app);
    const [phone, laptop] = [device(app, 'ann', 'phone', 0), device(app, 'bob', 'laptop', 1)];
    const listener = device(app, SILENT[0] ?? '', 'phone', 1);
    await eventually('the group is a large one', () => isLarge(group));
    const moved = [
      { id: CHAT, authors: ['ann', 'bob'] },
      { id: group, authors: ['ann', 'bob', 'cat'] },
    ];
    for (const { id, authors } of moved) await bringAll(importer, id, authors, phone);
    expect(importer.unanswered).toBeGreaterThan(0);

    for (const { id } of moved) {
      const log = await importer.log(id);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
      expect(saidIn(log, 'old')).toEqual(OLD);
      const live = saidIn(log, 'live').map(([words]) => words);
      expect(live.sort()).toEqual(LIVE_WORDS);
      const online = id === group ? [phone, laptop, listener] : [phone, laptop];
      for (const client of online) {
        const has = () => isDeepStrictEqual(client.entries(id), log);
        await eventually('who was online has the log', has);
      }
    }
    const late = device(app, 'bob', 'tablet', 0);
    const same = () => isDeepStrictEqual(shownBy(late), shownBy(laptop));
    await eventually('who comes later sees the same', same);
    const unread = () => listener.conversation(group)?.unread === LIVE;
    await eventually('who said nothing has the live messages to read, and no others', unread);

    await moderate(importer, [phone, laptop, late]);
    for (const client of [phone, laptop, late, listener]) client.stop();
    importer.close();
  },
  LIMIT_MS,
);

/** Takes some of the oldest messages away, of which all devices are told as of any other. */
async function moderate(importer: Importer, clients: readonly QueqiaoClient[]): Promise<void> {
  const oldest = (await importer.log(CHAT)).filter(({ sender }) => sender?.id === 'bob');
  const [recalled = 0, ...deleted] = oldest.slice(0, 4).map(({ seq }) => seq);
  await importer.recall(CHAT, recalled);
  await importer.remove(CHAT, deleted);
  const log = await importer.log(CHAT);
  for (const seq of [recalled, ...deleted]) expect(log[seq - 1]?.content).toBeUndefined();
  const states = (client: QueqiaoClient) =>
    new Map(client.messages(CHAT).map(({ seq, state }) => [seq, state]));
  for (const client of clients) {
    await eventually('the device has heard of it', () => {
      const now = states(client);
      return now.get(recalled) === 'recalled' && deleted.every((seq) => now.get(seq) === 'deleted');
    });
  }
}
