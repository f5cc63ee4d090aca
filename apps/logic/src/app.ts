import { createDirectory, NodeLease, RateLedger, type Directory } from '@queqiao/directory';
import { CallMetrics, LinkMetrics } from '@queqiao/link';
import {
  addressSourceOf,
  createLogger,
  createRegistry,
  offsetClock,
  OperationsServer,
  randomBootId,
  type Clock,
  type Logger,
  type Registry,
  type StopReport,
} from '@queqiao/runtime';
import { createDatabase, type Database } from '@queqiao/store-mysql';
import {
  CallAdmission,
  CallObserver,
  GrpcAuthentication,
  GrpcDoor,
  LinkDoor,
  METHOD_SCOPES,
  MethodCaller,
  RefusalGate,
  Settling,
} from './api/index.js';
import { AppendWriter, DEFAULT_APPEND_LIMITS, DirectHeads, storeFailure } from './append/index.js';
import { CredentialVerifier } from './auth/credential-verifier.js';
import { OperatorVerifier } from './auth/operator-verifier.js';
import { TokenSecrets } from './auth/token-secrets.js';
import { adapterError } from './compose/adapter-errors.js';
import { administration } from './compose/administration.js';
import { createCaches } from './compose/caches.js';
import { createServices, type Services } from './compose/services.js';
import { LogicProcess } from './compose/logic-process.js';
import { createJobs } from './compose/jobs.js';
import { streamAccounts } from './compose/stream-accounts.js';
import { createOutbound } from './compose/webhooks.js';
import type { LogicConfig } from './config.js';
import { Delivery, EventBell } from './delivery/index.js';
import { CallDispatch, ConnectLinkHub, LinkServer, type CallExecutor } from './link/index.js';

const SERVICE = 'logic';

/** What tests and embedders may put in place of the real thing. */
export interface LogicOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly registry?: Registry;
  readonly bootId?: string;
  readonly database?: Database;
  readonly directory?: Directory;
}

export interface Logic {
  /** Resolves when calls are taken. Rejects when a port is taken or the database does not answer; never because of Redis. */
  start(): Promise<void>;
  /** Fails readiness, waits, sends connect nodes elsewhere, then answers what is in flight. */
  drain(): Promise<void>;
  /** Ends streams, gives the lease up and releases everything. */
  stop(): Promise<StopReport>;
  /** 0 while not listening. */
  readonly ports: { readonly grpc: number; readonly link: number; readonly operations: number };
  readonly bootId: string;
  readonly registry: Registry;
}

/** Puts a logic node together; nothing runs before `start`. */
export function createLogic(config: LogicConfig, overrides: LogicOverrides = {}): Logic {
  const base = baseParts(config, overrides);
  const { clock, logger, registry, database, directory } = base;
  const { nodeId, host } = config;
  const secrets = new TokenSecrets(config.tokenSecrets);
  const caches = createCaches(database, secrets, { clock, metrics: registry });

  // The doors need the services, which need the link, which needs a door.
  const executor: CallExecutor = {
    execute: (call, node, signal) => linkDoor.execute(call, node, signal),
  };
  const hub = createHub(base, config, executor);
  const delivery = createDelivery(base, config, hub);
  const writer = createWriter(base, config, delivery);
  const bell = new EventBell(clock);
  const outbound = createOutbound(config, registry);
  const jobs = createJobs(base, config, { hub, delivery, bell, outbound, writer, caches });
  const services = createServices(
    {
      database,
      directory,
      caches,
      secrets,
      writer,
      delivery,
      jobs: jobs.momentJobs,
      broadcastJobs: jobs.broadcastJobs,
      bell,
      hub,
      outbound,
      clock,
      logger,
      metrics: registry,
    },
    { owner: nodeId, dispatchDelayMs: DEFAULT_APPEND_LIMITS.dispatchDelayMs },
  );
  const credentials = new CredentialVerifier(caches);
  const operators = createOperators(base, config);
  const rates = new RateLedger({ buckets: directory.rateBuckets, clock, metrics: registry });
  const callers = { credentials, operators, rates };
  const { linkDoor, grpcDoor } = createDoors(base, config, services, callers);
  return new LogicProcess(
    {
      ...base,
      ...jobs,
      hub,
      linkServer: new LinkServer({ hub }, { host, port: config.linkPort }),
      delivery,
      writer,
      erasures: services.erasures,
      grpcDoor,
      rates,
      createOperations: (readiness) =>
        new OperationsServer({ host, port: config.operationsPort, registry, readiness, logger }),
      createLease: (address) => createLease(base, config, address),
    },
    config,
  );
}

export type Base = ReturnType<typeof baseParts>;

function createLease(base: Base, { nodeId }: LogicConfig, address: string): NodeLease {
  const { directory, bootId, clock, logger, registry: metrics } = base;
  return new NodeLease(directory, {
    kind: 'logic',
    nodeId,
    bootId,
    address,
    clock,
    logger,
    metrics,
  });
}

