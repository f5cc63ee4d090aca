import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { PortTakenError, ServersMissingError } from './errors.js';
import { findServers } from './find-servers.js';
import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';
import type { OnExit, ServerSpec } from './server-process.js';
import { makeThrowAwayDir } from './throw-away-dir.js';

export interface RedisOptions {
  /** Holds the log; kept when the server stops. Without it everything is thrown away by stop(). */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Come last and so win over the built-in flags. */
  readonly extraArgs?: readonly string[];
  /** Called when the server ends although nobody asked it to. */
  readonly onExit?: OnExit;
}

/** deploy/compose/dev.yaml gives its container the same ones; a test compares them. */
export const COMMON_REDIS_FLAGS: readonly string[] = ['--save', '', '--appendonly', 'no'];

const PORT_ATTEMPTS = 3;
const PROBE_TIMEOUT_MS = 1_000;

/** A private Redis on 127.0.0.1. It keeps nothing: after kill() or restart() it is empty. */
export class RedisServer extends ServerProcess {
  readonly url: string;

  constructor(spec: ServerSpec) {
    super(spec);
    this.url = `redis://127.0.0.1:${spec.port}`;
  }
}

/**
 * Starts a private Redis and resolves when it answers.
 * Throws ServersMissingError, PortTakenError (given port only) or ServerStartError.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const command = findServers().redisServer;
  if (command === undefined) {
    throw new ServersMissingError(['Redis'], 'redis-server is not installed');
  }
  for (let attempt = 1; ; attempt += 1) {
    const server = makeServer(command, options, options.port ?? (await freePort()));
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      const again = error instanceof PortTakenError && options.port === undefined;
      if (!again || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function makeServer(command: string, options: RedisOptions, port: number): RedisServer {
  const kept = options.dir === undefined ? undefined : resolve(options.dir);
  const dir = kept ?? makeThrowAwayDir('redis');
  mkdirSync(dir, { recursive: true });
  const listen = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  return new RedisServer({
    name: 'Redis',
    port,
    command,
    args: [...listen, ...COMMON_REDIS_FLAGS, ...(options.extraArgs ?? [])],
    logFile: join(dir, 'server.log'),
    throwAwayDirs: kept === undefined ? [dir] : [],
    scratchDirs: [],
    probe: (pid) => answersAs(port, pid),
    onExit: options.onExit,
  });
}

/** The process id tells this server from any other that might have the port. */
async function answersAs(port: number, pid: number): Promise<boolean> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    connectTimeout: PROBE_TIMEOUT_MS,
    commandTimeout: PROBE_TIMEOUT_MS,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.info('server')).includes(`process_id:${pid}\r\n`);
  } finally {
    client.disconnect();
  }
}
