import { join } from 'node:path';
import { freePort, ServiceProcess, type OnExit } from '@queqiao/dev-stack';
import { bundleOf, checkoutRoot } from './cluster-options.js';
import type { TestApp } from './test-app.js';

export interface NodeSettings {
  readonly dir: string;
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onExit: OnExit;
  /** See ClusterOptions. */
  readonly linkAddress?: ((port: number) => Promise<string>) | undefined;
}

/** A logic process and where its public gRPC API listens. */
export interface LogicNode {
  readonly process: ServiceProcess;
  readonly grpcAddress: string;
}

/** A connect process and where its sockets listen. */
export interface ConnectNode {
  readonly process: ServiceProcess;
  readonly socketUrl: string;
}

/** The demo back end with the page, and the address of the page. */
export interface WebNode {
  readonly process: ServiceProcess;
  readonly pageUrl: string;
}

export async function logicNode(index: number, settings: NodeSettings): Promise<LogicNode> {
  const [grpc, link, operations] = [await freePort(), await freePort(), await freePort()];
  const advertised = await settings.linkAddress?.(link);
  const env = {
    ...(advertised === undefined ? {} : { QUEQIAO_LINK_ADVERTISE: advertised }),
    QUEQIAO_MYSQL_URL: settings.mysqlUrl,
    QUEQIAO_GRPC_PORT: String(grpc),
    QUEQIAO_LINK_PORT: String(link),
  };
  return {
    process: service('logic', index, operations, env, settings),
    grpcAddress: `127.0.0.1:${grpc}`,
  };
}

export async function connectNode(index: number, settings: NodeSettings): Promise<ConnectNode> {
  const [socket, operations] = [await freePort(), await freePort()];
  const env = { QUEQIAO_SOCKET_PORT: String(socket) };
  return {
    process: service('connect', index, operations, env, settings),
    socketUrl: `ws://127.0.0.1:${socket}/ws`,
  };
}

/** The demo back end in front of one logic and one connect node, with an app's key and credential. */
export async function webNode(
  app: TestApp,
  behind: { readonly grpcAddress: string; readonly socketUrl: string },
  settings: NodeSettings,
): Promise<WebNode> {
  const [page, operations] = [await freePort(), await freePort()];
  const process = new ServiceProcess({
    name: 'web',
    script: bundleOf('web/server'),
    operationsPort: operations,
    logFile: join(settings.dir, 'web.log'),
    onExit: settings.onExit,
    env: {
      QUEQIAO_PROFILE: 'test',
      QUEQIAO_NODE_ID: 'web',
      QUEQIAO_HOST: '127.0.0.1',
      QUEQIAO_OPERATIONS_PORT: String(operations),
      QUEQIAO_WEB_PORT: String(page),
      QUEQIAO_GRPC_URL: behind.grpcAddress,
      QUEQIAO_SOCKET_URL: behind.socketUrl,
      QUEQIAO_APP_CREDENTIAL: app.credential,
      QUEQIAO_APP_KEY_ID: app.kid,
      QUEQIAO_APP_KEY_SECRET: Buffer.from(app.secret).toString('base64'),
      QUEQIAO_WEB_ROOT: join(checkoutRoot(), 'apps', 'web', 'dist'),
      QUEQIAO_WEB_MEDIA: join(settings.dir, 'media'),
      ...settings.env,
    },
  });
  return { process, pageUrl: `http://127.0.0.1:${page}` };
}

function service(
  kind: 'logic' | 'connect',
  index: number,
  operationsPort: number,
  env: Record<string, string>,
  settings: NodeSettings,
): ServiceProcess {
  const name = `${kind}-${index}`;
  return new ServiceProcess({
    name,
    script: bundleOf(kind),
    operationsPort,
    logFile: join(settings.dir, `${name}.log`),
    onExit: settings.onExit,
    env: {
      QUEQIAO_PROFILE: 'test',
      QUEQIAO_NODE_ID: name,
      QUEQIAO_HOST: '127.0.0.1',
      QUEQIAO_REDIS_URL: settings.redisUrl,
      QUEQIAO_OPERATIONS_PORT: String(operationsPort),
      ...env,
      ...settings.env,
    },
  });
}
