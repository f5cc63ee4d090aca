import { setTimeout as sleep } from 'node:timers/promises';
import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import { AppServiceDefinition, type AppUsage } from '@queqiao/protocol/admin';
import { eventually, queryRows, type TestApp, type TestCluster } from '@queqiao/testkit';
import { admin } from '../../src/admin-tool.js';
import { BackEnd } from '../../src/doors.js';
import { AllWays, type NamedWay } from '../../src/same-calls/all-ways.js';
import type { Answer, Way } from '../../src/same-calls/ways.js';

/** What is promised of settings and counts: no node believes one for longer. */
const BOUND_MS = 5_000;
const CLIENT = 'queqiao.client.v1';

/** An app with ann, who calls in every way, and bob; its back end, and its operator. Close it. */
export class CountedApp {
  #lastId = 0;

  private constructor(
    readonly cluster: TestCluster,
    readonly app: TestApp,
    readonly ann: AllWays,
    readonly backEnd: BackEnd,
    readonly operator: GrpcClient<typeof AppServiceDefinition>,
  ) {}

  static async create(cluster: TestCluster, appId: string): Promise<CountedApp> {
    const app = await cluster.createApp(appId);
    const address = cluster.logicAt(0).grpcAddress;
    const backEnd = new BackEnd(address, app);
    await backEnd.upsert('ann', 'bob');
    const operator = createGrpcClient(AppServiceDefinition, address);
    return new CountedApp(cluster, app, await AllWays.of(cluster, app, 'ann'), backEnd, operator);
  }

  newId(): string {
    this.#lastId += 1;
    return `n${this.#lastId}`;
  }

  /** A client method, by ann unless it is said by whom. */
  call(method: string, request: object, way: Way = this.ann.plain): Promise<Answer> {
    return way.call(`${CLIENT}.${method}`, request as Parameters<Way['call']>[1]);
  }

  send(way: Way = this.ann.plain, clientMsgId = this.newId()): Promise<Answer> {
    const about = { conversation_id: 'd:ann:bob', client_msg_id: clientMsgId };
    return this.call('MessageService/Send', { ...about, content: { text: { text: 'hi' } } }, way);
  }

  /** The answers of all ways to calls that differ in their ids alone. */
  async byAll(call: (way: NamedWay) => Promise<Answer>): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const way of this.ann.all) answers.push(await call(way));
    return answers;
  }

  /** What the operator is shown. */
  async usage(): Promise<AppUsage> {
    const metadata = { authorization: `Bearer ${this.cluster.operator.bearer}` };
    const { usage } = await this.operator.getApp({ appId: this.app.appId }, { metadata });
    if (usage === undefined) throw new Error('no usage');
    return usage;
  }

  /** By the operators' tool, at whichever node; the app is counted anew for it. */
  async set(...assignments: string[]): Promise<Record<string, unknown>> {
    this.#lastId += 1;
    const words = ['app', 'settings', this.app.appId, 'set', ...assignments];
    return admin(this.cluster, words, this.#lastId % 2);
  }

  /** Until the next count says this. */
  async counted(wanted: Partial<AppUsage>): Promise<AppUsage> {
    return eventually(
      `usage of ${JSON.stringify(wanted)}`,
      async () => {
        const usage = await this.usage();
        const differs = Object.entries(wanted).some(
          ([name, value]) => usage[name as keyof AppUsage] !== value,
        );
        return differs || usage.countedMs === 0 ? undefined : usage;
      },
      150_000,
    );
  }

  /** Entries that the database has. */
  async rows(): Promise<number> {
    const sql = 'SELECT COUNT(*) AS n FROM entries WHERE app_id = ?';
    const [row] = await queryRows(this.cluster.database.url, sql, [this.app.appId]);
    return Number(row?.['n']);
  }

  /** From then on every node knows what is stored now. */
  static known(): Promise<void> {
    return sleep(BOUND_MS);
  }

  async close(): Promise<void> {
    await this.ann.close();
    this.backEnd.close();
    this.operator.close();
  }
}

/** How every way says it. */
export function overQuota(quota: string, limit: number, what: string): Answer {
  const message = `the app may have ${limit} ${what}`;
  return {
    error: { code: 'LIMIT_EXCEEDED', message, field: quota, retryAfterMs: 0 },
    hasRequestId: true,
  };
}

export const seqOf = (answer: Answer | undefined): unknown =>
  answer !== undefined && 'body' in answer ? (answer.body as { seq: unknown }).seq : answer;
