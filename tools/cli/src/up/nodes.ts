import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  FIXED_MYSQL_PORT,
  FIXED_REDIS_PORT,
  ServiceProcess,
  type OnExit,
  type ServerKind,
} from '@queqiao/dev-stack';
import type { Place } from './clear-the-way.js';
import type { DemoApp } from './demo-app.js';
import type { UpArguments } from './up-arguments.js';

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

const shifted = (index: number) => (port: number) => port + PORT_STEP * (index - 1);

export interface Surroundings {
  readonly root: string;
  readonly dataDir: string;
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  /** Of the operator's secret. */
  readonly operatorSha256: string;
  /** From which keys of issued tokens are derived. */
  readonly tokenSecret: string;
  /** For secrets that logic nodes keep. */
  readonly secretKey: string;
  readonly onExit: OnExit;
}

export function logicNode(index: number, around: Surroundings): ServiceProcess {
  const at = shifted(index);
  return service(`logic-${index}`, 'logic', at(PORTS.logicOperations), around, {
    QUEQIAO_MYSQL_URL: around.mysqlUrl,
    QUEQIAO_REDIS_URL: around.redisUrl,
    QUEQIAO_GRPC_PORT: String(at(PORTS.grpc)),
    QUEQIAO_OPERATOR_SECRET_SHA256: around.operatorSha256,
    QUEQIAO_TOKEN_SECRETS: around.tokenSecret,
    QUEQIAO_SECRET_KEYS: around.secretKey,
    // A receiver that is being written listens on this machine.
    QUEQIAO_OUTBOUND_HTTP: 'true',
    QUEQIAO_OUTBOUND_PRIVATE: 'true',
    QUEQIAO_LINK_PORT: String(at(PORTS.link)),
  });
}

export function connectNode(index: number, around: Surroundings): ServiceProcess {
  const at = shifted(index);
  return service(`connect-${index}`, 'connect', at(PORTS.connectOperations), around, {
    QUEQIAO_REDIS_URL: around.redisUrl,
    QUEQIAO_SOCKET_PORT: String(at(PORTS.socket)),
  });
}

/** The demo page, whose windows are spread over all connect nodes, and its back end, which holds the app's key and credential. */
export function webServer(
  app: DemoApp,
  connectNodes: number,
  around: Surroundings,
): ServiceProcess {
  return service('web', 'web/server', PORTS.webOperations, around, {
    QUEQIAO_WEB_PORT: String(PORTS.web),
    QUEQIAO_GRPC_URL: `127.0.0.1:${PORTS.grpc}`,
    QUEQIAO_APP_CREDENTIAL: app.credential,
    QUEQIAO_APP_KEY_ID: app.keyId,
    QUEQIAO_APP_KEY_SECRET: app.keySecret,
    QUEQIAO_SOCKET_URL: nodes(connectNodes, socketUrl).join(),
    QUEQIAO_WEB_ROOT: join(around.root, 'apps', 'web', 'dist'),
    QUEQIAO_WEB_MEDIA: join(around.dataDir, 'media'),
  });
}

/** Where everything is going to listen, without the servers that are given by URL. */
export function placesOf(
  { logic, connect }: Pick<UpArguments, 'logic' | 'connect'>,
  given: Readonly<Record<ServerKind, string | undefined>>,
): Place[] {
  const of = (name: string, ...ports: number[]): Place[] => ports.map((port) => ({ name, port }));
  const { logicOperations, grpc, link, connectOperations, socket, web, webOperations } = PORTS;
  return [
    ...(given.mysql === undefined ? of('the database', FIXED_MYSQL_PORT) : []),
    ...(given.redis === undefined ? of('Redis', FIXED_REDIS_PORT) : []),
    ...nodes(logic, (index) =>
      of(`logic-${index}`, ...[logicOperations, grpc, link].map(shifted(index))),
    ).flat(),
    ...nodes(connect, (index) =>
      of(`connect-${index}`, ...[connectOperations, socket].map(shifted(index))),
    ).flat(),
    ...of('web', webOperations, web),
  ];
}

/** One of each node of a kind, which are counted from 1. */
export function nodes<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, before) => make(before + 1));
}

export function socketUrl(index: number): string {
  return `ws://127.0.0.1:${shifted(index)(PORTS.socket)}/ws`;
}

export function grpcAddress(index: number): string {
  return `127.0.0.1:${shifted(index)(PORTS.grpc)}`;
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
