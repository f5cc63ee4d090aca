import { randomBytes } from 'node:crypto';
import { testMysql, testRedis, type CreatedDatabase } from '@queqiao/dev-stack';
import { createDirectory, type Directory } from '@queqiao/directory';
import {
  parseAppId,
  parseConversationId,
  parseGroupId,
  parseUserId,
  type AppId,
} from '@queqiao/domain';
import { Content } from '@queqiao/protocol/client';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { createDatabase, migrate, type Database } from '@queqiao/store-mysql';
import {
  AppendWriter,
  DirectHeads,
  storeFailure,
  type AppendLimits,
  type AppendLog,
  type AppendRequest,
  type CommittedBatch,
} from '../../src/append/index.js';
import { notice } from '../../src/usecase/change/change-request.js';
import { DEFAULT_PROFILE } from '../../src/usecase/group/create-group.js';

/** Logic's storage on real servers: one database and one key prefix per test file. */
export class LogRig {
  readonly appId: AppId = parseAppId('demo');
  readonly registry = new Registry();
  readonly database: Database;
  readonly directory: Directory;
  readonly #created: CreatedDatabase;

  private constructor(created: CreatedDatabase, directory: Directory, database: Database) {
    this.#created = created;
    this.directory = directory;
    this.database = database;
  }

  static async start(...users: string[]): Promise<LogRig> {
    const created = await (await testMysql()).createDatabase();
    await migrate(created.migrateUrl);
    const redis = await testRedis();
    const shared = { clock: systemClock, logger: silentLogger(), metrics: new Registry() };
    const directory = createDirectory({ ...shared, url: redis.url, keyPrefix: redis.prefix() });
    await directory.start();
    const database = LogRig.open(created.url);
    const rig = new LogRig(created, directory, database);
    await database.apps.createApp(rig.appId, 'Demo');
    for (const user of users) await database.users.ensure(rig.appId, parseUserId(user));
    return rig;
  }

  /** The database through pools of its own, as another logic node has them. */
  static open(url: string): Database {
    return createDatabase({
      url,
      poolSize: 6,
      appendPoolSize: 3,
      statementTimeoutMs: 10_000,
      tenantGuard: true,
      clock: systemClock,
      logger: silentLogger(),
      metrics: new Registry(),
    });
  }

  get rootUrl(): string {
    return this.#created.rootUrl;
  }

  writer(
    onCommitted: (batch: CommittedBatch) => void = () => {},
    more: Partial<AppendLimits> & { database?: Database; log?: AppendLog; owner?: string } = {},
  ): AppendWriter {
    const { database = this.database, owner = 'logic-1', ...limits } = more;
    return new AppendWriter(
      {
        log: more.log ?? database.append,
        heads: new DirectHeads({ users: database.users, inserts: database.conversations }),
        failureOf: storeFailure,
        onCommitted,
        clock: systemClock,
        logger: silentLogger(),
        registry: this.registry,
      },
      { ...limits, owner },
    );
  }

  async group(name: string, ...members: string[]): Promise<void> {
    const [owner = 'alice'] = members;
    const ownerId = parseUserId(owner);
    const actor = { kind: 'user', id: ownerId } as const;
    const request = { actor, requestId: randomBytes(6).toString('hex'), method: 'CreateGroup' };
    const work = { appId: this.appId, groupId: parseGroupId(name), ownerId, request, again: null };
    const created = { kind: 'groupCreated', content: text('created') };
    await this.database.groups.create({ ...work, owner: 'logic-1', dispatchDelayMs: 0 }, () => ({
      answer: null,
      profile: { ...DEFAULT_PROFILE, name },
      memberIds: members.map((member) => parseUserId(member)),
      firstEntry: notice({ kind: 'system', id: '' }, created),
      maxGroups: 1_000,
    }));
  }

  send(conversation: string, from: string, clientMsgId: string, body = clientMsgId): AppendRequest {
    return {
      appId: this.appId,
      conversationId: parseConversationId(conversation),
      sender: { kind: 'user', id: from },
      clientMsgId,
      kind: 'text',
      content: text(body),
      countable: true,
    };
  }

  /** client_msg_ids of a log by seq, from 1 on; undefined where there is a hole. */
  async log(conversation: string): Promise<string[]> {
    const id = parseConversationId(conversation);
    const ids: string[] = [];
    for (;;) {
      const range = { fromSeq: ids.length + 1, toSeq: ids.length + 500 };
      const entries = await this.database.conversations.entries(this.appId, id, range);
      if (entries.length === 0) return ids;
      for (const entry of entries) ids[entry.seq - 1] = entry.clientMsgId;
    }
  }

  async stop(): Promise<void> {
    await this.directory.stop();
    await this.database.close();
    await this.#created.drop();
  }
}

export function text(body: string): Uint8Array {
  return Content.encode(
    Content.create({ body: { $case: 'text', value: { text: body } } }),
  ).finish();
}
