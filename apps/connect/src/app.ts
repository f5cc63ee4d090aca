import { createDirectory, NodeLease, RateLedger, type Directory } from '@queqiao/directory';
import { CallMetrics, LinkMetrics } from '@queqiao/link';
import {
  addressSourceOf,
  createLogger,
  createRegistry,
  Lifecycle,
  offsetClock,
  OperationsServer,
  PauseDetector,
  randomBootId,
  type Clock,
  type Logger,
  type Registry,
  type StopReport,
} from '@queqiao/runtime';
import type { ConnectConfig } from './config.js';
import { createGrpcDialer, LogicPool, type DownHandlers, type LogicCalls } from './link/index.js';
import { AddressGate } from './session/address-gate.js';
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from './session/session-limits.js';
import { Sessions } from './session/sessions.js';
import { REVOCATIONS_FRESH_MS } from './session/write-gate.js';
import { SocketServer } from './socket/socket-server.js';

const SERVICE = 'connect';
/** Other nodes count this one as alive for this long after its last renewal; a longer pause fences it. */
const LEASE_TTL_MS = 15_000;
/** A pause from which on this node may not know who was signed out meanwhile. */
const UNHEARD_PAUSE_MS = REVOCATIONS_FRESH_MS;
const PAUSE_TICK_MS = 500;
const REGISTRATION_REFRESH_MS = 60 * 60 * 1_000;
const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_PAYLOAD_BYTES = 1024 * 1024;
/** Longest wait for the directory to forget the drained sessions; lines that stay end with the lease. */
const DEPARTURES_WAIT_MS = 5_000;
/** For close frames to reach the devices before the rest is cut. */
const CLOSE_GRACE_MS = 250;
const STOP_DEADLINE_MS = 4_000;

/** The link to logic: calls up, handlers down. */
export interface Link extends LogicCalls {
  start(): void;
  /** Resolves when the logic nodes know, or soon after. */
  stop(): Promise<void> | void;
}

/** What tests and embedders may put in place of the real thing. */
export interface ConnectOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly registry?: Registry;
  readonly bootId?: string;
  readonly directory?: Directory;
  readonly createLink?: (handlers: DownHandlers) => Link;
  readonly limits?: Partial<SessionLimits>;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

export interface Connect {
  /** Resolves when sockets are accepted. Rejects when a port is taken; never because Redis or logic is away. */
  start(): Promise<void>;
  /** Fails readiness, waits, stops listening and closes every socket at a pace with 4000. */
  drain(): Promise<void>;
  /** Cuts what is left, gives the lease up and releases everything. */
  stop(): Promise<StopReport>;
  /** 0 while not listening. */
  readonly ports: { readonly socket: number; readonly operations: number };
  readonly bootId: string;
  readonly registry: Registry;
}

/** Puts a connect node together; nothing runs before `start`. */
export function createConnect(config: ConnectConfig, overrides: ConnectOverrides = {}): Connect {
  const node = nodeParts(config, overrides);
  const { clock, logger, registry, bootId, directory } = node;
  const link = (overrides.createLink ?? ((handlers) => createLink(node, handlers)))({
    deliver: (item) => sessions.down.deliver(item),
    kick: (item) => sessions.down.kick(item),
    resync: (item) => sessions.down.resync(item),
    largeDeliver: (item) => sessions.down.largeDeliver(item),
    largeCrossing: (item) => sessions.down.largeCrossing(item),
  });
  const pauses = createPauses(node, () => sessions);
  const { rates } = node;
  const addresses = new AddressGate(rates, { signInsPerSecond: config.addressSignInsPerSecond });
  const sessions: Sessions = new Sessions(
    {
      clock,
      logger,
      registry,
      directory,
      logic: link,
      addresses,
      turnEnd: setImmediate,
      random: overrides.random ?? Math.random,
      checkPause: () => pauses.forEach((detector) => detector.check()),
    },
    {
      nodeId: config.nodeId,
      bootId,
      limits: limitsOf(config, overrides),
      registrationsPerSecond: config.registrationsPerSecond,
      registrationRefreshMs: REGISTRATION_REFRESH_MS,
    },
  );
  const sockets = createSocketServer(config, registry, { sessions, addresses });
  const lease = createLease(node, sessions);
  return assemble(config, node, { link, pauses, sessions, sockets, lease });
}

type Node = ReturnType<typeof nodeParts>;

function createLease(node: Node, sessions: Sessions): NodeLease {
  const { nodeId, bootId, clock, logger, registry, directory } = node;
  return new NodeLease(directory, {
    kind: 'connect',
    nodeId,
    bootId,
    address: '',
    clock,
    logger,
    metrics: registry,
    ttlMs: LEASE_TTL_MS,
    onReassert: (reassert) => {
      logger.warn({ reason: reassert.reason, buckets: reassert.buckets.size }, 'asserting again');
      sessions.reassert(reassert);
    },
  });
}

/** In the order in which they are to look: a node that fences itself must know already that it stood still. */
function createPauses({ clock, logger }: Node, sessions: () => Sessions): PauseDetector[] {
  const detector = (thresholdMs: number, onPause: (gapMs: number) => void) =>
    new PauseDetector({ clock, tickMs: PAUSE_TICK_MS, thresholdMs, onPause });
  return [
    detector(UNHEARD_PAUSE_MS, (gapMs) => {
      logger.warn({ gapMs, sessions: sessions().size }, 'stood still: asking who was signed out');
      sessions().stoodStill();
    }),
    detector(LEASE_TTL_MS, (gapMs) => {
      logger.error({ gapMs, sessions: sessions().size }, 'stood still beyond the lease: fenced');
      sessions().fence();
    }),
  ];
}

