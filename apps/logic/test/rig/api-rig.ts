import { randomBytes } from 'node:crypto';
import { testMysql, testRedis, type CreatedDatabase } from '@queqiao/dev-stack';
import { createDirectory, type Directory } from '@queqiao/directory';
import {
  createGrpcClient,
  isServiceError,
  statusToDomainError,
  type CallOptions,
  type GenericServiceDefinition,
  type RequestOf,
  type ResponseOf,
} from '@queqiao/grpc-kit';
import {
  ConversationServiceDefinition,
  GroupServiceDefinition,
  MessageServiceDefinition,
  UserServiceDefinition,
  Content,
  CreateGroupRequest,
  SendRequest,
} from '@queqiao/protocol/client';
import {
  CreateGroupRequest as ServerCreateGroupRequest,
  GroupServiceDefinition as ServerGroupService,
  MessageServiceDefinition as ServerMessageService,
  SendMessageRequest,
  UserServiceDefinition as ServerUserService,
} from '@queqiao/protocol/server';
import { loadConfig, Registry, systemClock, type Logger } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { migrate, type AppSettingsInput, type Database } from '@queqiao/store-mysql';
import {
  createTestApp,
  newTokenSecret,
  TEST_SECRET_KEY,
  TestOperator,
  type TestApp,
} from '@queqiao/testkit';
import { createLogic, logicConfig, type Logic, type LogicOverrides } from '../../src/index.js';
import { openStores } from './own-stores.js';

export interface LogicNode {
  readonly logic: Logic;
  readonly directory: Directory;
}

/** Longer than a test keeps a call waiting, or a machine that stands still. */
const PATIENCE_MS = 60_000;

type AnyUnary = (request: unknown, options: CallOptions) => Promise<unknown>;

export type UserCall = <D extends GenericServiceDefinition, N extends keyof D['methods'] & string>(
  definition: D,
  name: N,
  request: Partial<RequestOf<D['methods'][N]>>,
) => Promise<ResponseOf<D['methods'][N]>>;

/** Logic nodes in this process on one real database and one real Redis of their own prefix. */
export class ApiRig {
  readonly nodes: LogicNode[] = [];
  readonly operator = new TestOperator();
  readonly tokenSecret = newTokenSecret();
  readonly #closers: (() => void)[] = [];
  /** Of each node, whoever calls. */
  readonly #clients: Map<GenericServiceDefinition, Record<string, AnyUnary>>[] = [];

  private constructor(
    readonly database: CreatedDatabase,
    readonly redisUrl: string,
    readonly prefix: string,
    readonly logger: Logger,
  ) {}

  /** On a Redis that other tests share, unless one is given. */
  static async start(
    count = 1,
    logger: Logger = silentLogger(),
    redisUrl?: string,
  ): Promise<ApiRig> {
    const database = await (await testMysql()).createDatabase();
    await migrate(database.migrateUrl);
    const redis = await testRedis();
    const rig = new ApiRig(database, redisUrl ?? redis.url, redis.prefix(), logger);
    for (let n = 0; n < count; n += 1) await rig.addNode();
    return rig;
  }

  async addNode(
    env: Record<string, string> = {},
    overrides: LogicOverrides = {},
  ): Promise<LogicNode> {
    const node = this.makeNode(env, overrides);
    this.nodes.push(node);
    await node.logic.start();
    return node;
  }

  makeNode(env: Record<string, string> = {}, overrides: LogicOverrides = {}): LogicNode {
    const config = loadConfig(logicConfig, {
      QUEQIAO_PROFILE: 'test',
      QUEQIAO_NODE_ID: `logic-${this.nodes.length + 1}`,
      QUEQIAO_MYSQL_URL: this.database.url,
      QUEQIAO_REDIS_URL: this.redisUrl,
      QUEQIAO_GRPC_PORT: '0',
      QUEQIAO_LINK_PORT: '0',
      QUEQIAO_OPERATOR_SECRET_SHA256: this.operator.sha256,
      QUEQIAO_TOKEN_SECRETS: this.tokenSecret,
      QUEQIAO_SECRET_KEYS: TEST_SECRET_KEY,
      QUEQIAO_OUTBOUND_HTTP: 'true',
      QUEQIAO_OUTBOUND_PRIVATE: 'true',
      ...env,
    });
    const { logger } = this;
    const directory = createDirectory({
      url: config.redisUrl,
      keyPrefix: this.prefix,
      clock: systemClock,
      logger,
      metrics: new Registry(),
    });
    return { logic: createLogic(config, { logger, directory, ...overrides }), directory };
  }

  createApp(appId: string, settings: AppSettingsInput = {}): Promise<TestApp> {
    return createTestApp(this.database.url, appId, settings);
  }

  /** Changes apps behind the nodes' backs, as the admin tool does. */
  changeApps(change: (apps: Database['apps']) => Promise<unknown>): Promise<void> {
    return this.withStores(({ apps }) => change(apps));
  }

  /** What would take too many calls. */
  async withStores(work: (database: Database) => Promise<unknown>): Promise<void> {
    const database = openStores(this);
    try {
      await work(database);
    } finally {
      await database.close();
    }
  }

  address(index = 0): string {
    const node = this.nodes[index];
    if (!node) throw new Error(`no node ${index}`);
    return `127.0.0.1:${node.logic.ports.grpc}`;
  }

