import { readFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TestCluster } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import type { LoadOptions, OwnSystem, RunningSystem } from './load-options.js';
import { PROCESS_KINDS, type Watched, type WatchedProcess } from './observe/snapshot.js';

/** The system that the load goes to. */
export interface LoadTarget {
  readonly socketUrls: readonly string[];
  readonly mysqlUrl: string;
  readonly appId: string;
  readonly watched: Watched;
  token(userId: string): Promise<string>;
  /** Starts profiles of the services, or ends and writes them; nothing when none were asked for. */
  toggleProfiles(): void;
  /** Ends what was started for the load. Throws when a node had ended by itself. */
  close(): Promise<void>;
}

const PROFILER = join(import.meta.dirname, 'observe', 'cpu-profiler.cjs');
/** As in production: without the checks of every statement that tests have, and without a line for every call. */
export const PRODUCTION = { QUEQIAO_PROFILE: 'prod', QUEQIAO_LOG_LEVEL: 'warn' };
/** Limits that no load reaches, and that are accounted for as those of production are. */
export const NEVER_LIMITED = {
  userWritesPerSecond: 10_000,
  userReadsPerSecond: 10_000,
  appWritesPerSecond: 1_000_000,
  appReadsPerSecond: 1_000_000,
};
const TOKEN_VALID_S = 12 * 3_600;

export function openTarget(system: LoadOptions['system']): Promise<LoadTarget> {
  return 'own' in system ? startOwn(system.own) : openRunning(system.running);
}

async function startOwn(own: OwnSystem): Promise<LoadTarget> {
  const cluster = await TestCluster.start({
    connect: own.connect,
    logic: own.logic,
    ownDatabase: true,
    mysql: { redoLogMb: own.redoLogMb },
    logicEnv: { ...PRODUCTION, ...profiling(own), ...own.logicEnv },
    connectEnv: { ...PRODUCTION, ...profiling(own), ...own.connectEnv },
  });
  const { app, crashes } = cluster;
  await cluster.changeSettings(app, NEVER_LIMITED);
  const services = [...cluster.connect, ...cluster.logic];
  return {
    socketUrls: cluster.socketUrls,
    mysqlUrl: cluster.database.url,
    appId: app.appId,
    watched: watchCluster(cluster),
    token: (userId) => app.token(userId, TOKEN_VALID_S),
    toggleProfiles: () => {
      if (own.profileDir === undefined) return;
      for (const { process: service } of services) {
        if (service.pid !== undefined) process.kill(service.pid, 'SIGUSR2');
      }
    },
    close: async () => {
      // An orderly end comes after the profile has been written.
      if (own.profileDir !== undefined) {
        await Promise.all(services.map(({ process: service }) => service.stop()));
      }
      await cluster.stop({ keepLogs: crashes.length > 0 });
      const [crash] = crashes;
      if (crash) throw new Error(`${crash.server} ended in the middle:\n${crash.logTail}`);
    },
  };
}

function profiling({ profileDir }: OwnSystem): Record<string, string> {
  if (profileDir === undefined) return {};
  const dir = resolve(profileDir);
  mkdirSync(dir, { recursive: true });
  return { NODE_OPTIONS: `--require=${PROFILER}`, LOADGEN_PROFILE_DIR: dir };
}

export function watchCluster(cluster: TestCluster): Watched {
  const watch = (kind: WatchedProcess['kind'], name: string, pid: number | undefined) =>
    pid === undefined ? [] : [{ kind, name, pid }];
  return {
    processes: [
      ...cluster.connect.flatMap(({ process: { name, pid } }) => watch('connect', name, pid)),
      ...cluster.logic.flatMap(({ process: { name, pid } }) => watch('logic', name, pid)),
      ...watch('database', 'database', cluster.mysql?.pid),
      ...watch('redis', 'redis', cluster.redis.pid),
    ],
    services: [
      ...cluster.connect.map((node) => ({ kind: 'connect' as const, url: operations(node) })),
      ...cluster.logic.map((node) => ({ kind: 'logic' as const, url: operations(node) })),
    ],
  };
}

function operations(node: { readonly process: { readonly operationsUrl: string } }): string {
  return node.process.operationsUrl;
}

async function openRunning(running: RunningSystem): Promise<LoadTarget> {
  const key = JSON.parse(readFileSync(running.keyFile, 'utf8')) as Record<string, unknown>;
  const { keyId, keySecret } = key;
  if (typeof keyId !== 'string' || typeof keySecret !== 'string') {
    throw new Error(`${running.keyFile} holds no keyId and keySecret`);
  }
  const secret = Buffer.from(keySecret, 'base64');
  return {
    socketUrls: running.sockets,
    mysqlUrl: running.mysqlUrl,
    appId: running.appId,
    watched: {
      processes: running.watch.map(parseWatch),
      services: running.metrics.map(parseMetrics),
    },
    token: (userId) =>
      new SignJWT({ app: running.appId })
        .setProtectedHeader({ alg: 'HS256', kid: keyId })
        .setSubject(userId)
        .setAudience('queqiao')
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_VALID_S}s`)
        .sign(secret),
    toggleProfiles: () => undefined,
    close: () => Promise.resolve(),
  };
}

function parseWatch(given: string): WatchedProcess {
  const [, kindText = '', name = '', pid = ''] = /^(\w+):([^=]+)=(\d+)$/.exec(given) ?? [];
  const kind = PROCESS_KINDS.find((each) => each === kindText);
  if (kind === undefined) throw new Error(`--watch takes KIND:NAME=PID, not ${given}`);
  return { kind, name, pid: Number(pid) };
}

function parseMetrics(given: string): Watched['services'][number] {
  const [, kind, url = ''] = /^(connect|logic)=(https?:.+)$/.exec(given) ?? [];
  if (kind !== 'connect' && kind !== 'logic') {
    throw new Error(`--metrics takes KIND=URL, not ${given}`);
  }
  return { kind, url: url.replace(/\/+$/, '') };
}