function nodeParts(config: ConnectConfig, overrides: ConnectOverrides) {
  const clock = overrides.clock ?? offsetClock(config.testClockOffsetMs);
  const { nodeId, logLevel: level } = config;
  const logger = overrides.logger ?? createLogger({ service: SERVICE, node: nodeId, level });
  const registry = overrides.registry ?? createRegistry({ service: SERVICE, node: nodeId });
  const bootId = overrides.bootId ?? randomBootId();
  const url = config.redisUrl;
  const directory =
    overrides.directory ?? createDirectory({ url, clock, logger, metrics: registry });
  const rates = new RateLedger({ buckets: directory.rateBuckets, clock, metrics: registry });
  return { nodeId, clock, logger, registry, bootId, directory, rates };
}

function createLink(node: Node, handlers: DownHandlers): Link {
  const { nodeId, bootId, clock, logger, registry, directory } = node;
  const dialer = createGrpcDialer({ clock });
  const pool = new LogicPool(
    {
      discovery: { liveNodes: () => directory.liveNodes('logic') },
      dialer,
      handlers,
      clock,
      logger,
      metrics: new LinkMetrics(registry),
      callMetrics: new CallMetrics(registry),
    },
    { nodeId, bootId },
  );
  return {
    start: () => pool.start(),
    async stop() {
      pool.stop();
      await dialer.goodbyes();
    },
    call: (input) => pool.call(input),
    attachedCount: () => pool.attachedCount(),
    readiness: () => pool.readiness(),
  };
}

function limitsOf(config: ConnectConfig, overrides: ConnectOverrides): SessionLimits {
  return {
    ...DEFAULT_SESSION_LIMITS,
    signInMs: config.signInMs,
    silenceMs: config.silenceMs,
    pingIntervalMs: config.pingIntervalMs,
    tokenWarningMs: config.tokenWarningMs,
    maxOpens: config.maxSessionOpens,
    reconnectSpreadMs: config.reconnectSpreadMs,
    maxOutboxBytes: config.maxOutboxBytes,
    callTimeoutMs: config.callTimeoutMs,
    ...overrides.limits,
  };
}

function createSocketServer(
  config: ConnectConfig,
  metrics: Registry,
  { sessions, addresses }: { readonly sessions: Sessions; readonly addresses: AddressGate },
) {
  const { tlsKeyFile: keyFile, tlsCertificateFile: certificateFile } = config;
  return new SocketServer(
    { events: sessions.protocol, admit: (address) => addresses.connect(address), metrics },
    {
      host: config.host,
      port: config.socketPort,
      tls: keyFile && certificateFile ? { keyFile, certificateFile } : undefined,
      maxSockets: config.maxSockets,
      addresses: addressSourceOf(config),
      maxMessageBytes: MAX_MESSAGE_BYTES,
      maxPayloadBytes: MAX_PAYLOAD_BYTES,
      // Twice the outbox, so that a slow consumer gets our code and not the transport's 1006.
      maxBackpressureBytes: config.maxOutboxBytes * 2,
    },
  );
}

interface Parts {
  readonly link: Link;
  readonly pauses: readonly PauseDetector[];
  readonly sessions: Sessions;
  readonly sockets: SocketServer;
  readonly lease: NodeLease;
}

function assemble(config: ConnectConfig, node: Node, parts: Parts): Connect {
  const { clock, logger, registry } = node;
  const { link, sessions, sockets } = parts;
  let draining = false;
  const operations = new OperationsServer({
    host: config.host,
    port: config.operationsPort,
    registry,
    logger,
    readiness: () => {
      if (draining) return { ready: false, reasons: ['draining'] };
      if (!sockets.listening) return { ready: false, reasons: ['not listening'] };
      return link.readiness();
    },
  });
  const lifecycle = lifecycleOf(node, operations, parts);
  return {
    start: () => lifecycle.start(),
    async drain() {
      draining = true;
      await clock.sleep(config.drainDelayMs);
      sockets.stopListening();
      logger.info({ sessions: sessions.size }, 'draining');
      await sessions.drain(config.drainMs);
      await Promise.race([sessions.departed(), clock.sleep(DEPARTURES_WAIT_MS)]);
      await clock.sleep(CLOSE_GRACE_MS);
    },
    stop: () => {
      draining = true;
      return lifecycle.stop(STOP_DEADLINE_MS);
    },
    get ports() {
      return { socket: sockets.port, operations: operations.port };
    },
    bootId: node.bootId,
    registry,
  };
}

/** In the order of starting; stopping goes backwards. */
function lifecycleOf(node: Node, operations: OperationsServer, parts: Parts): Lifecycle {
  const { clock, logger, directory, rates } = node;
  const { link, pauses, sessions, sockets, lease } = parts;
  return new Lifecycle({ clock, logger })
    .add({ name: 'operations', start: () => operations.start(), stop: () => operations.stop() })
    .add({ name: 'directory', start: () => directory.start(), stop: () => directory.stop() })
    .add({ name: 'rates', start: () => rates.start(), stop: () => rates.stop() })
    .add({ name: 'lease', start: () => lease.start(), stop: () => lease.stop() })
    .add({ name: 'link', start: () => link.start(), stop: () => link.stop() })
    .add({ name: 'sessions', start: () => sessions.start(), stop: () => sessions.stop() })
    .add({
      name: 'pauses',
      start: () => pauses.forEach((detector) => detector.start()),
      stop: () => pauses.forEach((detector) => detector.stop()),
    })
    .add({ name: 'sockets', start: () => sockets.start(), stop: () => sockets.stop() });
}
