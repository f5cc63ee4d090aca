import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import type { MysqlOptions } from '@queqiao/dev-stack';

export interface ClusterOptions {
  /** Connect processes. Default 2. */
  readonly connect?: number;
  /** Logic processes. Default 2. */
  readonly logic?: number;
  /**
   * A database and a Redis of its own, which the scenario may kill, freeze and empty. Default false: the run's shared database
   * server (with a database of its own), but always a Redis of its own, since nodes of two clusters must not find each other.
   */
  readonly ownDatabase?: boolean;
  /** How the database server of its own is set up; needs `ownDatabase`. */
  readonly mysql?: MysqlOptions;
  /** More environment for every logic or connect process. */
  readonly logicEnv?: Readonly<Record<string, string>>;
  readonly connectEnv?: Readonly<Record<string, string>>;
  /** The database's URL as logic nodes are to have it, such as one through a proxy. */
  readonly databaseUrl?: (url: string) => Promise<string>;
  /** The Redis URL as nodes are to have it, such as that of a Redis Cluster. */
  readonly redisUrl?: (url: string) => Promise<string>;
  /** host:port under which connect nodes are to reach the link of the logic node that listens on this port. */
  readonly linkAddress?: (port: number) => Promise<string>;
}

/** Where the processes of one cluster log; kept when a scenario fails so that it can be read. */
export function clusterDir(): string {
  return mkdtempSync(join(tmpdir(), 'queqiao-cluster-'));
}

/** The bundle of a service. Throws when it was not built. */
export function bundleOf(app: 'connect' | 'logic' | 'web/server'): string {
  const script = join(checkoutRoot(), 'apps', app, 'dist', 'main.js');
  if (!existsSync(script)) throw new Error(`${app} is not built: npm run build`);
  return script;
}

export function checkoutRoot(): string {
  for (let dir = import.meta.dirname; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'nx.json'))) return dir;
    if (dir === dirname(dir)) throw new Error('not inside a checkout');
  }
}
