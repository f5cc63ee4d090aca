import { testMysql, type CreatedDatabase } from '@queqiao/dev-stack';
import {
  directConversationId,
  groupConversationId,
  parseAppId,
  parseGroupId,
  parseUserId,
  type ConversationId,
  type GroupId,
  type GroupProfile,
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
  type LogOutcome,
  type NewGroupPlan,
  type NewGroupWork,
} from '../../src/index.js';

export const app = parseAppId('demo');
export const user = (id: string): UserId => parseUserId(id);
export const direct = (a: string, b: string): ConversationId =>
  directConversationId(user(a), user(b));

const NOW_MS = 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)';

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

  /** Users by id, with their nicknames. */
  async users(nicknames: Readonly<Record<string, string>>): Promise<void> {
    for (const [id, nickname] of Object.entries(nicknames)) {
      const sql = `INSERT INTO users (app_id, user_id, nickname, created_ms, updated_ms) VALUES (?, ?, ?, 1, 1)
        ON DUPLICATE KEY UPDATE nickname = VALUES(nickname)`;
      await this.root.query(sql, [app, id, nickname]);
    }
  }

  /** What `work` came to, and whether it made something due so long after it was done, by the clock of the database, however long that takes. */
  async madeDueIn<T>(
    waitMs: number,
    work: () => Promise<T>,
    dueMs: () => Promise<number | undefined>,
  ): Promise<{ readonly done: T; readonly isDueThen: boolean }> {
    const nowMs = async () =>
      Number((await this.rows<{ ms: number }>(`SELECT ${NOW_MS} AS ms`))[0]?.ms);
    const before = await nowMs();
    const done = await work();
    const begunMs = Number(await dueMs()) - waitMs;
    return { done, isDueThen: before <= begunMs && begunMs <= (await nowMs()) };
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

export const anyTurn = { after: '', without: [] };

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

export const profile: GroupProfile = {
  name: 'Team',
  avatarUrl: '',
  introduction: '',
  announcement: '',
  extra: '',
  joinMode: 'invitation',
  visibility: 'private',
  history: 'since-join',
  inviteRight: 'everyone',
};

export interface GroupMade {
  readonly id: GroupId;
  readonly conv: ConversationId;
}

/** How a group is made, owned by the first of the members. */
export function newGroup(
  groupId: string,
  members: readonly string[],
  more: Partial<NewGroupPlan<GroupMade> & Pick<NewGroupWork<GroupMade>, 'request'>> = {},
): readonly [NewGroupWork<GroupMade>, () => NewGroupPlan<GroupMade>] {
  const { request, ...plan } = more;
  const id = parseGroupId(groupId);
  const answer = { id, conv: groupConversationId(id) };
  const [ownerId = user('nobody'), ...memberIds] = members.map(user);
  const actor = { kind: 'user', id: ownerId } as const;
  const work = {
    appId: app,
    groupId: id,
    ownerId,
    request: request ?? { actor, requestId: `create-${groupId}`, method: 'CreateGroup' },
    owner: 'logic-1',
    dispatchDelayMs: 3_000,
    again: answer,
  };
  const firstEntry = {
    kind: 'groupCreated',
    content: Buffer.from('x'),
    sender: { kind: 'system', id: '' },
    countable: false,
    shown: true,
  } as const;
  const planned = { answer, profile, memberIds, firstEntry, maxGroups: 1_000, ...plan };
  return [work, () => planned];
}

export function makeGroup(
  database: Pick<Database, 'groups'>,
  ...group: Parameters<typeof newGroup>
): Promise<LogOutcome<GroupMade>> {
  return database.groups.create(...newGroup(...group));
}
