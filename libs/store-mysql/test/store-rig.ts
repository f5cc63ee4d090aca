import { testMysql, type CreatedDatabase } from '@queqiao/dev-stack';
import {
  directConversationId,
  parseAppId,
  parseUserId,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import {
  createDatabase,
  migrate,
  type AppendItem,
  type CommitBatchOptions,
  type Database,
  type DatabaseOptions,
  type LogEntry,
  type LogWork,
  type UserUpsert,
} from '../src/index.js';

export const app = parseAppId('demo');
export const user = (id: string): UserId => parseUserId(id);
export const direct = (a: string, b: string): ConversationId =>
  directConversationId(user(a), user(b));

/** A migrated database of its own for one test file, the stores on it, and a root connection to look and to break things. */
export class StoreRig {
  readonly #opened: Database[] = [];

  private constructor(
    readonly created: CreatedDatabase,
    readonly root: Connection,
  ) {}

  static async start(): Promise<StoreRig> {
    const created = await (await testMysql()).createDatabase();
    await migrate(created.migrateUrl);
    return new StoreRig(created, await StoreRig.root(created.rootUrl));
  }

  static root(url: string): Promise<Connection> {
    return createConnection({ uri: url });
  }

  open(options: Partial<DatabaseOptions> = {}): Database {
    const database = openStores({ url: this.created.url, ...options });
    this.#opened.push(database);
    return database;
  }

  async rows<T>(sql: string, values: (string | number)[] = []): Promise<T[]> {
    const [rows] = await this.root.query<RowDataPacket[]>(sql, values);
    return rows as T[];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#opened.map((database) => database.close()));
    this.root.destroy();
    await this.created.drop();
  }
}

export function openStores(options: Partial<DatabaseOptions> & { url: string }): Database {
  return createDatabase({
    poolSize: 4,
    appendPoolSize: 4,
    statementTimeoutMs: 8_000,
    tenantGuard: true,
    clock: systemClock,
    logger: silentLogger(),
    metrics: new Registry(),
    ...options,
  });
}

let count = 0;

export function message(
  conversationId: ConversationId,
  from: string,
  more: Partial<AppendItem> = {},
): AppendItem {
  count += 1;
  return {
    appId: app,
    conversationId,
    sender: { kind: 'user', id: from },
    clientMsgId: `c${count}`,
    kind: 'text',
    content: Buffer.from(`message ${count}`),
    countable: true,
    ...more,
  };
}

export const allow: CommitBatchOptions = {
  judge: () => null,
  owner: 'logic-1',
  dispatchDelayMs: 3_000,
  skipLocked: false,
};

/** What changes of logs are asked with, when no request has to be recognised. */
export const unasked: Omit<LogWork, 'request'> = {
  appId: app,
  owner: 'logic-1',
  dispatchDelayMs: 3_000,
};

/** As an entry of a self feed; its content says what it is about. */
export function note(kind: string, about: unknown = kind): LogEntry {
  const content = Buffer.from(JSON.stringify(about));
  return { kind, content, sender: { kind: 'user', id: 'ann' }, countable: false, shown: false };
}

export async function upsert(
  database: Database,
  ...lines: UserUpsert[]
): Promise<{ created: number; updated: number }> {
  const entry = (account: unknown) => note('profileChanged', account);
  return (await database.users.upsert(unasked, lines, entry)).answer;
}

export function addUsers(database: Database, ...ids: string[]): Promise<unknown> {
  return upsert(database, ...ids.map((id) => ({ userId: user(id) })));
}
