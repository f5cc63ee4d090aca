import { redisUrlField } from '@queqiao/directory';
import { addressConfig, commonConfig, defineConfig, field, type ConfigOf } from '@queqiao/runtime';
import { z } from 'zod';
import { isSecretKey, SECRET_KEYS_MAX } from './outbound/index.js';

const common = commonConfig({ operationsPort: 9082 });
const WILDCARD_HOSTS = new Set(['0.0.0.0', '::']);

const MAX_OPERATOR_SECRETS = 4;

function areHashes(words: readonly string[]): boolean {
  return (
    words.length <= MAX_OPERATOR_SECRETS && words.every((word) => /^[0-9a-f]{64}$/i.test(word))
  );
}

/** The one that signs, and those from before that verify. */
const MAX_TOKEN_SECRETS = 3;

function areSecrets(words: readonly string[]): boolean {
  return (
    words.length <= MAX_TOKEN_SECRETS &&
    new Set(words).size === words.length &&
    words.every((word) => /^[A-Za-z0-9_-]{43,171}$/.test(word))
  );
}

/** Everything that can be set, with its unit in its name. */
const schema = z
  .object({
    ...common.shape,
    mysqlUrl: field
      .url('mysql')
      .describe('Database of the services, as mysql://user:password@host:port/database.'),
    redisUrl: redisUrlField(),
    grpcPort: field.port().default(9092).describe('Port of the public gRPC API; 0: any free one.'),
    linkPort: field
      .port()
      .default(9093)
      .describe('Port of the link, for connect nodes only; 0: any free one.'),
    linkAdvertise: field
      .hostPort()
      .optional()
      .describe(
        'host:port under which connect nodes reach the link; when unset the address listened on.',
      ),
    operatorSecretSha256: field
      .list()
      .refine(
        areHashes,
        'must be one to four SHA-256 in 64 hexadecimal digits, with commas between',
      )
      .default([])
      .describe(
        'SHA-256 of the secret of operators; several while it is changed. Without it there is no administration.',
      ),
    tokenSecrets: field
      .list()
      .refine(
        areSecrets,
        'must be one to three secrets of 32 to 128 bytes in base64url, with commas between',
      )
      .default([])
      .describe(
        'Secrets from which keys are derived for tokens that the server issues: the first signs, all verify. Without it it issues none.',
      ),
    secretKeys: field
      .list()
      .refine(
        (keys) => keys.length <= SECRET_KEYS_MAX && keys.every(isSecretKey),
        'must be one to four keys of 32 bytes in base64, with commas between',
      )
      .default([])
      .describe(
        'Keys for secrets that are kept encrypted: the first one encrypts, every one decrypts. Without them there are no webhooks.',
      ),
    outboundHttp: field
      .flag()
      .default(false)
      .describe('Whether webhooks may go by http, and not only by https.'),
    outboundPrivate: field
      .flag()
      .default(false)
      .describe(
        'Whether webhooks may go to addresses that are not of the public internet, this host among them.',
      ),
    mysqlPoolSize: field
      .integer(2, 200)
      .default(10)
      .describe('Database connections for everything but appends.'),
    mysqlStatementMs: field
      .integer(100, 600_000)
      .default(10_000)
      .describe('A statement that takes longer loses its connection.'),
    appendMaxBatch: field
      .integer(1, 500)
      .default(256)
      .describe('Entries of one append transaction; 1 turns batching off.'),
    appendLanes: field
      .integer(1, 16)
      .default(1)
      .describe(
        'Append transactions at once; each takes a connection, and one more waits for locks.',
      ),
    addressRefusalsPerSecond: field
      .integer(0, 100_000)
      .describe(
        'Calls of one address at the public port that may be refused for their credentials in a second, ten seconds of it at once; 0: any number.',
      ),
    ...addressConfig.shape,
    drainDelayMs: field
      .integer(0, 60_000)
      .describe('Between failing readiness and refusing calls, for load balancers to notice.'),
    drainMs: field
      .integer(0, 25_000)
      .describe('Time for calls in flight to be answered. Together with the delay below 35 s.'),
  })
  .superRefine((config, context) => {
    const fail = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (config.linkAdvertise === undefined && WILDCARD_HOSTS.has(config.host)) {
      fail('linkAdvertise', `is required when QUEQIAO_HOST is ${config.host}`);
    }
    if (config.drainDelayMs + config.drainMs > 35_000) {
      fail('drainMs', 'together with QUEQIAO_DRAIN_DELAY_MS must be at most 35000');
    }
  });

export const logicConfig = defineConfig(schema, {
  env: {
    ...common.env,
    mysqlUrl: 'QUEQIAO_MYSQL_URL',
    redisUrl: 'QUEQIAO_REDIS_URL',
    grpcPort: 'QUEQIAO_GRPC_PORT',
    linkPort: 'QUEQIAO_LINK_PORT',
    linkAdvertise: 'QUEQIAO_LINK_ADVERTISE',
    operatorSecretSha256: 'QUEQIAO_OPERATOR_SECRET_SHA256',
    tokenSecrets: 'QUEQIAO_TOKEN_SECRETS',
    secretKeys: 'QUEQIAO_SECRET_KEYS',
    outboundHttp: 'QUEQIAO_OUTBOUND_HTTP',
    outboundPrivate: 'QUEQIAO_OUTBOUND_PRIVATE',
    mysqlPoolSize: 'QUEQIAO_MYSQL_POOL_SIZE',
    mysqlStatementMs: 'QUEQIAO_MYSQL_STATEMENT_MS',
    appendMaxBatch: 'QUEQIAO_APPEND_MAX_BATCH',
    appendLanes: 'QUEQIAO_APPEND_LANES',
    addressRefusalsPerSecond: 'QUEQIAO_ADDRESS_REFUSALS_PER_SECOND',
    ...addressConfig.env,
    drainDelayMs: 'QUEQIAO_DRAIN_DELAY_MS',
    drainMs: 'QUEQIAO_DRAIN_MS',
  },
  secrets: ['mysqlUrl', 'redisUrl', 'tokenSecrets', 'secretKeys'],
  profileDefaults: {
    dev: {
      ...common.profileDefaults.dev,
      mysqlUrl: 'mysql://queqiao:loopback@127.0.0.1:13306/queqiao',
      redisUrl: 'redis://127.0.0.1:16379',
      addressRefusalsPerSecond: 0,
      drainDelayMs: 0,
      drainMs: 2_000,
    },
    test: {
      ...common.profileDefaults.test,
      addressRefusalsPerSecond: 0,
      drainDelayMs: 0,
      drainMs: 2_000,
    },
    prod: {
      ...common.profileDefaults.prod,
      addressRefusalsPerSecond: 50,
      drainDelayMs: 5_000,
      drainMs: 20_000,
    },
  },
  examples: {
    ...common.examples,
    mysqlUrl: 'mysql://queqiao@127.0.0.1:3306/queqiao',
    redisUrl: 'redis://127.0.0.1:6379',
    linkAdvertise: '127.0.0.1:9093',
  },
});

export type LogicConfig = ConfigOf<typeof logicConfig.schema>;
