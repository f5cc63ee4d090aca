import { rmSync } from 'node:fs';
import {
  startMysql,
  startRedis,
  testMysql,
  type CreatedDatabase,
  type MysqlServer,
  type RedisServer,
  type UnexpectedExit,
} from '@queqiao/dev-stack';
import { migrate, type AppSettingsInput } from '@queqiao/store-mysql';
import { join } from 'node:path';
import {
  connectNode,
  logicNode,
  webNode,
  type ConnectNode,
  type LogicNode,
  type WebNode,
} from './cluster-node.js';
import { checkoutRoot, clusterDir, type ClusterOptions } from './cluster-options.js';
import { changeSettings, createTestApp, type TestApp } from './test-app.js';
import { TestOperator } from './test-operator.js';
import { TEST_SECRET_KEY } from './test-secret-key.js';
import { newTokenSecret } from './test-tokens.js';

/**
 * A whole system of real processes on free ports: connect and logic nodes from their bundles, a database and a Redis. Scenarios
 * may kill, freeze and restart nodes through their `process`; a node that ends without being asked to is noted in `crashes`.
 */
export class TestCluster {
  readonly crashes: UnexpectedExit[] = [];
  readonly #tokenSecret = newTokenSecret();
  readonly operator = new TestOperator();
  readonly connect: ConnectNode[] = [];
  readonly logic: LogicNode[] = [];
  readonly web: WebNode[] = [];
  #databaseUrl: string;
  #redisUrl: string;

  private constructor(
    readonly dir: string,
    readonly database: CreatedDatabase,
    /** Set when the cluster has a database server of its own. */
    readonly mysql: MysqlServer | undefined,
    readonly redis: RedisServer,
    readonly app: TestApp,
    readonly options: ClusterOptions,
  ) {
    this.#databaseUrl = database.url;
    this.#redisUrl = redis.url;
  }

  /** Starts everything and waits until every node is ready. The app is called `demo`. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const mysql = options.ownDatabase === true ? await startMysql(options.mysql) : undefined;
    const redis = await startRedis();
    const database = await (mysql ?? (await testMysql())).createDatabase();
    await migrate(database.migrateUrl, join(checkoutRoot(), 'sql', 'migrations'));
    const app = await createTestApp(database.url, 'demo');
    const cluster = new TestCluster(clusterDir(), database, mysql, redis, app, options);
    await cluster.#addNodes();
    return cluster;
  }

  /** Another app in the same deployment. */
  createApp(appId: string, settings?: AppSettingsInput): Promise<TestApp> {
    return createTestApp(this.database.url, appId, settings);
  }

  /** Nodes see it within their cache's time. */
  changeSettings(app: TestApp, settings: AppSettingsInput): Promise<void> {
    return changeSettings(this.database.url, app.appId, settings);
  }

  /** Starts one more logic process and waits until it is ready. */
  async addLogic(env: Readonly<Record<string, string>> = {}): Promise<LogicNode> {
    const node = await this.#placeLogic(env);
    await node.process.start();
    return node;
  }

  /** Starts one more connect process and waits until it is ready. */
  async addConnect(env: Readonly<Record<string, string>> = {}): Promise<ConnectNode> {
    const node = await this.#placeConnect(env);
    await node.process.start();
    return node;
  }

  /** Starts the demo back end for the cluster's app, in front of one connect node, and waits until it is ready. */
  async startWeb(
    connect = 0,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly pageUrl: string; readonly process: WebNode['process'] }> {
    const behind = {
      grpcAddress: at(this.logic, 0).grpcAddress,
      socketUrl: at(this.connect, connect).socketUrl,
    };
    const node = await webNode(this.app, behind, this.#settings(env));
    this.web.push(node);
    await node.process.start();
    return node;
  }

  /** The i-th connect node. Throws when there is none. */
  connectAt(index: number): ConnectNode {
    return at(this.connect, index);
  }

  /** The i-th logic node. Throws when there is none. */
  logicAt(index: number): LogicNode {
    return at(this.logic, index);
  }

  get socketUrls(): string[] {
    return this.connect.map(({ socketUrl }) => socketUrl);
  }

  /** Ends everything at once and removes its files, except the logs when they are to be read. */
  async stop(options: { readonly keepLogs?: boolean } = {}): Promise<void> {
    const nodes = [...this.web, ...this.connect, ...this.logic];
    await Promise.all(nodes.map((node) => node.process.kill()));
    await Promise.all([this.redis.stop(), this.mysql?.stop() ?? this.database.drop()]);
    if (options.keepLogs !== true) rmSync(this.dir, { recursive: true, force: true });
  }

  async #addNodes(): Promise<void> {
    try {
      const { logic = 2, connect = 2, databaseUrl, redisUrl } = this.options;
      if (databaseUrl !== undefined) this.#databaseUrl = await databaseUrl(this.database.url);
      if (redisUrl !== undefined) this.#redisUrl = await redisUrl(this.redis.url);
      for (let count = 0; count < logic; count += 1) await this.#placeLogic();
      for (let count = 0; count < connect; count += 1) await this.#placeConnect();
      await Promise.all([...this.logic, ...this.connect].map((node) => node.process.start()));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #placeLogic(env: Readonly<Record<string, string>> = {}): Promise<LogicNode> {
    const settings = this.#settings({
      QUEQIAO_OPERATOR_SECRET_SHA256: this.operator.sha256,
      QUEQIAO_TOKEN_SECRETS: this.#tokenSecret,
      QUEQIAO_SECRET_KEYS: TEST_SECRET_KEY,
      QUEQIAO_OUTBOUND_HTTP: 'true',
      QUEQIAO_OUTBOUND_PRIVATE: 'true',
      ...this.options.logicEnv,
      ...env,
    });
    const node = await logicNode(this.logic.length + 1, settings);
    this.logic.push(node);
    return node;
  }

  async #placeConnect(env: Readonly<Record<string, string>> = {}): Promise<ConnectNode> {
    const settings = this.#settings({ ...this.options.connectEnv, ...env });
    const node = await connectNode(this.connect.length + 1, settings);
    this.connect.push(node);
    return node;
  }

  #settings(env: Readonly<Record<string, string>>) {
    return {
      dir: this.dir,
      mysqlUrl: this.#databaseUrl,
      linkAddress: this.options.linkAddress,
      redisUrl: this.#redisUrl,
      env,
      onExit: (exit: UnexpectedExit) => void this.crashes.push(exit),
    };
  }
}

function at<T>(nodes: readonly T[], index: number): T {
  const node = nodes[index];
  if (node === undefined) throw new Error(`the cluster has no node ${index} of that kind`);
  return node;
}
