import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceProcess, type OnExit } from '@queqiao/dev-stack';
import type { DemoApp } from './demo-app.js';

/** The i-th node of a kind adds this to the ports of its kind. */
const PORT_STEP = 100;
export const PORTS = {
  socket: 9091,
  connectOperations: 9081,
  grpc: 9092,
  link: 9093,
  logicOperations: 9082,
  web: 9090,
  webOperations: 9080,
} as const;

export interface Surroundings {
  readonly root: string;
  readonly dataDir: string;
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly onExit: OnExit;
}

export function logicNode(index: number, around: Surroundings): ServiceProcess {
  const shift = PORT_STEP * (index - 1);
  return service(`logic-${index}`, 'logic', PORTS.logicOperations + shift, around, {
    QUEQIAO_MYSQL_URL: around.mysqlUrl,
    QUEQIAO_REDIS_URL: around.redisUrl,
    QUEQIAO_GRPC_PORT: String(PORTS.grpc + shift),
    QUEQIAO_LINK_PORT: String(PORTS.link + shift),
  });
}

export function connectNode(index: number, around: Surroundings): ServiceProcess {
  const shift = PORT_STEP * (index - 1);
  return service(`connect-${index}`, 'connect', PORTS.connectOperations + shift, around, {
    QUEQIAO_REDIS_URL: around.redisUrl,
    QUEQIAO_SOCKET_PORT: String(PORTS.socket + shift),
  });
}

/** The demo page and its back end, which holds the demo app's key and credential. */
export function webServer(app: DemoApp, around: Surroundings): ServiceProcess {
  return service('web', 'web/server', PORTS.webOperations, around, {
    QUEQIAO_WEB_PORT: String(PORTS.web),
    QUEQIAO_GRPC_URL: `127.0.0.1:${PORTS.grpc}`,
    QUEQIAO_APP_CREDENTIAL: app.credential,
    QUEQIAO_APP_KEY_ID: app.keyId,
    QUEQIAO_APP_KEY_SECRET: app.keySecret,
    QUEQIAO_SOCKET_URL: socketUrl(1),
    QUEQIAO_WEB_ROOT: join(around.root, 'apps', 'web', 'dist'),
  });
}

export function socketUrl(index: number): string {
  return `ws://127.0.0.1:${PORTS.socket + PORT_STEP * (index - 1)}/ws`;
}

export function grpcAddress(index: number): string {
  return `127.0.0.1:${PORTS.grpc + PORT_STEP * (index - 1)}`;
}

function service(
  name: string,
  app: string,
  operationsPort: number,
  around: Surroundings,
  env: Record<string, string>,
): ServiceProcess {
  const logs = join(around.dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  return new ServiceProcess({
    name,
    script: join(around.root, 'apps', app, 'dist', 'main.js'),
    operationsPort,
    logFile: join(logs, `${name}.log`),
    onExit: around.onExit,
    env: {
      QUEQIAO_PROFILE: 'dev',
      QUEQIAO_NODE_ID: name,
      QUEQIAO_HOST: '127.0.0.1',
      QUEQIAO_OPERATIONS_PORT: String(operationsPort),
      ...env,
    },
  });
}
