import { redisUrlField } from '@queqiao/directory';
import { addressConfig, commonConfig, defineConfig, field, type ConfigOf } from '@queqiao/runtime';
import { z } from 'zod';

const common = commonConfig({ operationsPort: 9081 });

/** Everything that can be set, with its unit in its name. */
const schema = z
  .object({
    ...common.shape,
    redisUrl: redisUrlField(),
    socketPort: field
      .port()
      .default(9091)
      .describe('Port of the WebSocket endpoint /ws; 0: any free one.'),
    tlsKeyFile: field
      .text(4_096)
      .optional()
      .describe('PEM file of the private key, to speak TLS without a load balancer that does.'),
    tlsCertificateFile: field
      .text(4_096)
      .optional()
      .describe('PEM file of its certificate with the ones up to the root. Both files or none.'),
    maxSockets: field
      .integer(1, 1_000_000)
      .default(100_000)
      .describe('Sockets above this are refused with 503.'),
    maxSessionOpens: field
      .integer(1, 100_000)
      .default(256)
      .describe('Sign-ins being verified at the same time; more are told to come back later.'),
    signInMs: field
      .integer(100, 60_000)
      .default(5_000)
      .describe('A socket that has not signed in after this is closed (4005).'),
    silenceMs: field
      .integer(1_000, 600_000)
      .default(60_000)
      .describe('A session silent for this long is closed (4001).'),
    pingIntervalMs: field
      .integer(500, 300_000)
      .default(25_000)
      .describe('Devices are asked to send a ping after this long without another message.'),
    tokenWarningMs: field
      .integer(0, 3_600_000)
      .default(60_000)
      .describe('Devices are warned this long before their token expires.'),
    maxOutboxBytes: field
      .integer(300 * 1024, 16 * 1024 * 1024)
      .default(512 * 1024)
      .describe('Bytes that wait for one socket; above it the socket is closed (4002).'),
    callTimeoutMs: field
      .integer(100, 60_000)
      .default(10_000)
      .describe('A call that logic has not answered after this is answered DEADLINE_EXCEEDED.'),
    reconnectSpreadMs: field
      .integer(1, 600_000)
      .default(10_000)
      .describe('Devices that are sent away come back at random times within this.'),
    registrationsPerSecond: field
      .integer(10, 100_000)
      .default(2_000)
      .describe('Sessions registered again per second after Redis has lost them.'),
    addressSignInsPerSecond: field
      .integer(0, 100_000)
      .describe(
        'Sign-ins of one address in a second, ten seconds of it at once, and four connections for each; 0: any number.',
      ),
    ...addressConfig.shape,
    drainDelayMs: field
      .integer(0, 60_000)
      .describe('Between failing readiness and closing sockets, for load balancers to notice.'),
    drainMs: field
      .integer(0, 25_000)
      .describe('Sockets are closed evenly over this long. Together with the delay below 35 s.'),
  })
  .superRefine((config, context) => {
    const fail = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (config.pingIntervalMs * 2 > config.silenceMs) {
      fail('pingIntervalMs', 'must be at most half of QUEQIAO_SILENCE_MS');
    }
    if (config.tlsKeyFile !== undefined && config.tlsCertificateFile === undefined) {
      fail('tlsCertificateFile', 'is required with QUEQIAO_TLS_KEY_FILE');
    }
    if (config.tlsCertificateFile !== undefined && config.tlsKeyFile === undefined) {
      fail('tlsKeyFile', 'is required with QUEQIAO_TLS_CERTIFICATE_FILE');
    }
    if (config.drainDelayMs + config.drainMs > 35_000) {
      fail('drainMs', 'together with QUEQIAO_DRAIN_DELAY_MS must be at most 35000');
    }
  });

export const connectConfig = defineConfig(schema, {
  env: {
    ...common.env,
    redisUrl: 'QUEQIAO_REDIS_URL',
    socketPort: 'QUEQIAO_SOCKET_PORT',
    tlsKeyFile: 'QUEQIAO_TLS_KEY_FILE',
    tlsCertificateFile: 'QUEQIAO_TLS_CERTIFICATE_FILE',
    maxSockets: 'QUEQIAO_MAX_SOCKETS',
    maxSessionOpens: 'QUEQIAO_MAX_SESSION_OPENS',
    signInMs: 'QUEQIAO_SIGN_IN_MS',
    silenceMs: 'QUEQIAO_SILENCE_MS',
    pingIntervalMs: 'QUEQIAO_PING_INTERVAL_MS',
    tokenWarningMs: 'QUEQIAO_TOKEN_WARNING_MS',
    maxOutboxBytes: 'QUEQIAO_MAX_OUTBOX_BYTES',
    callTimeoutMs: 'QUEQIAO_CALL_TIMEOUT_MS',
    reconnectSpreadMs: 'QUEQIAO_RECONNECT_SPREAD_MS',
    registrationsPerSecond: 'QUEQIAO_REGISTRATIONS_PER_SECOND',
    addressSignInsPerSecond: 'QUEQIAO_ADDRESS_SIGN_INS_PER_SECOND',
    ...addressConfig.env,
    drainDelayMs: 'QUEQIAO_DRAIN_DELAY_MS',
    drainMs: 'QUEQIAO_DRAIN_MS',
  },
  secrets: ['redisUrl'],
  profileDefaults: {
    dev: {
      ...common.profileDefaults.dev,
      redisUrl: 'redis://127.0.0.1:16379',
      addressSignInsPerSecond: 0,
      drainDelayMs: 0,
      drainMs: 1_000,
    },
    test: {
      ...common.profileDefaults.test,
      addressSignInsPerSecond: 0,
      drainDelayMs: 0,
      drainMs: 500,
    },
    prod: {
      ...common.profileDefaults.prod,
      addressSignInsPerSecond: 200,
      drainDelayMs: 5_000,
      drainMs: 20_000,
    },
  },
  examples: { ...common.examples, redisUrl: 'redis://127.0.0.1:6379' },
});

export type ConnectConfig = ConfigOf<typeof connectConfig.schema>;
