import {
  createLogger,
  createRegistry,
  gaugeIn,
  Lifecycle,
  OperationsServer,
  systemClock,
  type Clock,
  type Logger,
  type Registry,
  type StopReport,
} from '@queqiao/runtime';
import { appOfCredential } from './app-credential.js';
import type { WebServerConfig } from './config.js';
import { apiRoutes } from './http/api.js';
import { PageFiles } from './http/page-files.js';
import { RateLimit } from './http/rate-limit.js';
import { securityHeaders } from './http/security-headers.js';
import { WebListener } from './http/web-listener.js';
import { MediaFiles } from './media/media-files.js';
import { MediaStore } from './media/media-store.js';
import { mediaUpload } from './media/media-upload.js';
import { KnownPeople } from './people/known-people.js';
import { grpcUserUpserts, SignIn, type UserUpserts } from './people/sign-in.js';
import { TokenIssuer } from './people/token-issuer.js';

const SERVICE = 'web';
const STOP_DEADLINE_MS = 4_000;

/** What tests and embedders may put in place of the real thing. */
export interface WebServerOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly registry?: Registry;
  readonly users?: UserUpserts;
}

export interface WebServer {
  /** Resolves when the page is served. Rejects when a port is taken; never because logic is away. */
  start(): Promise<void>;
  stop(): Promise<StopReport>;
  /** 0 while not listening. */
  readonly port: number;
  readonly operationsPort: number;
}

/** Puts the demo back end together; nothing runs before `start`. */
export function createWebServer(
  config: WebServerConfig,
  overrides: WebServerOverrides = {},
): WebServer {
  const { nodeId, logLevel: level, host } = config;
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger({ service: SERVICE, node: nodeId, level });
  const registry = overrides.registry ?? createRegistry({ service: SERVICE, node: nodeId });
  const users = overrides.users ?? grpcUserUpserts(config.grpcUrl, config.appCredential);
  const people = new KnownPeople(config.people);
  const limit = new RateLimit({ clock }, { perMinute: config.signInsPerMinute });
  const tokens = new TokenIssuer({ clock }, tokenOptions(config));
  const signIn = new SignIn({ users, tokens, people });
  const media = new MediaStore({ dir: config.mediaDir });
  const uploads = new RateLimit({ clock }, { perMinute: config.uploadsPerMinute });
  const upload = mediaUpload({ store: media, tokens, limit: uploads });
  const web = new WebListener(
    {
      routes: apiRoutes({ signIn, people, limit, upload }, config.socketUrls),
      files: [new MediaFiles({ store: media, tokens }), new PageFiles({ root: config.root })],
      logger,
      metrics: registry,
    },
    { host, port: config.port, headers: securityHeaders(config.socketUrls) },
  );
  const operations = new OperationsServer({
    host,
    port: config.operationsPort,
    registry,
    logger,
    readiness: () =>
      web.listening ? { ready: true, reasons: [] } : { ready: false, reasons: ['not listening'] },
  });
  watchSizes(registry, { people, limit, uploads, media });
  const lifecycle = new Lifecycle({ clock, logger })
    .add({ name: 'operations', start: () => operations.start(), stop: () => operations.stop() })
    .add({ name: 'users', stop: () => users.close() })
    .add({ name: 'media', start: () => media.start() })
    .add({ name: 'web', start: () => web.start(), stop: () => web.stop() });
  return {
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(STOP_DEADLINE_MS),
    get port() {
      return web.port;
    },
    get operationsPort() {
      return operations.port;
    },
  };
}

function tokenOptions(config: WebServerConfig) {
  const appId = appOfCredential(config.appCredential);
  if (appId === undefined) throw new Error('the app credential names no app');
  const secret = Buffer.from(config.appKeySecret, 'base64');
  return { appId, keyId: config.appKeyId, secret, ttlMs: config.tokenTtlMs };
}

interface Sized {
  readonly people: KnownPeople;
  readonly limit: RateLimit;
  readonly uploads: RateLimit;
  readonly media: MediaStore;
}

function watchSizes(registry: Registry, { people, limit, uploads, media }: Sized): void {
  gaugeIn(registry, {
    name: 'queqiao_web_known_people',
    help: 'People remembered for suggestions',
    collect() {
      this.set(people.size);
    },
  });
  gaugeIn(registry, {
    name: 'queqiao_web_rate_limited_addresses',
    help: 'Addresses counted in this minute',
    collect() {
      this.set(limit.size);
    },
  });
  gaugeIn(registry, {
    name: 'queqiao_web_rate_limited_uploaders',
    help: 'People whose uploads are counted in this minute',
    collect() {
      this.set(uploads.size);
    },
  });
  gaugeIn(registry, {
    name: 'queqiao_web_media_bytes',
    help: 'Bytes of the uploaded files',
    collect() {
      this.set(media.usedBytes);
    },
  });
}
