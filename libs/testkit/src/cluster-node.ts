import { join } from 'node:path';
import { freePort, ServiceProcess, type OnExit } from '@queqiao/dev-stack';
import { bundleOf } from './cluster-options.js';

export interface NodeSettings {
  readonly dir: string;
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onExit: OnExit;
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

export async function logicNode(index: number, settings: NodeSettings): Promise<LogicNode> {
  const [grpc, link, operations] = [await freePort(), await freePort(), await freePort()];
  const env = {
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