  /** All client services of one node, called with this metadata. */
  user(metadata: Record<string, string>, index = 0) {
    const options = { interceptors: [] };
    const at = this.address(index);
    const messages = this.#keep(createGrpcClient(MessageServiceDefinition, at, options));
    const conversations = this.#keep(createGrpcClient(ConversationServiceDefinition, at, options));
    const groups = this.#keep(createGrpcClient(GroupServiceDefinition, at, options));
    const users = this.#keep(createGrpcClient(UserServiceDefinition, at, options));
    return {
      send: (conversationId: string, clientMsgId: string, body: Content | string = clientMsgId) =>
        messages.send(
          SendRequest.create({ conversationId, clientMsgId, content: contentOf(body) }),
          { metadata },
        ),
      pull: (request: Partial<Parameters<typeof conversations.pullEntries>[0]>) =>
        conversations.pullEntries(
          { conversationId: '', fromSeq: 0, toSeq: 0, limit: 0, backwards: false, ...request },
          { metadata },
        ),
      sync: (cursor: Uint8Array = new Uint8Array(), limit = 0) =>
        conversations.syncConversations({ cursor, limit }, { metadata }),
      markRead: (conversationId: string, seq: number) =>
        conversations.markRead({ conversationId, seq }, { metadata }),
      createGroup: (request: Partial<Parameters<typeof groups.createGroup>[0]>) =>
        groups.createGroup(
          CreateGroupRequest.create({ clientRequestId: newId(), name: 'Team', ...request }),
          { metadata },
        ),
      getUsers: (...userIds: string[]) => users.getUsers({ userIds }, { metadata }),
    };
  }

  async signedIn(app: TestApp, userId: string, index = 0) {
    const authorization = `Bearer ${await app.token(userId)}`;
    return this.user({ authorization, 'queqiao-device': `${userId}-phone` }, index);
  }

  /** Any method of any client service of one node, called as this user; what a request leaves out has its default. */
  async calls(app: TestApp, userId: string, index = 0): Promise<UserCall> {
    const authorization = `Bearer ${await app.token(userId)}`;
    const metadata = { authorization, 'queqiao-device': `${userId}-phone` };
    return this.#caller(metadata, index);
  }

  /** The same for server services, called as the app's back end. */
  backEndCalls(app: Pick<TestApp, 'credential'>, index = 0): UserCall {
    return this.#caller({ authorization: `Bearer ${app.credential}` }, index);
  }

  /** Client services again, called by the app's back end in the user's place. */
  callsOnBehalf(app: Pick<TestApp, 'credential'>, userId: string, device?: string): UserCall {
    const authorization = `Bearer ${app.credential}`;
    const from: Record<string, string> = device === undefined ? {} : { 'queqiao-device': device };
    return this.#caller({ authorization, 'queqiao-user': userId, ...from }, 0);
  }

  /** The same for admin services, called as the operator, or with this bearer. */
  operatorCalls(index = 0, bearer = this.operator.bearer): UserCall {
    return this.#caller({ authorization: `Bearer ${bearer}` }, index);
  }

  #caller(metadata: Record<string, string>, index: number): UserCall {
    const clients = (this.#clients[index] ??= new Map<
      GenericServiceDefinition,
      Record<string, AnyUnary>
    >());
    return (definition, name, request) => {
      const known = clients.get(definition);
      const client = known ?? this.#keep(createGrpcClient(definition, this.address(index)));
      clients.set(definition, client as Record<string, AnyUnary>);
      const method = definition.methods[name];
      const call = (client as Record<string, AnyUnary>)[name];
      if (method === undefined || call === undefined) throw new Error(`no method ${name}`);
      const defaults = method.requestType.decode(new Uint8Array()) as object;
      const options = { metadata, deadlineMs: PATIENCE_MS };
      return call({ ...defaults, ...request }, options) as never;
    };
  }

  /** All server services of one node. */
  backEnd(authorization: string, index = 0) {
    const at = this.address(index);
    const metadata = { authorization };
    const messages = this.#keep(createGrpcClient(ServerMessageService, at));
    const groups = this.#keep(createGrpcClient(ServerGroupService, at));
    const users = this.#keep(createGrpcClient(ServerUserService, at));
    return {
      send: (request: Partial<Parameters<typeof messages.sendMessage>[0]>) =>
        messages.sendMessage(
          SendMessageRequest.create({
            clientMsgId: newId(),
            content: contentOf('hello'),
            ...request,
          }),
          { metadata },
        ),
      createGroup: (request: Partial<Parameters<typeof groups.createGroup>[0]>) =>
        groups.createGroup(
          ServerCreateGroupRequest.create({ clientRequestId: newId(), name: 'T', ...request }),
          { metadata },
        ),
      upsert: (...userIds: string[]) =>
        users.upsertUsers({ users: userIds.map((userId) => ({ userId })) }, { metadata }),
      upsertUsers: (lines: Parameters<typeof users.upsertUsers>[0]['users']) =>
        users.upsertUsers({ users: lines }, { metadata }),
    };
  }

  async stop(): Promise<void> {
    for (const close of this.#closers) close();
    await Promise.all(this.nodes.map(({ logic }) => logic.stop()));
    await this.database.drop();
  }

  #keep<T extends { close(): void }>(client: T): T {
    this.#closers.push(() => client.close());
    return client;
  }
}

export function contentOf(body: Content | string): Content {
  return typeof body === 'string'
    ? Content.create({ body: { $case: 'text', value: { text: body } } })
    : body;
}

export function newId(): string {
  return randomBytes(8).toString('hex');
}

/** How a call failed: code and field of the error's details. */
export async function failureOf(call: Promise<unknown>): Promise<{ code: string; field: string }> {
  try {
    await call;
  } catch (error) {
    if (!isServiceError(error)) throw error;
    const { code, field } = statusToDomainError(error);
    return { code, field };
  }
  throw new Error('the call was answered');
}
