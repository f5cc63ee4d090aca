/**
 * What a batch of one-to-one messages costs: messages per second, and CPU of this process per message.
 * Run: node --conditions=queqiao:source --import tsx test/commit-batch.bench.ts <url> [seconds] [sizes]
 */
import { directConversationId, parseAppId, parseUserId } from '@queqiao/domain';
import { createLogger, createRegistry, systemClock } from '@queqiao/runtime';
import { createDatabase, migrate, type AppendItem, type Database } from '../../src/index.js';

const PAIRS = 2_000;
const CONTENT_BYTES = 120;
const appId = parseAppId('bench');

async function main(): Promise<void> {
  const [url = '', seconds = '3', sizes = '1,16,64,256'] = process.argv.slice(2);
  await migrate(url);
  const labels = { service: 'bench', node: 'bench' };
  const database = createDatabase({
    url,
    poolSize: 2,
    appendPoolSize: 4,
    statementTimeoutMs: 10_000,
    tenantGuard: false,
    clock: systemClock,
    logger: createLogger({ ...labels, level: 'warn' }),
    metrics: createRegistry(labels),
  });
  const conversations = pairs();
  await database.conversations.ensureDirect(
    conversations.map(({ conversationId }) => ({ appId, conversationId })),
  );
  for (const size of sizes.split(',').map(Number)) {
    for (const writers of [1, 2]) await measure(database, size, writers, Number(seconds) * 1_000);
  }
  await database.close();
}

type Pair = ReturnType<typeof pairs>[number];

function pairs() {
  return Array.from({ length: PAIRS }, (_, index) => {
    const [a, b] = [parseUserId(`u${index}-left`), parseUserId(`u${index}-right`)];
    return { a, conversationId: directConversationId(a, b) };
  });
}

async function measure(
  database: Database,
  size: number,
  writers: number,
  durationMs: number,
): Promise<void> {
  const all = pairs();
  const until = performance.now() + durationMs;
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  let messages = 0;
  let batches = 0;
  const write = async (writer: number): Promise<void> => {
    const own = all.filter((_, index) => index % writers === writer);
    while (performance.now() < until) {
      const items = Array.from({ length: size }, () => message(own));
      const { outcomes, dispatchId } = await database.append.commitBatch(items, {
        judge: (_item, member) => {
          if (member === null) throw new Error('not a member');
          return null;
        },
        owner: 'bench',
        dispatchDelayMs: 3_000,
        skipLocked: true,
      });
      messages += outcomes.filter((each) => each.status === 'committed').length;
      batches += 1;
      if (dispatchId !== null) await database.dispatch.settle([dispatchId]);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, index) => write(index)));
  const tookMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  const rate = Math.round((messages / tookMs) * 1_000);
  const cpu = ((user + system) / messages).toFixed(1);
  const latency = ((tookMs * writers) / batches).toFixed(1);
  process.stdout.write(
    `batch ${size}, ${writers} writer(s): ${rate} messages/s, ${cpu} µs of node CPU each, ${latency} ms per batch\n`,
  );
}

let count = 0;

function message(own: readonly Pair[]): AppendItem {
  count += 1;
  const pair = own[Math.floor(Math.random() * own.length)];
  if (pair === undefined) throw new Error('no pairs');
  return {
    appId,
    conversationId: pair.conversationId,
    sender: { kind: 'user', id: pair.a },
    clientMsgId: `c${process.pid}-${count.toString(36)}`,
    kind: 'text',
    content: new Uint8Array(CONTENT_BYTES).fill(97),
    countable: true,
  };
}

await main();
