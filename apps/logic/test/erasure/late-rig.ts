import { Registry, systemClock } from '@queqiao/runtime';
import { createDatabase, type Database } from '@queqiao/store-mysql';
import { UserServiceDefinition as ServerUsers, Erasure_Phase } from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { ApiRig, newId, type UserCall } from '../rig/api-rig.js';
import { HeldStatement } from './held-statement.js';

/** Of a user who is erased while a call of the second node is under way: what stands of that user as it does of others. */
const LEFT = {
  posts: "SELECT COUNT(*) FROM posts WHERE author_id = ? AND content <> ''",
  places:
    "SELECT COUNT(*) FROM members WHERE user_id = ? AND conversation_id LIKE 'g:%' AND left_seq IS NULL",
  asked: 'SELECT COUNT(*) FROM friend_requests WHERE ? IN (user_id, peer_id)',
  friends: 'SELECT COUNT(*) FROM friends WHERE ? IN (user_id, friend_id) AND active = 1',
  blocks: 'SELECT COUNT(*) FROM blocks WHERE user_id = ?',
  said: "SELECT COUNT(*) FROM entries WHERE sender = ? AND kind = 'text' AND state = 0",
  reactions: 'SELECT COUNT(*) FROM reactions WHERE user_id = ?',
} as const;
type Job = Parameters<Database['erasures']['eraseUser']>[0];
export type Left = Partial<Record<keyof typeof LEFT, number>>;

/** Two nodes: the first erases, calls of the second are held on the way to the database. */
export class LateRig {
  /** Before messages are looked for, the phase of the groups, and the end of the user: where erasures wait while it is closed. */
  readonly gates = { messages: new Gate(), groups: new Gate(), user: new Gate() };

  private constructor(
    readonly rig: ApiRig,
    readonly app: TestApp,
    readonly held: HeldStatement,
  ) {}

  static async start(): Promise<LateRig> {
    const rig = await ApiRig.start(0);
    const held = await HeldStatement.start(rig.database.url);
    const app = await rig.createApp('demo');
    const late = new LateRig(rig, app, held);
    await rig.addNode({}, { database: late.#erasing() });
    await rig.addNode({}, { database: late.#others() });
    return late;
  }

  get url(): string {
    return this.rig.database.url;
  }

  get backEnd(): UserCall {
    return this.rig.backEndCalls(this.app, 0);
  }

  async erase(userId: string): Promise<void> {
    await this.backEnd(ServerUsers, 'eraseUser', { clientRequestId: newId(), userId });
  }

  async untilGone(userId: string): Promise<void> {
    await eventually('the user is gone', async () => {
      const { erasure } = await this.backEnd(ServerUsers, 'getErasure', { userId });
      return erasure?.phase === Erasure_Phase.DONE;
    });
  }

  /** As if the time had passed after which no call is under way any more. */
  async sweep(userId: string): Promise<void> {
    await queryRows(this.url, `UPDATE erasures SET due_ms = 0 WHERE user_id = '${userId}'`);
    await eventually('it is swept', async () => {
      const rows = await queryRows(
        this.url,
        `SELECT phase, due_ms FROM erasures WHERE user_id = '${userId}'`,
      );
      return rows[0]?.['phase'] === 'done' && rows[0]['due_ms'] === null;
    });
  }

  /** What is not nothing. */
  async left(userId: string): Promise<Left> {
    const columns = Object.entries(LEFT).map(([name, sql]) => `(${sql}) AS ${name}`);
    const values = columns.map(() => userId);
    const [row] = await queryRows(this.url, `SELECT ${columns.join(', ')}`, values);
    return Object.fromEntries(Object.entries(row ?? {}).filter(([, count]) => count !== 0));
  }

  async stop(): Promise<void> {
    for (const gate of Object.values(this.gates)) gate.open();
    await this.rig.stop();
    await this.held.stop();
  }

  #erasing(): Database {
    const stores = this.#open(this.url, 10_000);
    const { erasures } = stores;
    const { messages, groups, user } = this.gates;
    const gated = Object.assign(Object.create(erasures) as typeof erasures, {
      ownMessages: (...of: Parameters<Database['erasures']['ownMessages']>) =>
        messages.passed().then(() => erasures.ownMessages(...of)),
      nextGroup: (job: Job) => groups.passed().then(() => erasures.nextGroup(job)),
      eraseUser: (job: Job) => user.passed(job.appId).then(() => erasures.eraseUser(job)),
    });
    return { ...stores, erasures: gated };
  }

  /** Leaves erasures to the first node. A statement that is held must not be given up: its call would be repeated, and not be held. */
  #others(): Database {
    const stores = this.#open(this.held.url, 300_000);
    const { erasures } = stores;
    const idle = Object.assign(Object.create(erasures) as typeof erasures, {
      claim: () => Promise.resolve(null),
    });
    return { ...stores, erasures: idle };
  }

  #open(url: string, statementTimeoutMs: number): Database {
    return createDatabase({
      url,
      poolSize: 8,
      appendPoolSize: 3,
      statementTimeoutMs,
      tenantGuard: true,
      clock: systemClock,
      logger: this.rig.logger,
      metrics: new Registry(),
    });
  }
}

class Gate {
  #open: () => void = () => undefined;
  #passed: Promise<void> = Promise.resolve();
  #of: string | undefined;
  reached = false;

  /** To all, or to erasures of one app. */
  close(of?: string): void {
    this.#of = of;
    this.reached = false;
    this.#passed = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }

  passed(appId?: string): Promise<void> {
    if (this.#of !== undefined && this.#of !== appId) return Promise.resolve();
    this.reached = true;
    return this.#passed;
  }
}
