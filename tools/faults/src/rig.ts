import { TcpProxy, TestCluster, type ConnectNode, type LogicNode } from '@queqiao/testkit';
import type { Choices } from '@queqiao/e2e';

export interface LogicPlace extends LogicNode {
  /** Between connect nodes and its link; `up` goes to logic. */
  readonly link: TcpProxy;
}

export interface ConnectPlace extends ConnectNode {
  /** Between devices and its sockets; `up` goes to connect. */
  readonly door: TcpProxy;
}

/** A whole system with a proxy in each place where it can be cut: before the database, on every link, before every socket. */
export class FaultRig {
  private constructor(
    readonly cluster: TestCluster,
    /** Between logic nodes and the database; `up` goes to the database. */
    readonly database: TcpProxy,
    readonly logic: readonly LogicPlace[],
    readonly connect: readonly ConnectPlace[],
    readonly choices: Choices,
  ) {}

  static async start(choices: Choices): Promise<FaultRig> {
    let database: TcpProxy | undefined;
    const links: TcpProxy[] = [];
    const cluster = await TestCluster.start({
      ownDatabase: true,
      // The smallest, so that stalled readers are noticed before they have eaten much.
      connectEnv: { QUEQIAO_MAX_OUTBOX_BYTES: String(300 * 1024) },
      databaseUrl: async (url) => {
        database = await TcpProxy.start(placeOf(url));
        return database.through(url);
      },
      linkAddress: async (port) => {
        const link = await TcpProxy.start({ host: '127.0.0.1', port });
        links.push(link);
        return `127.0.0.1:${link.port}`;
      },
    });
    const connect: ConnectPlace[] = [];
    for (const node of cluster.connect) {
      const door = await TcpProxy.start(placeOf(node.socketUrl));
      connect.push({ ...node, door });
    }
    if (database === undefined) throw new Error('the database got no proxy');
    const logic = cluster.logic.map((node, index) => ({ ...node, link: at(links, index) }));
    return new FaultRig(cluster, database, logic, connect, choices);
  }

  /** Where devices connect. */
  get urls(): string[] {
    return this.connect.map(({ door, socketUrl }) => door.through(socketUrl));
  }

  /** The database server, which is this run's own. */
  get mysql(): NonNullable<TestCluster['mysql']> {
    if (this.cluster.mysql === undefined) throw new Error('the cluster has no database of its own');
    return this.cluster.mysql;
  }

  async stop(keepLogs: boolean): Promise<void> {
    await this.cluster.stop({ keepLogs });
    const proxies = [this.database, ...this.logic.map(({ link }) => link)];
    for (const { door } of this.connect) proxies.push(door);
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
}

function placeOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no proxy ${index}`);
  return item;
}