function createDelivery(base: Base, config: LogicConfig, hub: ConnectLinkHub): Delivery {
  const { clock, logger, registry, database, directory } = base;
  const delivery = new Delivery(
    {
      link: hub,
      routes: directory,
      conversations: database.conversations,
      rows: database.dispatch,
      clock,
      logger,
      registry,
    },
    { owner: config.nodeId },
  );
  hub.addListener({
    onNodeOverflow: (node) => delivery.nodeMissedPushes(node),
    onNodeLost: (node) => delivery.nodeMissedPushes(node),
  });
  return delivery;
}

function baseParts(config: LogicConfig, overrides: LogicOverrides) {
  const clock = overrides.clock ?? offsetClock(config.testClockOffsetMs);
  const { nodeId, logLevel: level, profile } = config;
  const logger = overrides.logger ?? createLogger({ service: SERVICE, node: nodeId, level });
  const registry = overrides.registry ?? createRegistry({ service: SERVICE, node: nodeId });
  const bootId = overrides.bootId ?? randomBootId();
  const shared = { clock, logger, metrics: registry };
  const directory = overrides.directory ?? createDirectory({ ...shared, url: config.redisUrl });
  const database =
    overrides.database ??
    createDatabase({
      ...shared,
      url: config.mysqlUrl,
      poolSize: config.mysqlPoolSize,
      appendPoolSize: config.appendLanes + 2,
      statementTimeoutMs: config.mysqlStatementMs,
      tenantGuard: profile !== 'prod',
    });
  return { clock, logger, registry, bootId, database, directory };
}

function createHub(base: Base, { nodeId }: LogicConfig, executor: CallExecutor): ConnectLinkHub {
  const { clock, logger, registry, bootId } = base;
  const metrics = new CallMetrics(registry);
  const dispatch = new CallDispatch({ executor, clock, metrics, logger });
  const linkMetrics = new LinkMetrics(registry);
  return new ConnectLinkHub({ dispatch, clock, metrics: linkMetrics, logger }, { nodeId, bootId });
}

function createWriter(base: Base, config: LogicConfig, delivery: Delivery): AppendWriter {
  const { database, clock, logger, registry } = base;
  const { users, conversations, append } = database;
  return new AppendWriter(
    {
      log: append,
      heads: new DirectHeads({ users, inserts: conversations }),
      failureOf: storeFailure,
      onCommitted: (batch) => delivery.afterCommit(batch),
      clock,
      logger,
      registry,
    },
    { owner: config.nodeId, maxBatch: config.appendMaxBatch, lanes: config.appendLanes },
  );
}

type OperatorSide = ReturnType<typeof createOperators>;

/** Without a secret nobody can be an operator, and there are no such services. */
function createOperators({ database, clock }: Base, config: LogicConfig) {
  const hashes = config.operatorSecretSha256;
  return {
    verifier: new OperatorVerifier(hashes),
    services: hashes.length === 0 ? [] : administration(database, clock),
  };
}

interface Callers {
  readonly credentials: CredentialVerifier;
  readonly operators: OperatorSide;
  readonly rates: RateLedger;
}

function createDoors(
  { database, clock, logger, registry: metrics, bootId }: Base,
  config: LogicConfig,
  { all, ...known }: Services,
  { credentials, operators, rates }: Callers,
) {
  const services = [...all, ...operators.services];
  const { apps } = known;
  const admission = new CallAdmission({ apps, rates, clock, metrics });
  const caller = new MethodCaller(services, admission, new Settling({ clock, metrics }));
  const observer = new CallObserver({
    clock,
    logger,
    registry: metrics,
    translate: adapterError,
  });
  let requests = 0;
  const accounts = {
    ...known,
    credentials,
    operators: operators.verifier,
    scopes: METHOD_SCOPES,
    refusals: refusalGate(config, rates),
  };
  const authentication = new GrpcAuthentication(accounts);
  const ofStreams = streamAccounts(database, { clock, metrics });
  const rechecks = new GrpcAuthentication({ ...accounts, ...ofStreams });
  const newRequestId = () => `${bootId}-${(++requests).toString(36)}`;
  const shared = { services, caller, observer };
  const { host, grpcPort: port } = config;
  return {
    linkDoor: new LinkDoor({ ...shared, apps }),
    grpcDoor: new GrpcDoor(
      { ...shared, authentication, rechecks, newRequestId, clock },
      { host, port },
    ),
  };
}

function refusalGate(config: LogicConfig, rates: RateLedger): RefusalGate {
  const { addressRefusalsPerSecond: refusalsPerSecond } = config;
  return new RefusalGate(rates, { refusalsPerSecond, addresses: addressSourceOf(config) });
}
