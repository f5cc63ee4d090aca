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
import { connectNode, logicNode, type ConnectNode, type LogicNode } from './cluster-node.js';
import { checkoutRoot, clusterDir, type ClusterOptions } from './cluster-options.js';
import { createTestApp, type TestApp } from './test-app.js';

/**
 * A whole system of real processes on free ports: connect and logic nodes from their bundles, a database and a Redis. Scenarios
 * may kill, freeze and restart nodes through their `process`; a node that ends without being asked to is noted in `crashes`.
 */
export class TestCluster {
  readonly crashes: UnexpectedExit[] = [];
  readonly connect: ConnectNode[] = [];
  readonly logic: LogicNode[] = [];

  private constructor(
    readonly dir: string,
    readonly database: CreatedDatabase,
    /** Set when the cluster has a database server of its own. */
    readonly mysql: MysqlServer | undefined,
    readonly redis: RedisServer,
    readonly app: TestApp,
    readonly options: ClusterOptions,
  ) {}

  /** Starts everything and waits until every node is ready. The app is called `demo`. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const mysql = options.ownDatabase === true ? await startMysql() : undefined;
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

  /** Starts one more logic process and waits until it is ready. */
  async addLogic(env: Readonly<Record<string, string>> = {}): Promise<LogicNode> {
    const settings = this.#settings({ ...this.options.logicEnv, ...env });
    const node = await logicNode(this.logic.length + 1, settings);
    this.logic.push(node);
    await node.process.start();
    return node;
  }

  /** Starts one more connect process and waits until it is ready. */
  async addConnect(env: Readonly<Record<string, string>> = {}): Promise<ConnectNode> {
    const settings = this.#settings({ ...this.options.connectEnv, ...env });
    const node = await connectNode(this.connect.length + 1, settings);
    this.connect.push(node);
    await node.process.start();
    return node;
  }

  /** Ends everything at once and removes its files. */
  async stop(): Promise<void> {
    const nodes = [...this.connect, ...this.logic];
    await Promise.all(nodes.map((node) => node.process.kill()));
    await Promise.all([this.redis.stop(), this.mysql?.stop() ?? this.database.drop()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #addNodes(): Promise<void> {
    try {
      const logic = Array.from({ length: this.options.logic ?? 2 }, () => this.addLogic.bind(this));
      for (const add of logic) await add();
      const connects = Array.from({ length: this.options.connect ?? 2 }, () =>
        this.addConnect.bind(this),
      );
      for (const add of connects) await add();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #settings(env: Readonly<Record<string, string>>) {
    return {
      dir: this.dir,
      mysqlUrl: this.database.url,
      redisUrl: this.redis.url,
      env,
      onExit: (exit: UnexpectedExit) => void this.crashes.push(exit),
    };
  }
}
